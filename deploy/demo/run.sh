#!/usr/bin/env bash
# The demo: origin and edge on this machine, a real image registered with the OpenStack client, pulled through the edge
# cold, warm, after a restart of the edge, and with the origin gone. Exit 0 only if every step held.
#
#   deploy/demo/run.sh          BUILD=build/release  CLIENTS=8  KEEP=1 (keep the logs in build/demo/run)
set -euo pipefail
export LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH no_proxy=127.0.0.1 NO_PROXY=127.0.0.1
cd "$(dirname "$0")/../.."
build=${BUILD:-build/release}
clients=${CLIENTS:-8}
out=$PWD/build/demo
run=$out/run
image=$out/debian.raw
origin_pid='' edge_pid='' failures=0 report=()

. deploy/demo/lib.sh
trap clean_up EXIT
trap 'exit 130' INT TERM

rm -rf "$run"
mkdir -p "$run"
read -r origin_port edge_port < <(free_ports 2)
origin_url=http://127.0.0.1:$origin_port edge_url=http://127.0.0.1:$edge_port

say "1. A disk image from Debian packages"
deploy/demo/make-image.sh "$out" || give_up "the image could not be made"
size=$(stat -c %s "$image")
sha512=$(sha512sum "$image" | cut -d' ' -f1)
note "image" "$(mb "$size") MB, sha512 ${sha512:0:16}…"

say "2. Origin and edge start"
start_origin
start_edge
token=$("$build/ctl/glintctl" token --state-dir "$run/origin" 2>>"$run/ctl.log") || give_up "no token from glintctl token"
[ -n "$token" ] || give_up "glintctl token printed nothing"
note "started" "origin $origin_url, edge $edge_url"

say "3. The image is registered at the origin with the OpenStack client"
started=$(now)
id=$(openstack --os-auth-type admin_token --os-endpoint "$origin_url/v2" --os-token "$token" \
  image create --disk-format raw --container-format bare --file "$image" -f value -c id demo 2>"$run/openstack.log") ||
  { tail -n 5 "$run/openstack.log" >&2; give_up "openstack image create"; }
took=$(since "$started")
shown=$(get "$origin_url/v2/images/$id")
check "active, with the digest of the file" [ "$(field os_hash_value "$shown") $(field status "$shown")" = "$sha512 active" ]
note "upload" "$took s, $(rate "$size" "$took") MB/s, client included"

say "4. $clients compute hosts pull it at once through the cold edge"
origin_before=$(origin_bytes)
pull cold "$clients"
origin_sent=$(($(origin_bytes) - origin_before))
check "the origin sent it once ($(mb "$origin_sent") MB for $clients × $(mb "$size") MB)" \
  [ "$origin_sent" -ge "$size" -a "$origin_sent" -le $((size + size / 1000)) ]

say "5. The same hosts again: warm"
origin_before=$(origin_bytes)
pull warm "$clients"
check_origin_idle
pull_unhashed warm-unhashed
note "warm, one host" "$took s, $(rate "$size" "$took") MB/s, bytes thrown away"

say "6. The edge is stopped and started"
stop edge
start_edge
note "restart" "$took s until it answered"
origin_before=$(origin_bytes)
pull restarted 1
check_origin_idle

say "7. The origin is stopped"
stop origin
pull offline 1
started=$(now)
status=$(curl -s -o /dev/null -w '%{http_code}' -H "X-Auth-Token: $token" "$edge_url/v2/images/00000000-0000-4000-8000-000000000000/file") || true
check "an image that is not cached is refused at once: 503 in $(since "$started") s" [ "$status" = 503 ]

say "8. What the edge counted"
metrics=$(curl -sf "$edge_url/metrics") || give_up "the edge's /metrics"
grep -E '^glint_(cache_requests_total|upstream_bytes_total|upstream_requests_total|store_used_bytes|store_capacity_bytes|verification_failures_total|fills)' <<<"$metrics" | grep -v ' 0$' || true
"$build/ctl/glintctl" edge ls --edge "$edge_url" --cache-dir "$run/cache" 2>>"$run/ctl.log" || check "glintctl edge ls" false

say "9. Both end cleanly"
stop edge

summary
