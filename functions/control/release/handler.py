"""The Lambda's entry: CloudFormation's request about one resource in, its answer sent to where it waits; or a person's `{}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from functions.control.clients import dynamodb
from functions.control.release.answers import answer
from functions.control.release.publication import Publication
from functions.control.release.settings import Settings
from greenfraud.faults import edge, told
from greenfraud.features.manifest import load_manifest

settings = Settings.from_env()
PHYSICAL_ID = "release"  # one per table, whichever release it is of


@edge
def handler(event: Mapping[str, Any], _: object) -> dict[str, Any]:
    """Publish what this code computes; taking the resource away leaves what is published, for the tables stay too."""
    publication = Publication(dynamodb, settings.control_table, settings.ledger_table)
    if "ResponseURL" not in event:
        publication.publish(load_manifest())
        return {}
    failure = None
    try:
        if event.get("RequestType") != "Delete":
            publication.publish(load_manifest())
    except Exception as error:  # whatever it was, the stack must say so
        failure = told(error)
    answer(event, PHYSICAL_ID, failure)
    return {}
