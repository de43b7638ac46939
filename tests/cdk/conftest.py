"""The stacks, synthesised once for every test of this room; all of it skips, with the reason, where CDK is not installed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
REASON = "CDK cannot share an environment with Feast: run .venv-cdk/bin/pytest tests/cdk"

Template = dict[str, Any]
Resource = dict[str, Any]


@pytest.fixture(scope="session", autouse=True)
def cdk_is_installed() -> Iterator[None]:
    """Skips where CDK is missing; makes the `cdk` package importable whatever starts the tests."""
    pytest.importorskip("aws_cdk", reason=REASON)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT))
        yield


@pytest.fixture(scope="session")
def context() -> dict[str, Any]:
    """What the CDK command line hands over, without building the runtime layer."""
    from cdk.every_setting import context_of

    return context_of({})


@pytest.fixture(scope="session")
def assembly_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Any]:
    """Synthesises dev, prod or private, once; that fails when the security review finds something."""
    from cdk.app import build_app
    from cdk.every_setting import SETTINGS, context_of

    @cache
    def synthesise(setting: str) -> Any:
        folder = tmp_path_factory.mktemp(setting)
        return build_app(context=context_of(SETTINGS[setting]), outdir=str(folder)).synth()

    return synthesise


@pytest.fixture(scope="session")
def templates(assembly_of: Callable[[str], Any]) -> dict[str, Template]:
    """Template by stack name, of the stage dev."""
    return {stack.stack_name: stack.template for stack in assembly_of("dev").stacks}


@pytest.fixture(scope="session")
def resources_of(assembly_of: Callable[[str], Any]) -> Callable[[str, str], dict[str, Resource]]:
    """Finds the resources of a type in all stacks of a setting, by construct path."""

    def find(setting: str, kind: str) -> dict[str, Resource]:
        found = [item for stack in assembly_of(setting).stacks for item in stack.template["Resources"].values()]
        return {_path(item): item for item in found if item["Type"] == kind}

    return find


@pytest.fixture(scope="session")
def resources(templates: dict[str, Template]) -> Callable[[str], dict[str, Resource]]:
    """Finds the resources of a type in all stacks, by construct path: logical ids carry hashes."""

    def find(kind: str) -> dict[str, Resource]:
        found = [item for template in templates.values() for item in template["Resources"].values()]
        return {_path(item): item for item in found if item["Type"] == kind}

    return find


def _path(resource: Resource) -> str:
    path: str = resource["Metadata"]["aws:cdk:path"]
    return path.removesuffix("/Resource")


@pytest.fixture(scope="session")
def allowed_actions(templates: dict[str, Template]) -> dict[str, set[str]]:
    """Actions each role may call, by the role's logical id, from its inline policies."""
    allowed: dict[str, set[str]] = {}
    for template in templates.values():
        for resource in template["Resources"].values():
            if resource["Type"] == "AWS::IAM::Policy":
                for role in resource["Properties"]["Roles"]:
                    allowed.setdefault(role["Ref"], set()).update(_actions(resource))
    return allowed


def _actions(policy: Resource) -> list[str]:
    statements = policy["Properties"]["PolicyDocument"]["Statement"]
    listed = [statement["Action"] for statement in statements if statement["Effect"] == "Allow"]
    return [action for actions in listed for action in ([actions] if isinstance(actions, str) else actions)]


@pytest.fixture(scope="session")
def definition_of(resources: Callable[[str], dict[str, Resource]]) -> Callable[[str], dict[str, Any]]:
    """Finds a state machine's definition by name, with references to other resources as `<reference>`."""

    def find(name: str) -> dict[str, Any]:
        machines = resources("AWS::StepFunctions::StateMachine").values()
        (machine,) = [one for one in machines if one["Properties"]["StateMachineName"] == name]
        parts = machine["Properties"]["DefinitionString"]["Fn::Join"][1]
        parsed: dict[str, Any] = json.loads("".join(part if isinstance(part, str) else "<reference>" for part in parts))
        return parsed

    return find


@pytest.fixture(scope="session")
def definition(definition_of: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """The pipeline's definition."""
    return definition_of("fraud-detection-pipeline")


@pytest.fixture(scope="session")
def states(definition: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every state by name, those inside branches and maps included."""
    return dict(_all_states(definition))


def _all_states(scope: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, state in scope["States"].items():
        yield name, state
        for inner in [*state.get("Branches", []), *([state["ItemProcessor"]] if "ItemProcessor" in state else [])]:
            yield from _all_states(inner)
