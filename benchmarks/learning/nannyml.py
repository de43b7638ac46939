"""NannyML as a judge: in an environment of its own, fed by a file, and left out where it cannot be installed."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.peers import nannyml_cbpe
from toolchain.content import content_key
from toolchain.environments import PINNED, ROOT, SetupError, ensure, install, new_environment, uv_settings

if TYPE_CHECKING:
    import pyarrow as pa

FOLDER, REQUIREMENTS = ROOT / ".venv-nannyml", "requirements/nannyml.txt"


class NoJudgeError(Exception):
    """NannyML cannot be asked; the message says why."""


def make_environment() -> None:
    """Install what is pinned, and nothing that it asks for beyond."""
    python = new_environment(FOLDER)
    install(python, "--no-deps", *PINNED, "--requirement", REQUIREMENTS, env=uv_settings())


def estimated(scores: pa.Table) -> dict[int, dict[str, float]]:
    """Return what NannyML expects of each week, see `benchmarks.peers.nannyml_cbpe`. Raises NoJudgeError."""
    import pyarrow.parquet as pq

    try:
        key = content_key(ROOT, [REQUIREMENTS, "requirements/uv.txt"])
        ensure("NannyML, the judge of estimates", FOLDER, key, make_environment)
    except SetupError as error:
        raise NoJudgeError(f"cannot be installed here: {str(error).splitlines()[0]}") from None
    with tempfile.TemporaryDirectory() as folder:
        asked, answered = Path(folder) / "scores.parquet", Path(folder) / "answers.json"
        pq.write_table(scores, asked)
        command = [str(path) for path in (FOLDER / "bin/python", nannyml_cbpe.__file__, asked, answered)]
        finished = subprocess.run(command, capture_output=True, text=True, check=False)
        if finished.returncode:
            said = finished.stderr.strip().splitlines() or ["nothing"]
            raise NoJudgeError(f"ended with {finished.returncode}, its last word: {said[-1]}")
        found = json.loads(answered.read_text(encoding="utf-8"))
    return {int(week): figures for week, figures in found.items()}
