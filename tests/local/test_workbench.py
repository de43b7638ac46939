"""The servers that tests share."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.local.workbench import ROOT

LASTS = """
import json
import os
from pathlib import Path

from tests.local.workbench import lasting

def test_a_server_lasts():
    server = lasting()
    Path("server.json").write_text(json.dumps([server.process.pid, str(server.state)]))
"""


def test_a_server_that_lasts_ends_with_the_run_also_in_a_worker(tmp_path):
    """A worker is killed soon after it told its end: what it left behind would keep ports and memory."""
    (tmp_path / "conftest.py").write_text("from tests.conftest import pytest_sessionfinish\n", encoding="utf-8")
    (tmp_path / "test_lasting.py").write_text(LASTS, encoding="utf-8")
    words = [sys.executable, "-m", "pytest", "-q", "-n", "1", f"--rootdir={tmp_path}", "test_lasting.py"]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(words, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=300, check=False)
    assert ran.returncode == 0, ran.stdout
    process_id, state = json.loads((tmp_path / "server.json").read_text(encoding="utf-8"))
    with pytest.raises(ProcessLookupError):
        os.kill(process_id, 0)
    assert not os.path.lexists(state)
