"""Answers score requests over HTTP: the one Lambda a client waits for."""

import os

# onnxruntime reports its sessions to its makers unless told otherwise before it is imported.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
