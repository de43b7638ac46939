#!/usr/bin/env bash
# buildah without an engine, as root: commands run in a chroot, images live under .local/cache/images. `docker/buildah.sh images`
set -euo pipefail
store="$(cd "$(dirname "$0")/.." && pwd)/.local/cache/images"
mkdir -p "$store"
printf '[storage]\ndriver = "vfs"\ngraphroot = "%s/graph"\nrunroot = "%s/run"\n' "$store" "$store" > "$store/storage.conf"
export CONTAINERS_STORAGE_CONF="$store/storage.conf" BUILDAH_ISOLATION=chroot
exec buildah "$@"
