# Helpers of run.sh; sourced, never run. Uses its variables: run, build, image, token, size, sha512, *_url, *_pid.

now() { date +%s.%N; }
since() { awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.2f", b - a }'; }
mb() { awk -v n="$1" 'BEGIN { printf "%.1f", n / 1e6 }'; }
rate() { awk -v n="$1" -v t="$2" 'BEGIN { printf "%.0f", n / 1e6 / (t > 0.01 ? t : 0.01) }'; }

say() { printf '\n%s\n' "$*"; }
note() {
  report+=("$(printf '%-22s %s' "$1" "$2")")
  printf '   %-22s %s\n' "$1" "$2"
}
check() { # WHAT COMMAND...
  local what=$1
  shift
  if "$@"; then
    printf '   ok      %s\n' "$what"
  else
    printf '   FAILED  %s\n' "$what"
    failures=$((failures + 1))
    report+=("FAILED: $what")
  fi
}
give_up() {
  check "$1" false
  summary
}
summary() {
  printf '\nReport (%s cores, %s)\n' "$(nproc)" "$(date -u +%Y-%m-%d)"
  printf '   %s\n' "${report[@]}"
  if [ "$failures" -gt 0 ]; then
    printf '\nThe demo FAILED: %d step(s) did not hold. Logs: %s\n' "$failures" "$run"
    exit 1
  fi
  printf '\nEvery step held.\n'
  exit 0
}

free_ports() { # COUNT
  /usr/bin/python3 -c '
import socket, sys
held = [socket.socket() for _ in range(int(sys.argv[1]))]
for s in held: s.bind(("127.0.0.1", 0))
print(*[s.getsockname()[1] for s in held])' "$1"
}
get() { curl -sf -H "X-Auth-Token: $token" "$1"; }
field() { /usr/bin/python3 -c 'import json, sys; print(json.loads(sys.argv[2]).get(sys.argv[1]))' "$1" "$2"; }
# Bytes of image data the origin has sent so far, as the origin counts them.
origin_bytes() {
  curl -sf "$origin_url/metrics" |
    awk '/^glint_http_response_body_bytes_total\{[^}]*source="store"/ { n += $NF } END { printf "%d\n", n }'
}

# Since $origin_before: no image data, except the byte by which the edge asks whether this token may download.
check_origin_idle() {
  local sent=$(($(origin_bytes) - origin_before))
  check "the origin sent no image ($sent bytes)" [ "$sent" -le 16 ]
}

wait_for_answer() { # NAME PID URL
  local _
  for _ in $(seq 300); do
    ! curl -sf -o /dev/null "$3" || return 0
    kill -0 "$2" 2>/dev/null || break
    sleep 0.05
  done
  tail -n 10 "$run/$1.log" >&2
  give_up "$1 starts"
}
start_origin() {
  "$build/origin/glint-origin" --state-dir "$run/origin" --listen "127.0.0.1:$origin_port" >>"$run/origin.log" 2>&1 &
  origin_pid=$!
  wait_for_answer origin "$origin_pid" "$origin_url/healthcheck"
}
start_edge() {
  local started
  started=$(now)
  "$build/proxy/glint-edge" --upstream "$origin_url" --listen "127.0.0.1:$edge_port" --cache-dir "$run/cache" \
    --cache-size 20G >>"$run/edge.log" 2>&1 &
  edge_pid=$!
  wait_for_answer edge "$edge_pid" "$edge_url/healthcheck"
  took=$(since "$started")
}
stop() { # origin|edge: SIGTERM, and it must end with 0
  local pid_name=$1_pid code=0
  kill -TERM "${!pid_name}"
  wait "${!pid_name}" || code=$?
  printf -v "$pid_name" ''
  check "$1 ended cleanly" [ "$code" = 0 ]
}

pull_one() { # FILE: the sha512 of what came; nothing when the transfer failed
  local digest
  digest=$(set -o pipefail; curl -sf -H "X-Auth-Token: $token" "$edge_url/v2/images/$id/file" | sha512sum) &&
    printf '%s\n' "${digest%% *}" >"$1"
}
pull() { # NAME HOSTS: all at once, each hashing what it gets
  local name=$1 hosts=$2 host started pids=() good=0
  started=$(now)
  for host in $(seq "$hosts"); do
    pull_one "$run/$name.$host" &
    pids+=($!)
  done
  wait "${pids[@]}" || true
  took=$(since "$started")
  for host in $(seq "$hosts"); do
    [ "$(cat "$run/$name.$host" 2>/dev/null)" != "$sha512" ] || good=$((good + 1))
  done
  check "$good of $hosts complete and equal to the original (sha512)" [ "$good" = "$hosts" ]
  note "$name, $hosts host(s)" "$took s, $(rate $((size * hosts)) "$took") MB/s together, each host's sha512 included"
}
pull_unhashed() {
  local started
  started=$(now)
  check "complete" curl -sf -o /dev/null -H "X-Auth-Token: $token" "$edge_url/v2/images/$id/file"
  took=$(since "$started")
}

clean_up() {
  local pid
  for pid in $edge_pid $origin_pid; do
    kill -TERM "$pid" 2>/dev/null || continue
    timeout 10 tail --pid="$pid" -f /dev/null || kill -KILL "$pid" 2>/dev/null || true
  done
  # The cache and the store are as large as the image; the logs are small and say what happened.
  [ -n "${KEEP:-}" ] || rm -rf "$run/cache" "$run/origin"
}
