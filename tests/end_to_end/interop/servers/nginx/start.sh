#!/bin/sh
# start.sh PORT CERTDIR - nginx (HTTP/1.1 and 2) in front of origin.py on PORT+2; cleartext on PORT+1.
# READ_TIMEOUT (seconds, 60) is how long it waits for the final response that it will not recognise.
set -eu; PATH=$PATH:/usr/sbin:/sbin
PORT=$1; CERTDIR=$(cd "$2" && pwd); HERE=$(cd "$(dirname "$0")" && pwd)
DIR=$(mktemp -d); chmod 755 "$DIR"
"${PYTHON:-python3}" "$HERE/../origin.py" $((PORT + 2)) & ORIGIN=$!
MAIN=; trap 'kill $MAIN $ORIGIN 2>/dev/null || :; wait || :; rm -rf "$DIR"' EXIT; trap 'exit 0' INT TERM
cat > "$DIR/nginx.conf" <<CONF
daemon off;
worker_processes 1;
pid $DIR/nginx.pid;
error_log stderr info;
events { worker_connections 256; }
http {
  access_log off;
  client_body_temp_path $DIR/b; proxy_temp_path $DIR/p; fastcgi_temp_path $DIR/f;
  uwsgi_temp_path $DIR/u; scgi_temp_path $DIR/s;
  server {
    listen 127.0.0.1:$PORT ssl http2;
    listen 127.0.0.1:$((PORT + 1));
    ssl_certificate $CERTDIR/server.pem;
    ssl_certificate_key $CERTDIR/server.key;
    location / {
      proxy_pass http://127.0.0.1:$((PORT + 2));
      proxy_http_version 1.1;
      proxy_read_timeout ${READ_TIMEOUT:-60}s;
      proxy_set_header Connection "";
    }
  }
}
CONF
nginx -e stderr -p "$DIR" -c "$DIR/nginx.conf" & MAIN=$!
wait $MAIN
