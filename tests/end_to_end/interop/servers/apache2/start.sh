#!/bin/sh
# start.sh PORT CERTDIR - apache2 with mod_http2 Early Hints; cleartext on PORT+1.
# Paths: / and /cgi (CGI, slow, one hint), /multi (two hints), /proxied/... (mod_proxy_http to origin.py on PORT+2).
# EXTRA names a file of further directives; DOCS a folder of static files served under /docs/.
set -eu; PATH=$PATH:/usr/sbin:/sbin
PORT=$1; CERTDIR=$(cd "$2" && pwd); HERE=$(cd "$(dirname "$0")" && pwd)
DIR=$(mktemp -d); MODS=${APACHE_MODULES:-/usr/lib/apache2/modules}
"${PYTHON:-python3}" "$HERE/../origin.py" $((PORT + 2)) & ORIGIN=$!
MAIN=; trap 'kill $MAIN $ORIGIN 2>/dev/null || :; wait || :; cat "$DIR/error.log" >&2 || :; rm -rf "$DIR"' EXIT; trap 'exit 0' INT TERM
mkdir -p "$DIR/htdocs"; chmod 755 "$DIR" "$DIR/htdocs"
cat > "$DIR/slow.cgi" <<'CGI'
#!/bin/sh
sleep "${THINK:-0.4}"
printf 'Content-Type: text/html\r\n\r\n'
printf '<!doctype html><title>slow page</title><link rel="stylesheet" href="/style.css">'
printf '<script defer src="/app.js"></script><h1>slow page</h1>\n'
CGI
chmod 755 "$DIR/slow.cgi"
echo 'h1{color:#036}' > "$DIR/htdocs/style.css"; echo 'document.title+=" (js)";' > "$DIR/htdocs/app.js"
cp "${EXTRA:-/dev/null}" "$DIR/extra.conf"
{
  echo "ServerRoot $DIR
PidFile $DIR/httpd.pid
ErrorLog $DIR/error.log
DefaultRuntimeDir $DIR
ServerName localhost"
  if [ "$(id -u)" = 0 ]; then echo "User www-data
Group www-data"; fi
  for name in mpm_event authz_core mime alias dir env headers socache_shmcb ssl http2 cgid proxy proxy_http; do
    echo "LoadModule ${name}_module $MODS/mod_$name.so"
  done
} > "$DIR/httpd.conf"
cat >> "$DIR/httpd.conf" <<CONF
TypesConfig /etc/mime.types
ScriptSock $DIR/cgid.sock
DocumentRoot $DIR/htdocs
Header set Cache-Control "max-age=60"
Protocols h2 http/1.1
H2EarlyHints on
Listen 127.0.0.1:$PORT
Listen 127.0.0.1:$((PORT + 1))
PassEnv PATH THINK
<Directory "$DIR">
  Require all granted
  Options +ExecCGI
</Directory>
ScriptAliasMatch "^/(cgi|multi)?\$" "$DIR/slow.cgi"
ProxyPass "/proxied/" "http://127.0.0.1:$((PORT + 2))/"
Alias "/docs/" "${DOCS:-$DIR/htdocs}/"
<Directory "${DOCS:-$DIR/htdocs}">
  Require all granted
  Options +FollowSymLinks
  DirectoryIndex index.html
</Directory>
<LocationMatch "^/(cgi)?\$">
  H2EarlyHint Link "</style.css>; rel=preload; as=style"
</LocationMatch>
<Location "/multi">
  H2EarlyHint Link "</style.css>; rel=preload; as=style"
  H2EarlyHint Link "</app.js>; rel=preload; as=script"
</Location>
Include $DIR/extra.conf
<VirtualHost 127.0.0.1:$PORT>
  SSLEngine on
  SSLCertificateFile $CERTDIR/server.pem
  SSLCertificateKeyFile $CERTDIR/server.key
</VirtualHost>
CONF
export THINK="${THINK:-0.4}"
apache2 -d "$DIR" -f "$DIR/httpd.conf" -D FOREGROUND & MAIN=$!
wait $MAIN
