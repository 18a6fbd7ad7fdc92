#!/bin/sh
# start.sh PORT CERTDIR - h2o (HTTP/1.1 and 2) in front of origin.py on PORT+2; cleartext on PORT+1.
set -eu; PATH=$PATH:/usr/sbin:/sbin
PORT=$1; CERTDIR=$(cd "$2" && pwd); HERE=$(cd "$(dirname "$0")" && pwd)
DIR=$(mktemp -d)
"${PYTHON:-python3}" "$HERE/../origin.py" $((PORT + 2)) & ORIGIN=$!
MAIN=; trap 'kill $MAIN $ORIGIN 2>/dev/null || :; wait || :; rm -rf "$DIR"' EXIT; trap 'exit 0' INT TERM
if [ "$(id -u)" = 0 ]; then echo "user: root" > "$DIR/h2o.conf"; fi
cat >> "$DIR/h2o.conf" <<CONF
num-threads: 1
pid-file: $DIR/h2o.pid
error-log: $DIR/error.log
hosts:
  "default":
    listen:
      host: 127.0.0.1
      port: $PORT
      ssl:
        certificate-file: $CERTDIR/server.pem
        key-file: $CERTDIR/server.key
        ocsp-update-interval: 0
    listen:
      host: 127.0.0.1
      port: $((PORT + 1))
    paths:
      "/":
        proxy.reverse.url: "http://127.0.0.1:$((PORT + 2))/"
CONF
h2o -m worker -c "$DIR/h2o.conf" & MAIN=$!
wait $MAIN
