"""`python -m local deploy` with a small cloud assembly."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from local.cloudformation import assets
from local.functions import runtime_layer

ROOT = Path(__file__).parents[3]
ASSETS_BUCKET = "cdk-hnb659fds-assets-${AWS::AccountId}-eu-north-1"


class Assembly:
    """A folder as `cdk synth` leaves it, of two stacks: the second imports from the first."""

    def __init__(self, folder: Path, first: str, second: str) -> None:
        self.folder, self.names = folder, (first, second)
        folder.mkdir()
        asset = folder / "asset.code"
        asset.mkdir()
        (asset / "index.py").write_text("def handler(event, context):\n    return 'packed'\n")
        export = {"Value": {"Ref": "Topic"}, "Export": {"Name": f"{first}:Topic"}}
        self.write(first, {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}, "Outputs": {"Topic": export}})
        imported = {"Value": {"Fn::ImportValue": f"{first}:Topic"}}
        self.write(second, {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}, "Outputs": {"Imported": imported}})
        # Written in the wrong order on purpose: the dependency decides.
        artifacts = self.stack(second, [first]) | self.stack(first, [])
        (folder / "manifest.json").write_text(json.dumps({"version": "55.0.0", "artifacts": artifacts}))

    def write(self, name: str, template: dict) -> None:
        """One template and its asset manifest, in a layout no JSON library would write by itself."""
        (self.folder / f"{name}.template.json").write_text(json.dumps(template, indent=3))
        file = {
            "source": {"path": "asset.code", "packaging": "zip"},
            "destinations": {"here": {"bucketName": ASSETS_BUCKET, "objectKey": f"{name}.zip"}},
        }
        (self.folder / f"{name}.assets.json").write_text(json.dumps({"files": {"code": file}, "dockerImages": {}}))

    def stack(self, name: str, after: list[str]) -> dict:
        """Its artifacts in the manifest."""
        properties = {"templateFile": f"{name}.template.json", "tags": {"project": "test"}}
        return {
            f"{name}.assets": {"type": "cdk:asset-manifest", "properties": {"file": f"{name}.assets.json"}},
            name: {
                "type": "aws:cloudformation:stack",
                "environment": "aws://unknown-account/eu-north-1",
                "properties": properties,
                "dependencies": [f"{name}.assets", *after],
            },
        }

    def sha256(self, name: str) -> str:
        """Digest of a template as it lies there."""
        return hashlib.sha256((self.folder / f"{name}.template.json").read_bytes()).hexdigest()


@pytest.fixture
def assembly(tmp_path, stack_name) -> Assembly:
    """Two stacks no other test uses."""
    return Assembly(tmp_path / "cdk.out", f"GreenFraud-{stack_name}A", f"GreenFraud-{stack_name}B")


def deploy(assembly: Assembly, embedded) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder of its own, where it leaves its record."""
    command = [sys.executable, "-m", "local", "deploy", str(assembly.folder), "--endpoint", embedded.endpoint]
    environ = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    return subprocess.run(command, cwd=assembly.folder.parent, env=environ, capture_output=True, text=True, check=False)


def test_stacks_are_deployed_in_order_from_the_bytes_that_lie_there(assembly, embedded, stacks):
    """The record holds the digest of what was sent, and CloudFormation holds the same bytes."""
    done = deploy(assembly, embedded)
    assert (done.returncode, done.stderr) == (0, "")
    first, second = assembly.names
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == [first, second]
    record = json.loads((assembly.folder.parent / ".local/deployed.json").read_text())
    assert {name: entry["template_sha256"] for name, entry in record.items()} == {
        name: assembly.sha256(name) for name in (first, second)
    }
    assert stacks.outputs(second)["Imported"] == stacks.outputs(first)["Topic"]


def test_a_second_deployment_changes_nothing(assembly, embedded):
    """Unchanged stacks are said to be unchanged."""
    deploy(assembly, embedded)
    again = deploy(assembly, embedded).stdout.splitlines()
    assert [line.split()[1] for line in again] == ["unchanged", "unchanged"]


def test_a_failure_names_the_resource_and_the_reason(assembly, embedded):
    """Exit code 1; the next deployment of a mended template works."""
    first = assembly.names[0]
    broken = {"Resources": {"Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "no spaces"}}}}
    assembly.write(first, broken)
    failed = deploy(assembly, embedded)
    assert failed.returncode == 1
    assert "Logs (AWS::Logs::LogGroup)" in failed.stderr
    broken["Resources"]["Logs"]["Properties"]["LogGroupName"] = first
    broken["Outputs"] = {"Topic": {"Value": "x", "Export": {"Name": f"{first}:Topic"}}}
    assembly.write(first, broken)
    assert deploy(assembly, embedded).returncode == 0


def test_a_folder_that_is_no_assembly_is_refused(tmp_path, embedded, assembly):
    """The message says what to do."""
    (assembly.folder / "manifest.json").unlink()
    refused = deploy(assembly, embedded)
    assert refused.returncode == 1
    assert "synthesise it first" in refused.stderr


def test_a_stack_for_another_region_is_refused(assembly, embedded):
    """There is one region, and the message names it."""
    manifest = assembly.folder / "manifest.json"
    manifest.write_text(manifest.read_text().replace("eu-north-1", "us-east-1"))
    refused = deploy(assembly, embedded)
    assert refused.returncode == 1
    assert "is for us-east-1: the embedded AWS has one region, eu-north-1" in refused.stderr


def test_equal_folders_make_equal_archives(tmp_path):
    """No dates, no order of the file system."""
    for name in ("one", "two"):
        (tmp_path / name / "sub").mkdir(parents=True)
        (tmp_path / name / "sub" / "a.py").write_text("a = 1\n")
        (tmp_path / name / "b.py").write_text("b = 1\n")
    one, two = (assets.content_of(tmp_path / name, "zip") for name in ("one", "two"))
    assert one == two


@pytest.fixture
def layer(tmp_path, monkeypatch) -> Path:
    """A runtime layer's asset: wheels for another platform beside their pins and the marker."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(runtime_layer, "install", lambda requirements, target: (target.mkdir(), (target / "built.py").touch()))
    folder = tmp_path / "asset.layer"
    (folder / "python").mkdir(parents=True)
    (folder / "python" / "other_platform.so").write_bytes(b"\x7fELF")
    (folder / "requirements.txt").write_text("field==1.0 --hash=sha256:0\n")
    (folder / runtime_layer.MARKER).write_text(json.dumps({"requirements": "requirements.txt"}))
    return folder


def test_a_runtime_layer_is_published_as_its_pins(layer, tmp_path):
    """What AWS gets stays behind; the marker and the pins say what to build here."""
    archive = tmp_path / "layer.zip"
    archive.write_bytes(assets.content_of(layer, "zip"))
    with zipfile.ZipFile(archive) as published:
        assert sorted(published.namelist()) == [runtime_layer.MARKER, "requirements.txt"]


def test_a_runtime_layer_is_built_for_this_machine_once(layer):
    """By the content of its pins and this platform."""
    built = runtime_layer.resolved(layer)
    assert (built / "python" / "built.py").exists()
    assert runtime_layer.build(layer / "requirements.txt") == built


def test_an_ordinary_layer_is_used_as_it_is(tmp_path):
    """No marker, no build."""
    assert runtime_layer.resolved(tmp_path) == tmp_path
