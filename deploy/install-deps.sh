#!/usr/bin/env bash
# Installs the Debian 12 packages that Glint needs, by purpose. Does nothing when all of them are there.
#
#   deploy/install-deps.sh [build] [check] [test] [demo] [bench] [fuzz]      default: build
#   deploy/install-deps.sh --list [PURPOSE...]                               print the packages, install nothing
set -euo pipefail
export PATH=$PATH:/usr/sbin:/sbin

declare -A packages=(
  [build]="make cmake ninja-build ccache g++ lld pkg-config libevent-dev libssl-dev node-llhttp libcurl4-openssl-dev
    libleveldb-dev libzstd-dev prometheus-cpp-dev libsoci-dev libboost-dev libsqlite3-dev libpq-dev libmariadb-dev nlohmann-json3-dev libyaml-cpp-dev
    libcli11-dev libspdlog-dev libfmt-dev libexpected-dev libpcre2-dev zlib1g-dev catch2"
  [check]="clang-format git python3-minimal"
  [test]="curl openssl python3 prometheus sqlite3 python3-openstackclient python3-glanceclient python3-openstacksdk
    python3-nova keystone glance-api uwsgi-core uwsgi-plugin-python3 qemu-utils procps postgresql mariadb-server"
  [demo]="curl python3 python3-openstackclient busybox-static cpio dosfstools e2fsprogs fakeroot fdisk mtools
    qemu-utils syslinux syslinux-common xz-utils"
  [bench]="curl python3 nginx-light varnish wrk openssl keystone glance-api uwsgi-core uwsgi-plugin-python3"
  [fuzz]="clang libclang-rt-14-dev llvm"
)

fail() {
  printf 'install-deps: %s\n' "$*" >&2
  exit 1
}

list_only=no
if [ "${1:-}" = --list ]; then
  list_only=yes
  shift
fi
[ $# -gt 0 ] || set -- build
wanted=()
for purpose in "$@"; do
  [ -n "${packages[$purpose]:-}" ] || fail "unknown purpose '$purpose' (build check test demo bench fuzz)"
  # shellcheck disable=SC2206  # the list is meant to be split into words
  wanted+=(${packages[$purpose]})
done
if [ "$list_only" = yes ]; then
  printf '%s\n' "${wanted[@]}" | sort -u
  exit 0
fi

command -v dpkg-query >/dev/null || fail "this is no Debian system; see deploy/install-deps.sh --list for what is needed"
installed=$(dpkg-query -W -f='${db:Status-Abbrev} ${Package}\n' | awk '$1 == "ii" { print $2 }')
missing=()
for package in $(printf '%s\n' "${wanted[@]}" | sort -u); do
  grep -qxF "$package" <<<"$installed" || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" != 0 ]; then
  command -v sudo >/dev/null || fail "not root and no sudo; as root: apt-get install ${missing[*]}"
  sudo true || fail "sudo did not let us; as root: apt-get install ${missing[*]}"
  as_root=(sudo)
fi
printf 'install-deps: installing %s\n' "${missing[*]}" >&2

# No service may start by itself while its package is configured: tests start what they need, on ports of their own.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap '"${as_root[@]}" rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
  "${as_root[@]}" chmod 755 "$policy"
fi

apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 \
    apt-get -q -y -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 -o Acquire::Retries=3 "$@"
}
installable() { apt-get -qq -s install --no-install-recommends "${missing[@]}" >/dev/null 2>&1; }
log=$(mktemp)
installable || apt update >"$log" 2>&1 || { tail -n 20 "$log" >&2; fail "apt-get update did not succeed"; }
for package in "${missing[@]}"; do
  [ -n "$(apt-cache madison "$package" 2>/dev/null)" ] || fail "package $package is not in this system's apt sources (Debian 12 main is needed)"
done
if ! apt install --no-install-recommends "${missing[@]}" >"$log" 2>&1; then
  # Package lists may be older than the mirror: once more with fresh ones.
  { apt update && apt install --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 || {
    tail -n 30 "$log" >&2
    fail "could not install: ${missing[*]} (log: $log)"
  }
fi
rm -f "$log"
