#!/bin/sh
# start.sh PORT CERTDIR - nghttpx (HTTP/1.1 and 2) in front of origin.py on PORT+2; cleartext on PORT+1.
set -eu; PATH=$PATH:/usr/sbin:/sbin
PORT=$1; CERTDIR=$(cd "$2" && pwd); HERE=$(cd "$(dirname "$0")" && pwd)
"${PYTHON:-python3}" "$HERE/../origin.py" $((PORT + 2)) & ORIGIN=$!
MAIN=; trap 'kill $MAIN $ORIGIN 2>/dev/null || :; wait || :' EXIT; trap 'exit 0' INT TERM
nghttpx --conf=/dev/null --frontend="127.0.0.1,$PORT" --frontend="127.0.0.1,$((PORT + 1));no-tls" \
  --backend="127.0.0.1,$((PORT + 2))" --workers=1 --no-ocsp --accesslog-file=/dev/null \
  "$CERTDIR/server.key" "$CERTDIR/server.pem" & MAIN=$!
wait $MAIN
