#!/usr/bin/env bash
# Registers the image service in Keystone, as the installation guide of OpenStack does: the service account with its
# roles, the service, its endpoints. May run again: what is there stays, endpoints get the URL given.
#
#   OS_… in the environment: an administrator (source admin-openrc).
#   deploy/keystone/register.sh --url http://images.example:9292 [--region RegionOne] [--user glance] [--project service]
#
# The account's password is read from GLINT_SERVICE_PASSWORD, or asked for.
set -euo pipefail

url="" region=RegionOne user=glance project=service domain=Default
fail() {
  echo "register: $*" >&2
  exit 2
}
while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || fail "$1 needs a value"
  case $1 in
    --url) url=$2 ;;
    --region) region=$2 ;;
    --user) user=$2 ;;
    --project) project=$2 ;;
    --domain) domain=$2 ;;
    *) fail "unknown option $1 (--url --region --user --project --domain)" ;;
  esac
  shift 2
done
[[ $url =~ ^https?://[^/]+(/.*)?$ ]] || fail "--url must be the http(s) URL under which clients reach the image service"
command -v openstack >/dev/null || fail "the openstack client is needed (package python3-openstackclient)"

password=${GLINT_SERVICE_PASSWORD:-}
if [ -z "$password" ]; then
  read -rsp "password of the service account $user: " password
  echo
fi
[ -n "$password" ] || fail "an empty password is none"

say() { printf 'register: %s\n' "$*"; }
exists() { openstack "$@" >/dev/null 2>&1; }

exists project show --domain "$domain" "$project" || {
  openstack project create --domain "$domain" --description "Service accounts" "$project" >/dev/null
  say "project $project made"
}
if exists user show --domain "$domain" "$user"; then
  openstack user set --domain "$domain" --password "$password" "$user"
  say "user $user was there; its password is set"
else
  openstack user create --domain "$domain" --password "$password" "$user" >/dev/null
  say "user $user made"
fi
# admin: to validate tokens; service: what other services recognise it by.
for role in admin service; do
  exists role show "$role" || openstack role create "$role" >/dev/null
  openstack role add --user "$user" --user-domain "$domain" --project "$project" --project-domain "$domain" "$role"
done
say "user $user is admin and service in $project"

service=$(openstack service list -f value -c ID -c Type | awk '$2 == "image" { print $1; exit }')
if [ -z "$service" ]; then
  service=$(openstack service create --name glance --description "Image service" image -f value -c id)
  say "service image made"
fi
for interface in public internal admin; do
  endpoint=$(openstack endpoint list --service "$service" --interface "$interface" --region "$region" -f value -c ID | head -n 1)
  if [ -n "$endpoint" ]; then
    openstack endpoint set --url "$url" "$endpoint"
  else
    openstack endpoint create --region "$region" "$service" "$interface" "$url" >/dev/null
  fi
  say "$interface endpoint in $region: $url"
done
