"""The Makefile teaches: alone it lists its targets, and each has a sentence."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_make_alone_lists_every_documented_target():
    """`make` prints one line for each target that has a help text."""
    shown = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    documented = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    assert {"run", "test", "synth", "clean"} <= set(documented)
    assert [line.split()[1] for line in shown.splitlines()] == documented
