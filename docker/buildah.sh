#!/usr/bin/env bash
# buildah without an engine, as root: commands run in a chroot, images live under .local/cache/images. `docker/buildah.sh images`
set -euo pipefail
store="$(cd "$(dirname "$0")/.." && pwd)/.local/cache/images"

# Whether this kernel lays one folder over another here; inside a container it often may not.
can_overlay() {
  local probe failed=0
  probe=$(mktemp -d "$store/probe.XXXX")
  mkdir "$probe/lower" "$probe/upper" "$probe/work" "$probe/merged"
  mount -t overlay overlay -o "lowerdir=$probe/lower,upperdir=$probe/upper,workdir=$probe/work" "$probe/merged" 2> /dev/null || failed=1
  [ $failed = 1 ] || umount "$probe/merged"
  rm -rf "$probe"
  return $failed
}

# Decided once for a store: an image lies in it as its driver keeps it. vfs works everywhere, and copies every layer whole.
if [ ! -e "$store/storage.conf" ]; then
  mkdir -p "$store"
  if can_overlay; then driver=overlay; else driver=vfs; fi
  printf '[storage]\ndriver = "%s"\ngraphroot = "%s/graph"\nrunroot = "%s/run"\n' $driver "$store" "$store" > "$store/storage.conf"
fi
export CONTAINERS_STORAGE_CONF="$store/storage.conf" BUILDAH_ISOLATION=chroot
exec buildah "$@"
