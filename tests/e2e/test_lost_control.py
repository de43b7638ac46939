"""The control document lost as a whole: what is known goes on answering, it rings, and the ledger gives it back."""

from __future__ import annotations

import pytest

from functions.score.freshness import faults_among
from greenfraud.items import control as control_items
from tests.e2e.deployment import wait_until
from tests.e2e.test_bundle_faults import alarm_of, score

pytestmark = pytest.mark.xdist_group("e2e")


def faults(answer):
    """What failed; that others have paid at a terminal meanwhile is none."""
    return faults_among(answer["degraded"])


def test_a_lost_control_document_rings_and_is_written_again_from_the_ledger(deployment, first_run):
    """The instance that answers keeps its model and says so; a call of one function ends it, at the revision that was lost."""
    before, good = deployment.health(), score(deployment, first_run)
    dynamodb, table = deployment.client("dynamodb"), deployment.outputs["ControlTable"]
    for index in range(control_items.COPIES):
        dynamodb.delete_item(TableName=table, Key=control_items.key(control_items.copy_id(index)))
    lost = score(deployment, first_run)
    assert (lost["model"], faults(lost)) == (good["model"], ["control_missing"])
    assert wait_until(lambda: deployment.metric_total("ControlFault")) >= 1.0
    assert wait_until(lambda: alarm_of(deployment, "ControlFault") == "ALARM")
    assert deployment.invoke("control.release", {}) == (None, {})
    wait_until(lambda: deployment.health() == before)
    assert faults(score(deployment, first_run)) == []
