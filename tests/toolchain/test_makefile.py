"""The Makefile teaches: alone it lists its targets, and each has a sentence."""

import re
import shlex
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_make_alone_lists_every_documented_target():
    """`make` prints one line for each target that has a help text."""
    shown = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    documented = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    assert {"run", "test", "synth", "clean"} <= set(documented)
    assert [line.split()[1] for line in shown.splitlines()] == documented


def test_names_with_an_apostrophe_reach_the_command_whole():
    """As do commas in double quotes, and blanks in a file's name."""
    asked = ["DATA=my f.csv", "DATASET=a b.toml", """MAP=customer_id=Client's id,amount="Amount, gross\""""]
    shown = subprocess.run(["make", "--dry-run", "run", *asked], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    (line,) = [line for line in shown.splitlines() if "greenfraud run" in line]
    expected = ["--data", "my f.csv", "--dataset", "a b.toml", "--map", """customer_id=Client's id,amount="Amount, gross\""""]
    assert shlex.split(line)[2:] == expected
