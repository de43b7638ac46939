"""`make lint` reads the templates of every setting, and a mistake in one of them fails it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def lint(template: Path) -> subprocess.CompletedProcess[str]:
    """What cfn-lint says of one template, by the project's configuration."""
    command = [str(ROOT / ".venv/bin/cfn-lint"), "--config-file", str(ROOT / ".cfnlintrc"), "--template", str(template)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=template.parent)


def test_a_property_that_cloudformation_does_not_know_fails(tmp_path: Path) -> None:
    """And so does a type that the region does not have: budgets are the reason why costs are watched by alarms."""
    budget = {"Budget": {"BudgetType": "COST", "TimeUnit": "MONTHLY"}}
    for kind, properties, said in (("SQS::Queue", {"Colour": "green"}, "Colour"), ("Budgets::Budget", budget, "eu-north-1")):
        template = tmp_path / "Mistaken.template.json"
        template.write_text(json.dumps({"Resources": {"One": {"Type": f"AWS::{kind}", "Properties": properties}}}))
        found = lint(template)
        assert found.returncode
        assert said in found.stdout


def test_every_setting_is_read() -> None:
    """The linter's own configuration says where they lie."""
    assert ".local/templates/*/*.template.json" in (ROOT / ".cfnlintrc").read_text(encoding="utf-8")
    assert "toolchain.templates" in (ROOT / "Makefile").read_text(encoding="utf-8")
