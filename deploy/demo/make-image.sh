#!/usr/bin/env bash
# Makes the disk image of the demo from Debian packages: no loop device, no root, nothing but the system's apt sources.
#
#   deploy/demo/make-image.sh OUTDIR        writes OUTDIR/debian.raw, keeps packages in OUTDIR/packages
#
# The disk boots by BIOS: SYSLINUX on a FAT partition loads Debian's cloud kernel and a small initrd, which mounts the
# ext4 partition (the unpacked packages) and hands over to busybox init; a shell waits on the serial console.
# Packages are kept, so a second build needs no network; an image that is there is not built again.
set -euo pipefail
export LC_ALL=C TZ=UTC PATH=$PATH:/usr/sbin:/sbin
out=$(mkdir -p "${1:?usage: make-image.sh OUTDIR}" && cd "$1" && pwd)
self=$(cd "$(dirname "$0")" && pwd)/$(basename "$0")
image=$out/debian.raw
epoch=1704067200
boot_mib=64 root_mib=480
# What a small server carries, so that the content is what real images consist of: kernel modules, libraries, scripts.
content="base-files bash coreutils libc6 libc-bin libssl3 openssl openssh-server openssh-client openssh-sftp-server
  perl-base perl-modules-5.36 libperl5.36 python3.11-minimal libpython3.11-minimal libpython3.11-stdlib git vim-runtime
  vim locales systemd udev apt dpkg gnupg gpg curl libcurl4 ca-certificates iproute2 nftables rsync tmux zoneinfo
  busybox-static"
content=${content/zoneinfo/tzdata}

fail() {
  printf 'make-image: %s\n' "$*" >&2
  exit 1
}

fetch_packages() {
  local kernel
  kernel=$(apt-cache depends linux-image-cloud-amd64 2>/dev/null | awk '/Depends: linux-image-/ { print $2; exit }')
  [ -n "$kernel" ] || fail "apt knows no cloud kernel (amd64, Debian main; is apt-get update needed?)"
  mkdir -p "$out/packages.part"
  # shellcheck disable=SC2086  # a list of words
  (cd "$out/packages.part" && apt-get -q -o APT::Sandbox::User="$(id -un)" download "$kernel" $content) >"$out/download.log" 2>&1 ||
    { tail -n 5 "$out/download.log" >&2; fail "could not download the packages"; }
  mv "$out/packages.part" "$out/packages"
}

