"""A bundle in the form of an MLflow model: what `mlflow.pyfunc.load_model` and `mlflow.onnx.load_model` expect of a folder.

Written by hand, and JSON where MLflow writes YAML, of which JSON is a part: MLflow's own way would try the model out in
processes of their own to find out what it needs.
"""

from __future__ import annotations

import json
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from greenfraud.bundle import LOG_ODDS, MANIFEST_FILE, MODEL_FILE
from training.model.onnx_graph import OUTPUT

if TYPE_CHECKING:
    from greenfraud.bundle import BundleManifest

FOLDER = "model"  # below a run's artifacts
LOGGED_MODELS_TAG = "mlflow.log-model.history"  # from which MLflow's pages know that a folder is a model
PACKAGES = ("mlflow", "onnx", "onnxruntime", "numpy", "pandas")
EXAMPLE_FILE, SERVING_EXAMPLE_FILE = "input_example.json", "serving_input_example.json"
REQUIREMENTS_FILE, ENVIRONMENT_FILE = "requirements.txt", "python_env.yaml"


def model_files(manifest: BundleManifest, model: bytes, run_id: str) -> dict[str, bytes]:
    """Return the folder's files by name: model and manifest of the bundle, byte for byte, and what MLflow reads beside them."""
    example = {"columns": manifest.feature_names, "data": [vector["inputs"] for vector in manifest.golden]}
    return {
        MODEL_FILE: model,
        MANIFEST_FILE: manifest.to_bytes(),
        "MLmodel": _json(_description(manifest, run_id)),
        EXAMPLE_FILE: _json(example),
        SERVING_EXAMPLE_FILE: _json({"dataframe_split": example}),
        REQUIREMENTS_FILE: "".join(f"{name}=={version(name)}\n" for name in PACKAGES).encode(),
        ENVIRONMENT_FILE: _json({"python": platform.python_version(), "dependencies": [f"-r {REQUIREMENTS_FILE}"]}),
    }


def logged_model_tag(manifest: BundleManifest, run_id: str) -> str:
    """Return the value of LOGGED_MODELS_TAG."""
    return json.dumps([_identity(manifest, run_id) | {"flavors": _flavors()}])


def _description(manifest: BundleManifest, run_id: str) -> dict[str, Any]:
    return {
        **_identity(manifest, run_id),
        "flavors": _flavors(),
        "signature": {
            "inputs": json.dumps([_column(name, "double") for name in manifest.feature_names]),
            "outputs": json.dumps([_column(name, "float") for name in (OUTPUT, LOG_ODDS)]),
        },
        "saved_input_example_info": {
            "artifact_path": EXAMPLE_FILE,
            "serving_input_path": SERVING_EXAMPLE_FILE,
            "type": "dataframe",
            "pandas_orient": "split",
        },
        "metadata": {"family": manifest.family, "version": manifest.version, "bundle_sha256": manifest.digest()},
        "mlflow_version": version("mlflow"),
    }


def _identity(manifest: BundleManifest, run_id: str) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "artifact_path": FOLDER,
        "model_uuid": manifest.digest()[:32],
        "utc_time_created": f"{datetime.now(UTC).replace(tzinfo=None)}",
    }


def _flavors() -> dict[str, dict[str, Any]]:
    onnx = {"data": MODEL_FILE, "onnx_version": version("onnx"), "providers": ["CPUExecutionProvider"]}
    python = {
        "loader_module": "mlflow.onnx",
        "data": MODEL_FILE,
        "python_version": platform.python_version(),
        "env": {"virtualenv": ENVIRONMENT_FILE},
    }
    return {"onnx": onnx, "python_function": python}


def _column(name: str, kind: str) -> dict[str, Any]:
    return {"name": name, "type": kind, "required": True}


def _json(document: dict[str, Any]) -> bytes:
    return json.dumps(document, indent=1).encode()
