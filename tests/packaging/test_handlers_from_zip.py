"""Each function as Lambda will find it: its own zip, its layers, the managed runtime, and nothing of the host."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from local.functions import packages, runtime_layer

ROOT = Path(__file__).resolve().parents[2]
ASSEMBLY = ROOT / "cdk.out"
# Lambda's quota for a function and its layers together, unzipped.
QUOTA_BYTES = 250 * 1024 * 1024
FUNCTIONS = (
    "control.gate",
    "control.operate",
    "control.promote",
    "control.record",
    "control.release",
    "ingest",
    "notify",
    "plan",
    "score",
)
IMPORT = """
import importlib, json, sys
sys.path[:0] = json.loads(sys.argv[1])
module, _, name = sys.argv[2].rpartition(".")
assert callable(getattr(importlib.import_module(module), name))
print(json.dumps(sorted({module.__file__ for module in list(sys.modules.values()) if getattr(module, "__file__", None)})))
"""


@pytest.fixture(scope="module")
def templates():
    """Every synthesised template; skips where nothing is synthesised."""
    if not (ASSEMBLY / "manifest.json").exists():
        pytest.skip("cdk.out is missing: run `make synth`")
    return [json.loads(path.read_text()) for path in sorted(ASSEMBLY.glob("*.template.json"))]


def resources_of(templates, kind):
    """Resources of a type: logical id -> properties, by template."""
    return [
        (template, {name: one["Properties"] for name, one in template["Resources"].items() if one["Type"] == kind})
        for template in templates
    ]


@pytest.fixture(scope="module")
def functions(templates):
    """The project's functions by handler: properties, code folder and layer folders."""
    found = {}
    for template, declared in resources_of(templates, "AWS::Lambda::Function"):
        for properties in declared.values():
            layers = [template["Resources"][layer["Ref"]]["Properties"]["Content"] for layer in properties.get("Layers", [])]
            if properties["Handler"].startswith("functions."):
                folders = [folder_of(content) for content in (properties["Code"], *layers)]
                found[properties["Handler"]] = (properties, folders[0], folders[1:])
    return found


def folder_of(content):
    """The folder of cdk.out that is zipped to an asset."""
    return ASSEMBLY / f"asset.{content['S3Key'].removesuffix('.zip')}"


def environment_of(properties):
    """The function's variables; references stand for themselves."""
    declared = properties["Environment"]["Variables"]
    return {name: value if isinstance(value, str) else "reference" for name, value in declared.items()}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_handler_imports_from_its_zip_and_layers_alone(functions, name):
    """In a process without site-packages, current folder or credentials; whatever it loads comes from there."""
    handler = f"functions.{name}.handler.handler"
    properties, code, layers = functions[handler]
    # The layer of the template is built for Lambda's processor; here the same pins, hashes included, for this one.
    carried = [code, *(runtime_layer.resolved(layer) / "python" for layer in layers), packages.managed_runtime()]
    command = [sys.executable, "-S", "-I", "-B", "-c", IMPORT, json.dumps([str(folder) for folder in carried]), handler]
    finished = subprocess.run(
        command, env=environment_of(properties), cwd="/", capture_output=True, text=True, check=False, timeout=120
    )
    assert finished.returncode == 0, finished.stderr
    assert [file for file in json.loads(finished.stdout) if not is_carried(file, carried)] == []


def is_carried(file, carried):
    """Whether a module's file comes with the function or with Python itself."""
    if any(Path(file).is_relative_to(folder) for folder in carried):
        return True
    return Path(file).is_relative_to(sysconfig.get_path("stdlib")) and "site-packages" not in Path(file).parts


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_zip_holds_its_function_and_no_other(functions, name):
    """The package path is kept, so that imports are the same in tests and in Lambda; control's four share their folder."""
    _, code, _ = functions[f"functions.{name}.handler.handler"]
    assert {"functions"} == {entry.name for entry in code.iterdir()}
    assert {"__init__.py", name.partition(".")[0]} == {entry.name for entry in (code / "functions").iterdir()}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_and_its_layers_fit_lambdas_quota(functions, name):
    """As they go to AWS, wheels for Lambda's processor included."""
    _, code, layers = functions[f"functions.{name}.handler.handler"]
    assert len(layers) == 2
    total = sum(file.stat().st_size for folder in (code, *layers) for file in folder.rglob("*") if file.is_file())
    assert total < QUOTA_BYTES


def test_the_layer_holds_wheels_for_lambdas_processor(functions):
    """The synthesised layer is the one for AWS: compiled modules for the architecture that the function declares."""
    properties, _, layers = functions["functions.score.handler.handler"]
    suffix = {"arm64": "aarch64-linux-gnu", "x86_64": "x86_64-linux-gnu"}[properties["Architectures"][0]]
    compiled = [file.name for layer in layers for file in layer.rglob("*.cpython-*.so")]
    assert compiled
    assert all(f"cpython-{properties['Runtime'].removeprefix('python').replace('.', '')}-{suffix}" in name for name in compiled)
