"""The shell completes commands and options."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

GREENFRAUD = str(Path(sys.executable).parent / "greenfraud")


def test_completion_is_installed_for_the_readers_shell(tmp_path):
    """Its file lies in the reader's home, and the shell reads it at its start."""
    command = f"{GREENFRAUD} --install-completion; exit $?"  # a shell of its own, or it would ask for pytest's
    done = subprocess.run(
        ["bash", "-c", command], env={**os.environ, "HOME": str(tmp_path)}, capture_output=True, text=True, check=True
    )
    assert "installed in" in done.stdout
    assert "greenfraud" in (tmp_path / ".bashrc").read_text(encoding="utf-8")


def test_what_was_begun_is_completed():
    """The word behind the program's name, as bash asks for it."""
    asked = {"COMP_WORDS": "greenfraud roll", "COMP_CWORD": "1", "_GREENFRAUD_COMPLETE": "complete_bash"}
    done = subprocess.run([GREENFRAUD], env={**os.environ, **asked}, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["rollback"]
