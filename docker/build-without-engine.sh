#!/usr/bin/env bash
# Builds an image of this repository where there is no Docker, as root on Debian or Ubuntu:
#   docker/build-without-engine.sh api-server      (or: training)
# The Dockerfile is the real one; only its base is not, which is a Debian with its own Python made by debootstrap.
# Everything is kept in .local/cache/images.
set -euo pipefail
cd "$(dirname "$0")/.."
buildah=docker/buildah.sh
base=localhost/greenfraud-base:bookworm
settings=.local/cache/images/settings
certificates=/etc/ssl/certs/ca-certificates.crt

fail() { echo "$0: $*" >&2; exit 2; }

install_tools() {
  if command -v buildah debootstrap > /dev/null; then return; fi
  command -v apt-get > /dev/null || fail "buildah and debootstrap are missing, and there is no apt-get to install them by"
  export DEBIAN_FRONTEND=noninteractive
  apt-get -qq update
  apt-get -qq -o DPkg::Lock::Timeout=300 install --no-install-recommends buildah debootstrap debian-archive-keyring > /dev/null
}

# Stands in for the official Python image: Debian, its Python, and a pip that may install into it.
make_base() {
  if $buildah inspect --type image $base > /dev/null 2>&1; then return; fi
  echo "making a Debian base (once) …"
  local container root
  container=$($buildah from scratch)
  root=$($buildah mount "$container")
  if ! debootstrap --variant=minbase --include=ca-certificates,python3,python3-pip bookworm "$root" ${DEBIAN_MIRROR:-} \
    > .local/cache/images/debootstrap.log; then
    tail -5 .local/cache/images/debootstrap.log >&2
    $buildah rm "$container" > /dev/null
    fail "debootstrap failed"
  fi
  rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/cache/apt/*.bin "$root"/var/lib/apt/lists/* "$root"/usr/lib/python3*/EXTERNALLY-MANAGED
  $buildah commit --quiet --rm "$container" $base > /dev/null
}

# What pip is told on this machine, told to the build by mounts: nothing of it is in the repository or in the image.
hand_over_settings() {
  local name variable folder
  mkdir -p $settings
  echo "[global]" > $settings/pip.conf
  : > $settings/uv.toml
  mounts=(--volume "$PWD/$settings/pip.conf:/etc/pip.conf:ro" --volume "$PWD/$settings/uv.toml:/etc/uv/uv.toml:ro")
  for name in index-url extra-index-url find-links no-index trusted-host proxy default-timeout; do
    variable="PIP_$(tr 'a-z-' 'A-Z_' <<< $name)"
    if [ -n "${!variable:-}" ]; then echo "$name = ${!variable}" >> $settings/pip.conf; fi
  done
  if [ -n "${PIP_CERT:-}" ]; then
    echo "cert = $certificates" >> $settings/pip.conf
    echo "system-certs = true" >> $settings/uv.toml
    mounts+=(--volume "$PIP_CERT:$certificates:ro")
  fi
  if [ -n "${PIP_INDEX_URL:-}" ]; then echo "index-url = \"$PIP_INDEX_URL\"" >> $settings/uv.toml; fi
  for folder in ${PIP_FIND_LINKS:-}; do
    if [ -d "$folder" ]; then mounts+=(--volume "$folder:$folder:ro"); fi
  done
  if [ -n "${PIP_FIND_LINKS:-}" ]; then
    echo "find-links = [\"${PIP_FIND_LINKS// /\", \"}\"]" >> $settings/uv.toml
  fi
}

# Where a folder offers torch, it is taken from there and no index of PyTorch's is asked.
torch_backend() {
  local folder
  for folder in ${PIP_FIND_LINKS:-}; do
    if compgen -G "$folder/torch-*.whl" > /dev/null; then echo "--build-arg=TORCH_BACKEND="; fi
  done
}

case "${1:-}" in
  api-server) build=(--file docker/api-server.Dockerfile --ignorefile docker/api-server.Dockerfile.dockerignore) ;;
  training) build=(--file training/Dockerfile $(torch_backend)) ;;
  *) fail "which image? api-server or training" ;;
esac
[ "$(id -u)" = 0 ] || fail "needs root: sudo --preserve-env make test-image. With Docker: docker compose -f docker/docker-compose.yml build"
install_tools
make_base
hand_over_settings
$buildah bud --format docker --build-arg BASE_IMAGE=$base --tag "localhost/greenfraud-$1" "${build[@]}" "${mounts[@]}" .
$buildah rmi --prune --force > /dev/null
$buildah images
