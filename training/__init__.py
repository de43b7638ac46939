"""The jobs of the training image: features, train, evaluate, materialize and report, run as `python -m training <step>`."""

import os

# onnxruntime reports its sessions to its makers unless told otherwise before it is imported.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
