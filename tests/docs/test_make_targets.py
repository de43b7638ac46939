"""Make hands what a person writes to the programs behind it, and forgets only what it says it forgets."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from command_line import options_of
from pages import ROOT, pages

DOCUMENTED = sorted({command for page in pages() for command in page.commands if shlex.split(command)[0] == "make"})


def dry_run(command: str) -> str:
    """What make would run."""
    words = shlex.split(command)
    done = subprocess.run(["make", "--dry-run", *words[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("command", DOCUMENTED)
def test_make_knows_every_documented_target_and_variable(command: str):
    """A renamed target or a misspelt variable is found before a reader finds it."""
    assert dry_run(command)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    variables = [word.split("=")[0] for word in shlex.split(command) if "=" in word]
    assert [name for name in variables if f"$({name})" not in makefile] == []


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("make run", {"is_exiting": False, "data": None, "port": 4566, "http_port": 8000}),
        ("make run EXIT=1", {"is_exiting": True}),
        ("make run DATA=file.parquet", {"data": Path("file.parquet")}),
        (
            "make run DATA=a.csv MAP=transaction_id=TxId,amount=Total",
            {"data": Path("a.csv"), "mapping": "transaction_id=TxId,amount=Total"},
        ),
        ("make run PORT=4567 HTTP_PORT=8001", {"port": 4567, "http_port": 8001}),
    ],
)
def test_make_run_hands_its_variables_to_the_command(command: str, expected: dict[str, object]):
    """What the README promises of `make run` reaches `greenfraud run` under the right option."""
    (line,) = [line for line in dry_run(command).splitlines() if "greenfraud run" in line]
    options = options_of("run", shlex.split(line)[2:])
    assert {name: options[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("words", "unknown"),
    [
        (["DAT=mine.csv"], "DAT"),
        (["DATA=my file.csv", "Port=4567"], "Port"),
        (["MAP=customer_id=Client's id,amount=Total, gross = x", "SCALE=0.1"], "SCALE"),
        (["clean", "data=mine.csv"], "data"),
    ],
)
def test_make_run_refuses_a_variable_that_it_would_ignore(words: list[str], unknown: str):
    """Or a person's misspelt file would become the generated world; the known ones are named."""
    done = subprocess.run(["make", "--dry-run", "run", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"`make run` knows no {unknown}; it takes DATA DATASET MAP TIMEZONE EXIT PORT HTTP_PORT PYTHON" in done.stderr


@pytest.mark.parametrize(
    "command", ["make PYTHON=python3.11 run", "make run PORT=4567 DATASET=d.toml TIMEZONE=UTC", "make bench-gate SCALE=1 x=1"]
)
def test_make_takes_every_variable_that_somebody_reads(command: str):
    """Also before the target; what other targets are given is theirs."""
    assert dry_run(command)


@pytest.mark.parametrize(("command", "port"), [("make mlflow-ui", 5000), ("make mlflow-ui PORT=5001", 5001)])
def test_make_mlflow_ui_hands_its_port_to_the_command(command: str, port: int):
    """And without one, MLflow's own usual port is taken."""
    (line,) = [line for line in dry_run(command).splitlines() if "greenfraud mlflow-ui" in line]
    assert options_of("mlflow-ui", shlex.split(line)[2:])["port"] == port


def test_make_clean_forgets_state_caches_and_template_and_nothing_else(tmp_path: Path):
    """Run for real, in a folder of its own."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in (".local/state/x", "cdk.out", "logs", "shared", ".venv"):
        (tmp_path / name).mkdir(parents=True)
    subprocess.run(["make", "clean"], cwd=tmp_path, capture_output=True, check=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".venv", "Makefile", "shared"]


def test_the_ci_command_runs_make_targets_only():
    """`.ci/run` stops at the first failure, and does what a person does with the same words."""
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert "set -euo pipefail" in script
    called = re.findall(r"^make ([a-z -]+)$", script, re.MULTILINE)
    assert called[0] == "test"
    assert all(dry_run(f"make {targets}") for targets in called)


def test_the_plain_environment_is_made_as_the_readme_says():
    """`make test-plain` is the README's line in an empty environment; CI runs it, because it takes minutes."""
    recipe = dry_run("make test-plain")
    assert re.search(r"/bin/pip install .*(-e|--editable) \.\s", recipe)
    assert re.search(r"/bin/pytest tests\b", recipe)
    assert "make test-plain" in (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
