#!/bin/sh
# start.sh PORT CERTDIR - varnish on cleartext PORT (HTTP/1.1, and 2 with prior knowledge) in front of origin.py
# on PORT+2.  It has no TLS of its own, so CERTDIR is not used.
set -eu; PATH=$PATH:/usr/sbin:/sbin
PORT=$1; HERE=$(cd "$(dirname "$0")" && pwd)
DIR=$(mktemp -d); chmod 755 "$DIR"
"${PYTHON:-python3}" "$HERE/../origin.py" $((PORT + 2)) & ORIGIN=$!
MAIN=; trap 'kill $MAIN $ORIGIN 2>/dev/null || :; wait || :; rm -rf "$DIR"' EXIT; trap 'exit 0' INT TERM
cat > "$DIR/default.vcl" <<CONF
vcl 4.1;
backend origin { .host = "127.0.0.1"; .port = "$((PORT + 2))"; }
sub vcl_recv { return (pass); }
CONF
varnishd -F -j none -n "$DIR/work" -a "127.0.0.1:$PORT" -p feature=+http2 -f "$DIR/default.vcl" \
  -s malloc,8m & MAIN=$!
wait $MAIN
