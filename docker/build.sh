#!/usr/bin/env bash
# Builds one image by what is there: Docker, podman or, where neither answers, buildah as root.   docker/build.sh training
set -euo pipefail
cd "$(dirname "$0")/.."
. docker/images.sh
describe "${1:-}"

for engine in docker podman; do
  if ! { command -v $engine && timeout 30 $engine info; } > /dev/null 2>&1; then continue; fi
  # podman does not find the ignore file by itself, and forgets health checks in its own format.
  if [ $engine = podman ]; then arguments+=(--format docker --ignorefile "$file.dockerignore"); fi
  DOCKER_BUILDKIT=1 exec $engine build --tag $tag "${arguments[@]}" .
done
echo "neither Docker nor podman answers: building with buildah, as root"
if [ "$(id -u)" = 0 ]; then exec docker/build-without-engine.sh "$1"; fi
command -v sudo > /dev/null || fail "needs a running Docker or podman, or to be run as root: there is no sudo to become it"
exec sudo --preserve-env docker/build-without-engine.sh "$1"
