#!/usr/bin/env bash
# OpenStack Glance, unmodified, on SQLite and one file store, in the foreground.
#   glance.sh STATE PORT [KEYSTONE_URL]      without Keystone every caller is admin
#   glance.sh STATE PORT fake-tokens         a token is user:project:role[,role...], and believed
# GLANCE_CONFIG names a further configuration file, which wins over what is written here.
set -euo pipefail
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8
usage='usage: glance.sh STATE PORT [KEYSTONE_URL|fake-tokens]'
here=$(cd "$(dirname "$0")" && pwd)
state=$(mkdir -p "${1:?$usage}" && cd "$1" && pwd)
port=${2:?$usage}
keystone=${3:-} identity="authtoken context" personas=true
conf=$state/glance.conf
case $keystone in
  '') identity=open personas=false ;; # the role personas of current releases need roles to ask for
  fake-tokens)
    keystone='' identity="faketokens context"
    export PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1
    ;;
esac

write_configuration() {
  mkdir -p "$state"/{images,staging,lock,work,policy.d}
  cat >"$conf" <<CONF
[DEFAULT]
bind_host = 127.0.0.1
bind_port = $port
workers = ${GLANCE_WORKERS:-1}
use_stderr = true
enforce_secure_rbac = $personas
node_staging_uri = file://$state/staging
[database]
connection = sqlite:///$state/glance.sqlite?timeout=30
[glance_store]
stores = file
default_store = file
filesystem_store_datadir = $state/images
[keystone_authtoken]
www_authenticate_uri = $keystone
auth_url = $keystone
auth_type = password
username = glance
password = secret
project_name = service
user_domain_id = default
project_domain_id = default
service_token_roles_required = true
[oslo_policy]
enforce_new_defaults = $personas
enforce_scope = $personas
policy_file = $state/policy.yaml
policy_dirs = $state/policy.d
[oslo_concurrency]
lock_path = $state/lock
[task]
work_dir = $state/work
[paste_deploy]
config_file = $state/paste.ini
CONF
  echo '{}' >"$state/policy.yaml"
  cat >"$state/paste.ini" <<PASTE
[pipeline:glance-api]
pipeline = healthcheck versionnegotiation $identity application
[composite:application]
paste.composite_factory = glance.api:root_app_factory
/: versions
/v2: images
[app:versions]
paste.app_factory = glance.api.versions:create_resource
[app:images]
paste.app_factory = glance.api.v2.router:API.factory
[filter:healthcheck]
paste.filter_factory = oslo_middleware:Healthcheck.factory
[filter:versionnegotiation]
paste.filter_factory = glance.api.middleware.version_negotiation:VersionNegotiationFilter.factory
[filter:authtoken]
paste.filter_factory = keystonemiddleware.auth_token:filter_factory
delay_auth_decision = true
[filter:faketokens]
paste.filter_factory = fake_tokens:filter_factory
[filter:context]
paste.filter_factory = glance.api.middleware.context:ContextMiddleware.factory
[filter:open]
paste.filter_factory = glance.api.middleware.context:UnauthenticatedContextMiddleware.factory
PASTE
}

prepare() {
  glance-manage "${files[@]}" db_sync
  sqlite3 "$state/glance.sqlite" 'PRAGMA journal_mode=WAL' | grep -qx wal
}

write_configuration
files=(--config-file "$conf")
[ -z "${GLANCE_CONFIG:-}" ] || files+=(--config-file "$GLANCE_CONFIG")
if [ ! -e "$state/prepared" ]; then
  prepare >"$state/prepare.log" 2>&1 || { tail -n 20 "$state/prepare.log" >&2; echo "glance.sh: could not prepare $state" >&2; exit 1; }
  touch "$state/prepared"
fi
cd "$state"
exec glance-api "${files[@]}"
