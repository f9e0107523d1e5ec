#!/usr/bin/env bash
# Boots a disk image in software emulation, unwritten, and succeeds when the guest says that it is up.
#   deploy/demo/boot-image.sh [IMAGE]      needs the package qemu-system-x86
set -euo pipefail
image=${1:-$(dirname "$0")/../../build/demo/debian.raw}
serial=$(mktemp)
emulator=
trap '[ -z "$emulator" ] || kill "$emulator" 2>/dev/null || true; rm -f "$serial"' EXIT
qemu-system-x86_64 -accel tcg -m 512 -nodefaults -display none -no-reboot -serial "file:$serial" \
  -drive "file=$image,format=raw,if=virtio,snapshot=on" &
emulator=$!
for _ in $(seq 1200); do
  if grep -aq GLINT-DEMO-READY "$serial"; then
    echo "booted: $(grep -a GLINT-DEMO-BOOTED "$serial" | tr -d '\r')"
    exit 0
  fi
  kill -0 "$emulator" 2>/dev/null || break
  sleep 0.1
done
echo "did not boot:" >&2
tail -n 20 "$serial" >&2
exit 1
