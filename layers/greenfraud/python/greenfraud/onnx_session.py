"""How a model is run by onnxruntime, which the core does not import: the same in training, evaluation and serving."""

from __future__ import annotations

from typing import Any

PROVIDERS = ["CPUExecutionProvider"]
ERRORS_ONLY = 3


def single_threaded(options: Any) -> Any:
    """Return `onnxruntime.SessionOptions` set to one thread that rests between requests, and to logging errors only."""
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # A spinning thread burns the vCPU between requests.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = ERRORS_ONLY
    return options
