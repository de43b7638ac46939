#!/usr/bin/env bash
# Builds images of this repository where there is no Docker, as root on Debian or Ubuntu:
#   docker/build-without-engine.sh api-server training
# The Dockerfiles are the real ones; only their base is not, which is a Debian with its own Python, made by debootstrap.
# Everything is kept in .local/cache/images. BASE_IMAGE and TORCH_BACKEND are handed on; without the former the base is our own.
set -euo pipefail
cd "$(dirname "$0")/.."
. docker/images.sh
store=.local/cache/images
base=localhost/greenfraud-base
certificates=/etc/ssl/certs/ca-certificates.crt
builders_home=/root # of the user that builds, inside the image

install_tools() {
  if command -v buildah && command -v debootstrap; then return; fi > /dev/null
  command -v apt-get > /dev/null || fail "buildah and debootstrap are missing, and there is no apt-get to install them by"
  echo "installing buildah and debootstrap …"
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq -o DPkg::Lock::Timeout=300 update
  apt-get -qq -o DPkg::Lock::Timeout=300 install --no-install-recommends buildah debootstrap debian-archive-keyring > /dev/null
}

# Stands in for the official Python image: Debian, its Python, and a pip that may install into it.
make_base() {
  if docker/buildah.sh inspect --type image $base > /dev/null 2>&1; then return; fi
  echo "making a Debian base, once …"
  local container root
  container=$(docker/buildah.sh from scratch)
  root=$(docker/buildah.sh mount "$container")
  if ! debootstrap --variant=minbase --include=ca-certificates,python3,python3-pip bookworm "$root" \
    "${DEBIAN_MIRROR:-http://deb.debian.org/debian}" > $store/debootstrap.log; then
    docker/buildah.sh rm "$container" > /dev/null
    tail -5 $store/debootstrap.log >&2
    fail "debootstrap failed"
  fi
  rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/cache/apt/*.bin "$root"/var/lib/apt/lists/*
  rm -f "$root"/usr/lib/python3*/EXTERNALLY-MANAGED
  docker/buildah.sh commit --quiet --rm "$container" $base > /dev/null
}

# What pip is told on this machine, told to pip, uv and npm in the build by mounts: the repository and the images hold none of it.
hand_over_settings() {
  local name variable folder pip=$store/pip.conf uv=$store/uv.toml npm=$store/npmrc
  echo "[global]" > $pip
  : > $uv
  : > $npm
  mounts=(--volume "$PWD/$pip:/etc/pip.conf:ro" --volume "$PWD/$uv:/etc/uv/uv.toml:ro" --volume "$PWD/$npm:$builders_home/.npmrc:ro")
  for name in index-url extra-index-url find-links no-index trusted-host proxy default-timeout; do
    variable="PIP_$(tr 'a-z-' 'A-Z_' <<< $name)"
    if [ -n "${!variable:-}" ]; then echo "$name = ${!variable}" >> $pip; fi
  done
  if [ -n "${PIP_INDEX_URL:-}" ]; then echo "index-url = \"$PIP_INDEX_URL\"" >> $uv; fi
  if [ -n "${PIP_FIND_LINKS:-}" ]; then echo "find-links = [\"${PIP_FIND_LINKS// /\", \"}\"]" >> $uv; fi
  for folder in ${PIP_FIND_LINKS:-}; do
    if [ -d "$folder" ]; then mounts+=(--volume "$folder:$folder:ro"); fi
  done
  if [ -n "${PIP_CERT:-}" ]; then
    echo "cert = $certificates" >> $pip
    echo "system-certs = true" >> $uv
    echo "cafile = $certificates" >> $npm
    mounts+=(--volume "$PIP_CERT:$certificates:ro")
  fi
}

# A folder that offers torch is asked instead of PyTorch's own index.
offers_torch() {
  local folder
  for folder in ${PIP_FIND_LINKS:-}; do
    if compgen -G "$folder/torch-*.whl" > /dev/null; then return 0; fi
  done
  return 1
}

build() {
  describe "$1"
  if [ -z "${BASE_IMAGE:-}" ]; then arguments+=(--build-arg BASE_IMAGE=$base); fi
  if [ "$1" = training ] && [ -z "${TORCH_BACKEND:-}" ] && offers_torch; then arguments+=(--build-arg TORCH_BACKEND=); fi
  arguments+=(--format docker --ignorefile "$file.dockerignore" "${mounts[@]}")
  # Packages are installed again only when they change. Without overlay every layer would be a copy of the whole.
  if grep -q overlay $store/storage.conf; then
    arguments+=(--layers)
    if grep -q " AS packages$" $file; then
      docker/buildah.sh bud --target packages --tag localhost/$tag-packages "${arguments[@]}" .
    fi
  fi
  docker/buildah.sh bud --tag localhost/$tag "${arguments[@]}" .
}

[ $# -gt 0 ] || fail "which image? api-server, training or platform"
[ "$(id -u)" = 0 ] || fail "needs root; with Docker or podman: make image"
for image in "$@"; do describe "$image"; done
mkdir -p $store
install_tools
if [ -z "${BASE_IMAGE:-}" ]; then make_base; fi
hand_over_settings
for image in "$@"; do build "$image"; done
docker/buildah.sh rmi --prune --force > /dev/null
docker/buildah.sh images
