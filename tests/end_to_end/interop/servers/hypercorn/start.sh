#!/bin/sh
# start.sh PORT CERTDIR - hypercorn: HTTP/1.1 and 2 over TLS on tcp PORT, 3 on udp PORT, cleartext on PORT+1.
# Needs the packages hypercorn and hypercorn[h3] in the interpreter named by $PYTHON.
set -eu
CERTDIR=$(cd "$2" && pwd); cd "$(dirname "$0")"
exec env PYTHONDONTWRITEBYTECODE=1 "${PYTHON:-python3}" -m hypercorn --bind "127.0.0.1:$1" --quic-bind "127.0.0.1:$1" \
  --insecure-bind "127.0.0.1:$(($1 + 1))" --certfile "$CERTDIR/server.pem" \
  --keyfile "$CERTDIR/server.key" --worker-class asyncio app:app
