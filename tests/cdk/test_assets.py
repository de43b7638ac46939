"""Assets follow content: not the checkout's place, and not what they do not contain."""

from __future__ import annotations

import doctest
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SYNTHESISED = ("cdk", "functions", "intake", "layers", "reporting", "training", "feature_repo", "requirements")


@pytest.fixture(scope="module")
def elsewhere(context, tmp_path_factory):
    """What a copy of the repository elsewhere synthesises, in which one line of one function was added."""
    copy = tmp_path_factory.mktemp("elsewhere") / "checkout"
    for folder in SYNTHESISED:
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    with (copy / "functions/score/handler.py").open("a", encoding="utf-8") as handler:
        handler.write("# edited\n")
    (copy / "functions/ingest/tests").mkdir()
    (copy / "functions/ingest/tests/test_noise.py").write_text("", encoding="utf-8")
    environment = {**os.environ, "CDK_OUTDIR": str(copy / "cdk.out"), "CDK_CONTEXT_JSON": json.dumps(context)}
    subprocess.run([sys.executable, "-m", "cdk.app"], cwd=copy, env=environment, check=True, capture_output=True)
    return copy / "cdk.out"


@pytest.fixture(scope="module")
def moved(elsewhere):
    """Its templates."""
    return {path.name.split(".")[0]: json.loads(path.read_text()) for path in elsewhere.glob("*.template.json")}


def code_by_handler(templates):
    """S3 key of every function's code."""
    return {
        resource["Properties"]["Handler"]: resource["Properties"]["Code"]["S3Key"]
        for template in templates.values()
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::Lambda::Function"
    }


def test_an_edited_function_changes_no_other(templates, moved):
    """Score is new; the rest would not even be uploaded again."""
    before, after = code_by_handler(templates), code_by_handler(moved)
    changed = {handler for handler in before if before[handler] != after[handler]}
    assert changed == {"functions.score.handler.handler"}


def test_the_same_content_elsewhere_gives_the_same_template(templates, moved):
    """Training has no edited function in it: byte for byte the same, image and layers included."""
    for stack in ("GreenFraud-Data", "GreenFraud-Training", "GreenFraud-Monitoring"):
        assert moved[stack] == templates[stack]


def test_the_image_is_built_for_the_instances_it_runs_on(elsewhere):
    """Training jobs have no arm64 instances; the default ones have no GPU. All that the Dockerfile copies is there."""
    (image,) = json.loads((elsewhere / "GreenFraud-Training.assets.json").read_text())["dockerImages"].values()
    assert image["source"]["platform"] == "linux/amd64"
    assert image["source"]["dockerBuildArgs"] == {"TORCH_BACKEND": "cpu"}
    sent = elsewhere / image["source"]["directory"]
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (sent / image["source"]["dockerFile"]).read_text(), re.MULTILINE)
    assert [name for names in copied for name in names.split() if not (sent / name).exists()] == []


def test_the_examples_of_kept_paths_hold():
    """A parent is opened once, then closed to its other children."""
    from cdk.components import source

    assert doctest.testmod(source).failed == 0
