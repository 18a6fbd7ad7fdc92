#!/bin/sh
# start.sh PORT CERTDIR - Traffic Server (HTTP/1.1 and 2) before origin.py on PORT+2; cleartext on PORT+1.
set -eu; PATH=$PATH:/usr/sbin:/sbin
PORT=$1; CERTDIR=$(cd "$2" && pwd); HERE=$(cd "$(dirname "$0")" && pwd)
DIR=$(mktemp -d); chmod 755 "$DIR"
"${PYTHON:-python3}" "$HERE/../origin.py" $((PORT + 2)) & ORIGIN=$!
MAIN=; trap 'kill $MAIN $ORIGIN 2>/dev/null || :; wait || :; cat "$DIR"/log/*.log >&2 || :; rm -rf "$DIR"' EXIT; trap 'exit 0' INT TERM
mkdir -p "$DIR/etc" "$DIR/run" "$DIR/log" "$DIR/cache"; cp "$CERTDIR/server.pem" "$CERTDIR/server.key" "$DIR/etc/"
chmod -R a+rwX "$DIR"
cat > "$DIR/runroot.yaml" <<CONF
prefix: $DIR
exec_prefix: /usr
bindir: /usr/bin
sbindir: /usr/sbin
sysconfdir: $DIR/etc
datadir: $DIR/cache
includedir: /usr/include
libdir: /usr/lib/trafficserver
libexecdir: /usr/lib/trafficserver/modules
localstatedir: $DIR/run
runtimedir: $DIR/run
logdir: $DIR/log
cachedir: $DIR/cache
CONF
cat > "$DIR/etc/records.config" <<CONF
CONFIG proxy.config.http.server_ports STRING $PORT:ssl:ip-in=127.0.0.1 $((PORT + 1)):ip-in=127.0.0.1
CONFIG proxy.config.http.cache.http INT 0
CONFIG proxy.config.exec_thread.autoconfig INT 0
CONFIG proxy.config.exec_thread.limit INT 1
CONFIG proxy.config.url_remap.remap_required INT 1
CONFIG proxy.config.admin.user_id STRING #-1
CONFIG proxy.config.diags.debug.enabled INT 0
CONF
echo "map / http://127.0.0.1:$((PORT + 2))/" > "$DIR/etc/remap.config"
echo "dest_ip=* ssl_cert_name=$DIR/etc/server.pem ssl_key_name=$DIR/etc/server.key" > "$DIR/etc/ssl_multicert.config"
echo "$DIR/cache 32M" > "$DIR/etc/storage.config"
cat > "$DIR/etc/ip_allow.yaml" <<CONF
ip_allow:
  - apply: in
    ip_addrs: 127.0.0.1
    action: allow
    methods: ALL
CONF
TS_RUNROOT="$DIR" traffic_server --run-root="$DIR" & MAIN=$!
wait $MAIN
