# The whole of `make run` in a container, for machines that are not Linux. From the repository's root:
#   docker compose -f docker/docker-compose.yml up --build platform
ARG BASE_IMAGE=official
# Of every platform. Left out of a build with a BASE_IMAGE of its own.
FROM python:3.13-slim-bookworm@sha256:cbd229d7b9bd041012af758ce5ffd807a6518d76493ce9035d208f1db9ceff1e AS official

FROM ${BASE_IMAGE}
RUN apt-get -qq update \
 && apt-get -qq install --no-install-recommends make python3-venv socat > /dev/null \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /greenfraud
COPY . .
RUN make synth
EXPOSE 4566 8000
CMD ["docker/run-platform.sh"]
