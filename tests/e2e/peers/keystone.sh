#!/usr/bin/env bash
# Keystone on SQLite, served by uwsgi in the foreground.   keystone.sh STATE PORT
set -euo pipefail
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8
state=$(mkdir -p "${1:?usage: keystone.sh STATE PORT}" && cd "$1" && pwd)
port=${2:?usage: keystone.sh STATE PORT}
url=http://127.0.0.1:$port
conf=$state/keystone.conf

prepare() {
  mkdir -p "$state/fernet" "$state/credential"
  # The write-ahead log lets one process read while another commits; without it requests hang or fail.
  # Cheap password hashes: a login costs milliseconds instead of a quarter of a second.
  cat >"$conf" <<CONF
[DEFAULT]
use_stderr = true
[database]
connection = sqlite:///$state/keystone.sqlite?timeout=30
[token]
provider = fernet
expiration = 14400
[fernet_tokens]
key_repository = $state/fernet
[credential]
key_repository = $state/credential
[identity]
password_hash_rounds = 4
[oslo_policy]
enforce_scope = false
enforce_new_defaults = false
CONF
  local manage=(keystone-manage --config-file "$conf") me group
  me=$(id -un) group=$(id -gn)
  "${manage[@]}" db_sync
  sqlite3 "$state/keystone.sqlite" 'PRAGMA journal_mode=WAL' | grep -qx wal
  "${manage[@]}" fernet_setup --keystone-user "$me" --keystone-group "$group"
  "${manage[@]}" credential_setup --keystone-user "$me" --keystone-group "$group"
  "${manage[@]}" bootstrap --bootstrap-username admin --bootstrap-password secret --bootstrap-project-name admin \
    --bootstrap-role-name admin --bootstrap-service-name keystone --bootstrap-region-id RegionOne \
    --bootstrap-public-url "$url/v3" --bootstrap-internal-url "$url/v3" --bootstrap-admin-url "$url/v3"
}

if [ ! -e "$state/prepared" ]; then
  prepare >"$state/prepare.log" 2>&1 || { tail -n 20 "$state/prepare.log" >&2; echo "keystone.sh: could not prepare $state" >&2; exit 1; }
  touch "$state/prepared"
fi
cd "$state"
# uwsgi closes each connection after its answer but does not say so by itself; pooled clients then meet a reset.
OS_KEYSTONE_CONFIG_FILES=$conf exec uwsgi --plugins python3 --http-socket "127.0.0.1:$port" \
  --wsgi-file /usr/bin/keystone-wsgi-public --master --processes 2 --threads 2 --enable-threads --lazy-apps \
  --die-on-term --no-orphans --buffer-size 65535 --add-header 'Connection: close' --disable-logging
