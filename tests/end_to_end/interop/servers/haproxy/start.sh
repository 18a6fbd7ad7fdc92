#!/bin/sh
# start.sh PORT CERTDIR - haproxy; its own early-hint rules on / and /own2, 103 from origin.py
# (on PORT+2) elsewhere; cleartext HTTP/1.1 on PORT+1.
set -eu; PATH=$PATH:/usr/sbin:/sbin
PORT=$1; CERTDIR=$(cd "$2" && pwd); HERE=$(cd "$(dirname "$0")" && pwd)
DIR=$(mktemp -d)
"${PYTHON:-python3}" "$HERE/../origin.py" $((PORT + 2)) & ORIGIN=$!
MAIN=; trap 'kill $MAIN $ORIGIN 2>/dev/null || :; wait || :; rm -rf "$DIR"' EXIT; trap 'exit 0' INT TERM
cat > "$DIR/haproxy.cfg" <<CONF
global
  ssl-server-verify none
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend tls
  bind 127.0.0.1:$PORT ssl crt $CERTDIR/combined.pem alpn h2,http/1.1
  bind 127.0.0.1:$((PORT + 1))
  http-request early-hint Link "</style.css>; rel=preload; as=style" if { path / /own2 }
  http-request early-hint Link "</app.js>; rel=preload; as=script" if { path /own2 }
  http-request set-path /plain if { path / /own2 }
  default_backend origin
backend origin
  server o1 127.0.0.1:$((PORT + 2))
CONF
haproxy -db -f "$DIR/haproxy.cfg" & MAIN=$!
wait $MAIN
