"""The guide out of Amazon Fraud Detector, line by line: what the CLI answers to it is what the import needs."""

from __future__ import annotations

import doctest
import importlib
import json
import os
import pkgutil
import re
import shlex
import subprocess
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name
from typer.testing import CliRunner

from cli.data.leaving import COLUMNS_FILE, POLICY_FILE
from cli.main import app
from intake import afd
from intake.afd.columns import shape_of
from intake.afd.definitions import Variable
from tests.afd_answers import ANSWERS
from tests.afd_world import event_rows, write_events

GUIDE = Path(__file__).resolve().parents[2] / "docs/leaving-amazon-fraud-detector.md"
LINES = [line for line in GUIDE.read_text(encoding="utf-8").splitlines() if line.startswith(("mkdir", "aws "))]


@pytest.fixture
def account(tmp_path):
    """A folder with events, and an `aws` on the path that answers as an account does."""
    (tmp_path / "bin").mkdir()
    for operation, answer in ANSWERS.items():
        (tmp_path / "bin" / f"{xform_name(operation, '-')}.json").write_text(json.dumps(answer), encoding="utf-8")
    program = tmp_path / "bin/aws"
    program.write_text('#!/bin/sh\n[ "$1" = frauddetector ] && cat "$(dirname "$0")/$2.json"\n', encoding="utf-8")
    program.chmod(0o755)
    write_events(tmp_path, event_rows())
    return tmp_path


SHAPES = {"`number`": "number", "`entity`, `is_personal": "plain", "`entity`:": "personal", "`category`": "flag", "none": None}


def test_the_guides_variables_become_what_it_says():
    """Type by type, of its table."""
    rows = [line.strip("| ").split(" | ") for line in GUIDE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    told = [(types, next((of for of in SHAPES if column.startswith(of)), "")) for types, column, *_ in rows]
    found = {kind: SHAPES[of] for types, of in told if of for kind in re.findall(r"`([A-Z_]+)`", types)}
    assert len(found) > 15
    for kind, shape in found.items():
        is_data_type = kind in {"BOOLEAN", "DATETIME"}
        variable = Variable(name="a", **({"dataType": kind} if is_data_type else {"variableType": kind}))
        assert (kind, shape_of(variable)) == (kind, shape)


@pytest.mark.parametrize("name", sorted(module.name for module in pkgutil.iter_modules(afd.__path__)))
def test_the_examples_of_the_translation_hold(name):
    """What a docstring shows is so."""
    assert doctest.testmod(importlib.import_module(f"{afd.__name__}.{name}")).failed == 0


def test_every_line_of_the_guide_is_an_operation_with_all_that_it_needs():
    """By the service model, option by option."""
    service = botocore.session.get_session().get_service_model("frauddetector")
    operations = {xform_name(name, "-"): service.operation_model(name) for name in service.operation_names}
    told = [shlex.split(line.partition(">")[0])[2:] for line in LINES if line.startswith("aws ")]
    assert len(told) == 8
    for name, *options in told:
        shape = operations[name].input_shape
        members = {f"--{xform_name(member, '-')}" for member in shape.members}
        required = {f"--{xform_name(member, '-')}" for member in shape.required_members}
        assert required <= {*options[::2]} <= members


def test_the_guides_lines_bring_everything_that_an_import_needs(account, monkeypatch):
    """And the answers bring columns and a policy; what does not come along is told."""
    path = f"{account / 'bin'}{os.pathsep}{os.environ['PATH']}"
    for line in LINES:
        subprocess.run(["sh", "-c", line], cwd=account, env={**os.environ, "PATH": path}, check=True)
    monkeypatch.chdir(account)
    looked = CliRunner().invoke(app, ["import", "events.csv", "--from-afd", "afd", "--look"])
    assert looked.exit_code == 0, looked.output
    assert "from 900 on it caught 55 % of frauds" in " ".join(looked.output.split())
    assert not (account / POLICY_FILE).exists()
    said = ["--outcome", "high_risk=review", "--outcome", "notify=nothing"]
    with_words = CliRunner().invoke(app, ["import", "events.csv", "--from-afd", "afd", "--look", *said])
    assert "4 rules of shop version 2 became 3 rules" in " ".join(with_words.output.split())
    imported = CliRunner().invoke(app, ["import", "events.csv", "--from-afd", "afd", "--yes", "--check"])
    assert imported.exit_code == 0, imported.output
    assert json.loads(imported.stdout.splitlines()[-1])["frauds"] == 30
    assert "card_bin = {" in (account / COLUMNS_FILE).read_text(encoding="utf-8")
    assert "policy check" in imported.output
