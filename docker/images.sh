# Sourced by the scripts that build: which images there are, and what their builds are told. BASE_IMAGE and TORCH_BACKEND
# come from the environment; unset, each Dockerfile has its own default.

fail() {
  echo "$0: $*" >&2
  exit 2
}

refuse_backend() {
  fail "TORCH_BACKEND is '$TORCH_BACKEND': cpu, cu130 (CUDA 13) or, for the CPU build from where pip's settings point, index"
}

# Sets file, tag and arguments.
describe() {
  case "$1" in
    training) file=training/Dockerfile ;;
    api-server | platform) file=docker/$1.Dockerfile ;;
    *) fail "there is no image '$1': training, api-server or platform" ;;
  esac
  tag=greenfraud-$1
  arguments=(--file $file)
  if [ -n "${BASE_IMAGE:-}" ]; then arguments+=(--build-arg "BASE_IMAGE=$BASE_IMAGE"); fi
  case "$1 ${TORCH_BACKEND:-}" in
    *" ") ;;
    "training index") arguments+=(--build-arg TORCH_BACKEND=) ;;
    "training cpu") arguments+=(--build-arg TORCH_BACKEND=cpu) ;;
    "training "*[!a-z0-9]*) refuse_backend ;;
    training*)
      [ -f "requirements/torch-$TORCH_BACKEND.txt" ] || refuse_backend
      arguments+=(--build-arg "TORCH_BACKEND=$TORCH_BACKEND") tag+=:$TORCH_BACKEND
      ;;
    *) fail "TORCH_BACKEND is for the training image: $1 has no torch of its own to choose" ;;
  esac
}
