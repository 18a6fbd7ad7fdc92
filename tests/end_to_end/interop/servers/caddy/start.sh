#!/bin/sh
# start.sh PORT CERTDIR - caddy (HTTP/1.1, 2 and 3) reverse-proxying origin.py on PORT+2; cleartext on PORT+1.
set -eu; PATH=$PATH:/usr/sbin:/sbin
PORT=$1; CERTDIR=$(cd "$2" && pwd); HERE=$(cd "$(dirname "$0")" && pwd)
DIR=$(mktemp -d); export HOME="$DIR" XDG_DATA_HOME="$DIR" XDG_CONFIG_HOME="$DIR"
"${PYTHON:-python3}" "$HERE/../origin.py" $((PORT + 2)) & ORIGIN=$!
MAIN=; trap 'kill $MAIN $ORIGIN 2>/dev/null || :; wait || :; rm -rf "$DIR"' EXIT; trap 'exit 0' INT TERM
cat > "$DIR/Caddyfile" <<CONF
{
  admin off
  auto_https off
}
https://localhost:$PORT, https://a.test:$PORT, https://b.test:$PORT {
  bind 127.0.0.1
  tls $CERTDIR/server.pem $CERTDIR/server.key
  reverse_proxy 127.0.0.1:$((PORT + 2))
}
http://localhost:$((PORT + 1)) {
  bind 127.0.0.1
  reverse_proxy 127.0.0.1:$((PORT + 2))
}
CONF
caddy run --config "$DIR/Caddyfile" --adapter caddyfile & MAIN=$!
wait $MAIN
