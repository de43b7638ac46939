"""The reference says what the code says, all of it."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path

import pytest
from typer.main import get_command

from cdk.settings import Settings
from cli.main import app
from toolchain.site.alarms_page import alarms_page
from toolchain.site.api_page import api_page
from toolchain.site.commands_page import commands_page
from toolchain.site.features_page import features_page
from toolchain.site.reference import MANIFEST, reference
from toolchain.site.settings_page import documented, settings_page

ROOT = Path(__file__).resolve().parents[3]
ALARM = {
    "AlarmDescription": "Too many | errors.",
    "ComparisonOperator": "GreaterThanThreshold",
    "EvaluationPeriods": 3,
    "Threshold": 0.05,
}


def resource(kind: str, **properties: object) -> dict[str, object]:
    """One resource of a template."""
    return {"Type": f"AWS::CloudWatch::{kind}", "Properties": properties}


def test_every_command_is_on_the_page_with_its_options():
    """Those of groups too; lists say the first sentence whole."""
    page = commands_page()
    commands = get_command(app).commands
    inner = [f"{name} {part}" for name, group in commands.items() for part in getattr(group, "commands", {})]
    assert [name for name in [*commands, *inner] if f"\n## `greenfraud {name}`" not in page.replace("###", "##")] == []
    assert "`--http-port <int range>`: port of the scoring API" in page
    assert "...\n" not in page.replace("[ARGS]...\n", "")


def test_an_example_of_the_help_is_code():
    """One can copy it."""
    assert (
        "\n    greenfraud compare --data history.parquet --score old_score --capacity 200 --page compare.html\n" in commands_page()
    )


def test_every_operation_and_shape_of_the_api_is_on_the_page():
    """With what goes in, what comes out, and links between them that lead somewhere."""
    document = json.loads((ROOT / "docs/openapi.json").read_text(encoding="utf-8"))
    page = api_page(document)
    asked = [f"## `{method.upper()} {path}`\n" for path, one in document["paths"].items() for method in one]
    shapes = [f"### {name}\n" for name in document["components"]["schemas"]]
    assert [title for title in [*asked, *shapes] if title not in page] == []
    assert "Body: [TransactionIn](#transactionin)" in page


def test_a_field_of_a_shape_says_its_bounds_and_whether_it_is_needed():
    """In words."""
    shape = {"type": "object", "required": ["a"], "properties": {"a": {"type": "string", "maxLength": 3, "description": "x | y"}}}
    assert "| `a` | yes | string, at most 3 characters | x \\| y |" in api_page(
        {"paths": {}, "components": {"schemas": {"S": shape}}}
    )


def test_every_setting_has_a_row():
    """With its default, and what prod sets instead."""
    page = settings_page((ROOT / "cdk/settings.py").read_text(encoding="utf-8"))
    assert [field.name for field in fields(Settings) if f"| `{field.name}` |" not in page] == []
    assert "| `four_eyes` | `false` | `true` |" in page


def test_most_settings_are_explained_where_they_stand():
    """By a comment; one that stands above speaks of those below it too."""
    said = documented((ROOT / "cdk/settings.py").read_text(encoding="utf-8"))
    assert said["score_memory_mb"] == "exactly one vCPU"
    assert said["automatic_rollback"].startswith("Degraded, failing or slow answers")
    assert said["keep_labels_days"] == said["keep_transactions_days"] != ""
    assert [name for name, text in said.items() if not text and not name.endswith("_source")] == []


def test_an_alarm_says_what_it_watches_and_when_it_rings():
    """One on a metric, and one on an expression of several."""
    one = resource("Alarm", **ALARM, MetricName="Errors", Namespace="GreenFraud", Period=60)
    metric = {"Namespace": "GreenFraud", "MetricName": "Errors"}
    stat = {"Id": "e", "MetricStat": {"Metric": metric, "Period": 300}}
    share = resource("Alarm", **ALARM, Metrics=[{"Id": "s", "Expression": "e / 2"}, stat])
    page = alarms_page([{"Resources": {"Many0A1B2C3D": one}}, {"Resources": {"Share0A1B2C3D": share}}])
    assert "| `Many` | `Errors` > 0.05, 3 x 60 s | Too many \\| errors. |" in page
    assert "| `Share` | an expression of `Errors` > 0.05, 3 x 300 s |" in page
    assert "| `Errors` | GreenFraud |  | `Many`, `Share` |" in page


def test_a_metric_says_where_it_is_plotted():
    """The dashboard's body is text with holes, which only CloudFormation can fill."""
    lines = [["AWS/Lambda", "Age", "FunctionName", "@"], [{"expression": "1 * a"}]]
    left, right = json.dumps({"widgets": [{"properties": {"title": "Behind", "metrics": lines}}]}).split("@")
    board = resource("Dashboard", DashboardBody={"Fn::Join": ["", [left, {"Ref": "Function"}, right]]})
    assert "| `Age` | AWS/Lambda | Behind |  |" in alarms_page([{"Resources": {"Board": board}}])


def test_every_feature_has_a_row():
    """With its window and what a reason says of it."""
    manifest = json.loads((ROOT / MANIFEST).read_text(encoding="utf-8"))
    page = features_page(manifest)
    assert [one["name"] for one in manifest["features"] if f"| `{one['name']}` |" not in page] == []
    assert (
        "| `customer_count_1h` | 1h | `count` | 0 | The customer tried {payments} within the last hour. | customer pace |" in page
    )


def test_without_a_template_the_reference_says_what_to_run(tmp_path: Path):
    """Instead of a page without alarms."""
    for name in ("docs/openapi.json", "cdk/settings.py", MANIFEST):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    with pytest.raises(FileNotFoundError, match="make synth"):
        reference(tmp_path)
