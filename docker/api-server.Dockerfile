# The scoring API as a container, for CPUs. From the repository's root:
#   docker compose -f docker/docker-compose.yml up -d --build api-server
ARG BASE_IMAGE=official
# Of every platform. Left out of a build with a BASE_IMAGE of its own.
FROM python:3.13-slim-bookworm@sha256:cbd229d7b9bd041012af758ce5ffd807a6518d76493ce9035d208f1db9ceff1e AS official

FROM ${BASE_IMAGE} AS packages
COPY layers/runtime/requirements.txt docker/api-server.txt /tmp/
RUN python3 -m pip install --quiet --root-user-action ignore --disable-pip-version-check --no-cache-dir \
      --require-hashes --target /opt/python --requirement /tmp/requirements.txt --requirement /tmp/api-server.txt

# Only packages and sources cross over: no caches, no settings of the build. The folders are those of a Lambda function.
FROM ${BASE_IMAGE}
COPY --from=packages /opt/python /opt/python
COPY layers/greenfraud/python /opt/python
COPY functions/__init__.py /var/task/functions/
COPY functions/score /var/task/functions/score

ENV PYTHONPATH=/opt/python PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 UVICORN_HOST=0.0.0.0 UVICORN_PORT=8000
ENV DYNAMODB_CLIENT=lean
# onnxruntime reports every session, with names and digests of the model, to its makers unless told not to.
ENV ORT_DISABLE_TELEMETRY=1
WORKDIR /var/task
USER 65532:65532
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python3", "-c", "import http.client, os, sys; api = http.client.HTTPConnection('127.0.0.1', int(os.environ['UVICORN_PORT']), timeout=4); api.request('GET', '/health'); sys.exit(api.getresponse().status != 200)"]

# No access log: a path may hold a transaction's id.
CMD ["python3", "-m", "uvicorn", "--factory", "functions.score.app:development", "--no-access-log", "--no-server-header"]
