"""Each bill of materials is CycloneDX, names what is installed, and tells nothing else."""

from __future__ import annotations

import json
from functools import cache
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.validation.json import JsonStrictValidator
from packaging.utils import canonicalize_name

from toolchain.sbom import SCHEMA, TARGETS, Target, bill

ROOT = Path(__file__).resolve().parents[2]
NAMES = [target.name for target in TARGETS]
Bill = dict[str, Any]


@cache
def bill_of(name: str) -> Bill:
    """The bill of one target."""
    (target,) = [one for one in TARGETS if one.name == name]
    document: Bill = json.loads(bill(target))
    return document


def listed(document: Bill, kind: str = "pkg:pypi/") -> dict[str, str]:
    """Version by package."""
    return {one["name"]: one["version"] for one in document["components"] if one["purl"].startswith(kind)}


def installed(folder: Path) -> dict[str, str]:
    """Version by package that lies in `folder`."""
    return {canonicalize_name(one.metadata["Name"]): one.version for one in distributions(path=[str(folder)])}


@pytest.mark.parametrize("target", TARGETS, ids=NAMES)
def test_a_bill_is_the_same_again_but_for_its_serial_number_and_time(target: Target):
    """So that two releases can be compared; what is in it is as CycloneDX's schema wants it."""
    once, again = ({**document} for document in (bill_of(target.name), json.loads(bill(target))))
    assert JsonStrictValidator(SCHEMA).validate_str(json.dumps(once)) is None
    for document in (once, again):
        del document["serialNumber"]
        document["metadata"] = {key: value for key, value in document["metadata"].items() if key != "timestamp"}
    assert once == again


def test_the_schema_would_refuse_a_bill_that_is_none():
    """The check above is able to fail."""
    assert JsonStrictValidator(SCHEMA).validate_str('{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{}]}')


@pytest.mark.parametrize("target", TARGETS, ids=NAMES)
def test_every_component_has_its_hash_and_depends_on_nothing_unnamed(target: Target):
    """A part without a hash could be any; the whole is made of every part."""
    document = bill_of(target.name)
    assert [part["name"] for part in document["components"] if not part["hashes"]] == []
    (whole,) = [one for one in document["dependencies"] if one["ref"] == document["metadata"]["component"]["bom-ref"]]
    assert sorted(whole["dependsOn"]) == sorted(part["bom-ref"] for part in document["components"])


def test_the_functions_bill_is_what_lies_in_their_layer():
    """The layer as it was synthesised, package by package."""
    layers = [path.parent for path in (ROOT / "cdk.out").glob("asset.*/python/onnxruntime-*.dist-info")]
    if not layers:
        pytest.skip("cdk.out holds no runtime layer: run `make synth`")
    newest = max(layers, key=lambda path: path.stat().st_mtime)
    assert installed(newest) == listed(bill_of("functions"))


def test_the_cdk_environments_bill_is_what_is_installed_there():
    """Beside pip and setuptools, which came with the environment."""
    folders = list((ROOT / ".venv-cdk/lib").glob("python3*/site-packages"))
    if not folders:
        pytest.skip("there is no .venv-cdk: run `make install`")
    found = {name: version for name, version in installed(folders[0]).items() if name not in {"pip", "setuptools"}}
    assert found == listed(bill_of("cdk-environment"))


def test_npms_bill_is_what_is_installed_by_it():
    """Scoped packages with their scope."""
    packages = [path for path in (ROOT / "node_modules").glob("**/package.json") if path.parent.parent.name == "node_modules"]
    if not packages:
        pytest.skip("there are no node_modules: run `make install`")
    versions = {json.loads(path.read_text(encoding="utf-8"))["name"]: path for path in packages}
    found = listed(bill_of("npm"), "pkg:npm/")
    assert found["aws-cdk"] == json.loads(versions["aws-cdk"].read_text(encoding="utf-8"))["version"]
    assert {name for name in versions if "/" not in name} <= found.keys()


def test_an_images_bill_names_its_base_by_digest_and_the_packages_of_its_machine():
    """No package of Windows, none of the GPU flavour, and not the one that is taken out again."""
    document = bill_of("training-image")
    (base,) = [part for part in document["components"] if part["type"] == "container"]
    assert f"{base['name']}:{base['version']}@sha256:{base['hashes'][0]['content']}" in (ROOT / "training/Dockerfile").read_text()
    packages = listed(document)
    assert packages["torch"].endswith("+cpu")
    assert {"mypy", "pywin32", "triton", "uv"} & packages.keys() == set()
    assert {"boto3", "mlflow", "onnx"} <= packages.keys()


def test_an_image_without_a_base_by_digest_has_no_bill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The message names the file."""
    (tmp_path / "Dockerfile").write_text("FROM python:3.13\n")
    monkeypatch.setattr("toolchain.sbom.ROOT", tmp_path)
    with pytest.raises(ValueError, match="Dockerfile names no base image by its digest"):
        bill(Target("image", TARGETS[0].kind, dockerfile="Dockerfile"))
