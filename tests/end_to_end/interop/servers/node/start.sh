#!/bin/sh
# start.sh PORT CERTDIR - node: HTTP/1.1 and 2 on PORT, cleartext HTTP/1.1 on PORT+1, TLS HTTP/1.1 only on PORT+2.
exec node "$(dirname "$0")/server.mjs" "$1" "$2"
