#!/usr/bin/env bash
# `make run` inside the container. What it starts listens on the container's own loopback: a relay per port lets the published ports in.
set -euo pipefail
address=$(hostname -i)
for port in 4566 8000; do
  socat "TCP-LISTEN:$port,bind=${address%% *},fork,reuseaddr" "TCP:127.0.0.1:$port" &
done
exec make run
