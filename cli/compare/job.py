"""The comparison as a job of training on this machine: a folder with the history goes in, figures come out, nothing stays."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from cli.data.dataset import Dataset
from cli.data.upload import day_file, lake_files
from cli.errors import CommandError, InputError
from greenfraud.naming import DATASET_KEY

UNUSABLE = "InvalidInput: "


def run_comparison(dataset: Dataset, incumbent: pa.Table, orders: Mapping[str, Any], show: Callable[[str], None]) -> dict[str, Any]:
    """Return the figures; `show` is told each step. InputError for what cannot be compared, CommandError when the job fails."""
    with tempfile.TemporaryDirectory(prefix="greenfraud-compare-") as name:
        root = Path(name)
        _write_inputs(root, dataset, incumbent, orders)
        code, last = _followed(root, show)
        if code:
            raise _fault(root, last)
        document: dict[str, Any] = json.loads((root / "output" / "comparison.json").read_text(encoding="utf-8"))
        return document


def _write_inputs(root: Path, dataset: Dataset, incumbent: pa.Table, orders: Mapping[str, Any]) -> None:
    lake, channel, told = (root / "input" / part for part in ("data/lake", "data/incumbent", "config"))
    for folder in (lake, channel, told):
        folder.mkdir(parents=True)
    for key, table in lake_files(dataset):
        (lake / key).parent.mkdir(parents=True, exist_ok=True)
        (lake / key).write_bytes(day_file(table))
    (lake / DATASET_KEY).write_text(json.dumps(dataset.document()), encoding="utf-8")
    pq.write_table(incumbent, channel / "incumbent.parquet")
    texts = {"execution": "compare", **{name: str(value) for name, value in orders.items()}}
    (told / "hyperparameters.json").write_text(json.dumps(texts), encoding="utf-8")


def _followed(root: Path, show: Callable[[str], None]) -> tuple[int, str]:
    """Run the job in a group of its own, so that Ctrl-C reaches us and no process of it stays; exit code and last line."""
    process: Any = subprocess.Popen(
        [sys.executable, "-m", "training", "compare"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
        env={**os.environ, "GREENFRAUD_ML_ROOT": str(root), "PYTHONUNBUFFERED": "1"},
    )
    last = ""
    try:
        for line in process.stdout:
            last = line.strip() or last
            show(last)
        return int(process.wait()), last
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _fault(root: Path, last: str) -> CommandError:
    failure = root / "output" / "failure"
    reason = failure.read_text(encoding="utf-8") if failure.exists() else last or "it ended without a word"
    if reason.startswith(UNUSABLE):
        return InputError(reason.removeprefix(UNUSABLE))
    return CommandError(f"the comparison failed: {reason}")
