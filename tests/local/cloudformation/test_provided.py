"""What is provided for is what is deployed: nothing else is emulated, and nothing else is passed over."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from moto.cloudformation.models import Stack

from local.cloudformation.providers import PROVIDERS
from local.cloudformation.providers.resource import PROVIDED, check_properties

ROOT = Path(__file__).resolve().parents[3]
BOOTSTRAP = ROOT / "node_modules/aws-cdk/lib/api/bootstrap/bootstrap-template.yaml"


@pytest.fixture(scope="module")
def deployed() -> dict[str, set[str]]:
    """The properties of every type in the templates of every setting and in that of `cdk bootstrap`."""
    templates = sorted((ROOT / ".local/templates").glob("*/*.template.json"))
    if not templates or not BOOTSTRAP.exists():
        pytest.skip("the templates are missing: run `make lint`")
    found: dict[str, set[str]] = defaultdict(set)
    parsed: list[dict[str, Any]] = [json.loads(template.read_text()) for template in templates]
    for template in [*parsed, Stack.parse_template(BOOTSTRAP.read_text())]:
        for resource in template["Resources"].values():
            found[resource["Type"]] |= resource.get("Properties", {}).keys()
    return found


def test_every_type_provided_for_is_deployed(deployed):
    """A type that left the templates leaves the embedded AWS."""
    assert set(PROVIDERS) == set(PROVIDED) == set(deployed)


def test_every_property_provided_for_is_deployed(deployed):
    """The same for properties."""
    provided = {type_: {name for name in names if "." not in name} for type_, names in PROVIDED.items()}
    assert provided == deployed


def test_members_are_looked_at_where_they_are_listed():
    """The others are left to the API's own model."""
    check_properties("AWS::Lambda::Function", {"Code": {"S3Key": "k"}, "Environment": {"Variables": {"A": "1"}}})
    with pytest.raises(ValueError, match=r"no property Code\.ImageUri, Colour"):
        check_properties("AWS::Lambda::Function", {"Code": {"ImageUri": "i"}, "Colour": "green"})
