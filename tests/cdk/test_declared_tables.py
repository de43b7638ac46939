"""An entity that only the compiled features know has a table, and whoever may use the terminals' table may use its."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

DEVICES = "greenfraud.device_activity"


@pytest.fixture
def declared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Template by stack name, of a stage whose features declare devices."""
    from cdk.app import build_app
    from cdk.components import tables
    from cdk.every_setting import SETTINGS, context_of

    views = tables.declared_views() | {"device_activity": {"table": DEVICES}}
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({"views": views}))
    monkeypatch.setattr(tables, "MANIFEST", path)
    assembly = build_app(context=context_of(SETTINGS["dev"]), outdir=str(tmp_path / "out")).synth()
    return {stack.stack_name: stack.template for stack in assembly.stacks}


def test_a_declared_entity_has_a_table_and_every_right_that_terminals_have(declared):
    """Score, ingest and the jobs that correct and register: no line of the stacks names the entity."""
    resources = {id_: one for template in declared.values() for id_, one in template["Resources"].items()}
    tables = {id_: one["Properties"] for id_, one in resources.items() if one["Type"] == "AWS::DynamoDB::Table"}
    named = {properties.get("TableName"): id_ for id_, properties in tables.items()}
    device, terminal = tables[named[DEVICES]], tables[named["greenfraud.terminal_activity"]]
    assert device == terminal | {"TableName": DEVICES}
    policies = [one["Properties"]["PolicyDocument"] for one in resources.values() if one["Type"] == "AWS::IAM::Policy"]
    statements = [json.dumps(one) for policy in policies for one in policy["Statement"] if "dynamodb:" in json.dumps(one["Action"])]
    uses = Counter(id_ for one in statements for id_ in (named[DEVICES], named["greenfraud.terminal_activity"]) if id_ in one)
    assert uses[named[DEVICES]] == uses[named["greenfraud.terminal_activity"]] >= 4