unpack() { # ROOT
  local package
  mkdir -p "$1"/{dev,proc,sys,run,tmp,root,etc}
  for package in "$out"/packages/*.deb; do
    dpkg-deb --fsys-tarfile "$package" | tar -C "$1" -x --keep-directory-symlink
  done
  local name
  name=$(basename "$(ls "$1"/boot/vmlinuz-*)")
  printf '::sysinit:/bin/busybox mount -o remount,rw /\n::wait:/bin/busybox echo GLINT-DEMO-READY\nttyS0::respawn:/bin/busybox sh\n::ctrlaltdel:/bin/busybox poweroff -f\n' >"$1/etc/inittab"
  printf 'glint-demo\n' >"$1/etc/hostname"
  printf '%s\n' "$name" >"$1/etc/glint-demo"
}

make_initrd() { # ROOT WORK
  local tree=$2/initrd modules name kernel
  mkdir -p "$tree"/{bin,dev,proc,sys,modules,root}
  cp "$1/bin/busybox" "$tree/bin/busybox"
  kernel=$(basename "$(ls "$1"/boot/vmlinuz-*)")
  modules=$1/lib/modules/${kernel#vmlinuz-}/kernel
  local wanted="virtio virtio_ring virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci virtio_blk crc16 crc32c_generic
    libcrc32c crc32c-intel mbcache jbd2 ext4"
  for name in $wanted; do
    find "$modules" -name "$name.ko*" -exec cp {} "$tree/modules/" \;
  done
  cat >"$tree/init" <<INIT
#!/bin/busybox sh
b=/bin/busybox
\$b mount -t proc proc /proc; \$b mount -t sysfs sys /sys; \$b mount -t devtmpfs dev /dev
# Nothing here knows which module needs which: a few rounds load them all.
for round in 1 2 3 4; do for module in /modules/*; do \$b insmod \$module 2>/dev/null; done; done
tries=0
until [ -b /dev/vda2 ] || [ \$tries -ge 100 ]; do \$b usleep 100000; tries=\$((tries + 1)); done
\$b mount -t ext4 -o ro /dev/vda2 /root || { echo GLINT-DEMO-NO-ROOT; \$b poweroff -f; }
echo "GLINT-DEMO-BOOTED \$(\$b cat /root/etc/glint-demo)"
\$b mount --move /dev /root/dev; \$b mount --move /proc /root/proc; \$b mount --move /sys /root/sys
exec \$b switch_root /root /bin/busybox init
INIT
  chmod 755 "$tree/init"
  find "$tree" -exec touch -h -d "@$epoch" {} +
  (cd "$tree" && find . | sort | cpio -o -H newc --reproducible --owner=0:0 --quiet | gzip -9n) >"$2/initrd.gz"
}

make_boot_partition() { # ROOT WORK
  local fat=$2/boot.fat
  truncate -s "${boot_mib}M" "$fat"
  mkfs.vfat --invariant -F 16 -h 2048 -n GLINT "$fat" >/dev/null
  cat >"$2/syslinux.cfg" <<'CFG'
SERIAL 0 115200
DEFAULT glint
PROMPT 0
LABEL glint
  KERNEL vmlinuz
  INITRD initrd.gz
  APPEND console=ttyS0 panic=-1 quiet
CFG
  cp "$1"/boot/vmlinuz-* "$2/vmlinuz"
  touch -d "@$epoch" "$2/vmlinuz" "$2/initrd.gz" "$2/syslinux.cfg"
  mcopy -m -i "$fat" "$2/vmlinuz" "$2/initrd.gz" "$2/syslinux.cfg" ::
  SOURCE_DATE_EPOCH=$epoch syslinux --install "$fat"
}

make_root_partition() { # ROOT WORK
  find "$1" -newermt "@$epoch" -exec touch -h -d "@$epoch" {} +
  truncate -s "${root_mib}M" "$2/root.ext4"
  E2FSPROGS_FAKE_TIME=$epoch mke2fs -q -F -t ext4 -L root -m 0 -U 67696e74-0000-4000-8000-000000000001 \
    -E hash_seed=67696e74-0000-4000-8000-000000000002,lazy_itable_init=0,nodiscard -d "$1" "$2/root.ext4"
}

make_disk() { # WORK DISK
  truncate -s $((boot_mib + root_mib + 2))M "$2"
  printf '%s\n' 'label: dos' 'label-id: 0x676c696e' "start=1MiB, size=${boot_mib}MiB, type=6, bootable" \
    "start=$((boot_mib + 1))MiB, size=${root_mib}MiB, type=83" | sfdisk -q "$2"
  dd if=/usr/lib/syslinux/mbr/mbr.bin of="$2" bs=440 count=1 conv=notrunc status=none
  dd if="$1/boot.fat" of="$2" bs=1M seek=1 conv=notrunc,sparse status=none
  dd if="$1/root.ext4" of="$2" bs=1M seek=$((boot_mib + 1)) conv=notrunc,sparse status=none
}

build() { # all of it, with faked ownership: files in the image belong to root
  work=$(mktemp -d "$out/work.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  unpack "$work/root"
  make_initrd "$work/root" "$work"
  make_boot_partition "$work/root" "$work"
  make_root_partition "$work/root" "$work"
  make_disk "$work" "$image.part"
}

if [ "${2:-}" = --unpacked-as-root ]; then
  build
  exit 0
fi
key=$(sha256sum "$self" | cut -d' ' -f1)
[ "$(cat "$out/recipe" 2>/dev/null)" != "$key" ] || [ ! -s "$image" ] || exit 0
[ "$(cat "$out/packages/recipe" 2>/dev/null)" = "$(echo "$content" | sha256sum)" ] || {
  rm -rf "$out/packages" "$out/packages.part"
  fetch_packages
  echo "$content" | sha256sum >"$out/packages/recipe"
}
rm -f "$image.part"
fakeroot -- bash "$self" "$out" --unpacked-as-root
mv "$image.part" "$image"
echo "$key" >"$out/recipe"
