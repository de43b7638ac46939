"""A week whose data were lost on their way: an execution finds it, learns everything else, and learns it on a person's word."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from cli.data.upload import upload
from cli.data.world import WorldSpecification, make_world
from greenfraud.chunks import Chunk
from greenfraud.items import lineage
from greenfraud.naming import transactions_prefix
from greenfraud.quarantine import read_quarantine
from tests.e2e.deployment import Deployment

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("quarantine")]
WORLD = WorldSpecification(customers=600, days=64)  # as many frauds a week as it takes to judge by
BROKEN = Chunk(WORLD.first_day + timedelta(days=35), WORLD.first_day + timedelta(days=42))  # the last that may be trained
LOST_DAYS = 5


@pytest.fixture(scope="module")
def platform(tmp_path_factory):
    """A platform of its own, with nine weeks of a small world; of the sixth, five days never arrived."""
    deployment = Deployment(tmp_path_factory.mktemp("quarantine"))
    deployment.start()
    try:
        deployment.deploy()
        s3, lake = deployment.client("s3"), deployment.outputs["LakeBucket"]
        upload(s3, lake, make_world(WORLD))
        for day in BROKEN.days[:LOST_DAYS]:
            for item in s3.list_objects_v2(Bucket=lake, Prefix=transactions_prefix(day))["Contents"]:
                s3.delete_object(Bucket=lake, Key=item["Key"])
        yield deployment
    finally:
        deployment.stop()


def learned(deployment) -> list[str]:
    """The chunks in the lineage of baseline."""
    table = deployment.client("dynamodb").query(TableName=deployment.outputs["LineageTable"], **lineage.of_family("baseline"))
    return [lineage.decode(item).chunk for item in table["Items"]]


def test_a_broken_week_is_held_and_then_let_through(platform):
    """All by the state machine itself and the roles of its jobs: found, passed on, told, named, accepted, learned."""
    ended = platform.end_of(platform.start_execution({"families": ["baseline"]}))
    assert ended["status"] == "SUCCEEDED", ended
    execution = ended["output"]["execution"]
    result = platform.document(execution, f"train/baseline/{BROKEN.id}.json")
    assert "traffic is missing" in result["quarantined"][0]
    assert platform.document(execution, "report.json")["quarantined"] == {BROKEN.id: result["quarantined"]}
    assert len(learned(platform)) == 5
    assert BROKEN.id not in learned(platform)
    assert platform.metric_total("QuarantinedChunks") >= 1
    shown = platform.command("status").stdout
    assert f"quarantine {BROKEN.id}: traffic is missing" in shown.replace("\n", " ")
    again = platform.end_of(platform.start_execution({"families": ["baseline"]}))
    assert again["output"]["outcome"] == "nothing_to_train"
    assert list(again["output"]["quarantined"]) == [BROKEN.id]
    refused = platform.command("retrain", "--families", "baseline", "--chunks", BROKEN.id)
    assert (refused.returncode, "accept lets it through" in refused.stderr.replace("\n", " ")) == (2, True)
    told = platform.command("retrain", "--families", "baseline", "--accept-chunk", BROKEN.id, "--why", "the shops were closed")
    assert told.returncode == 0, told.stdout + told.stderr
    assert BROKEN.id in learned(platform)
    accepted = read_quarantine(platform.client("s3"), platform.outputs["LakeBucket"])[BROKEN.id].accepted
    assert (accepted.why, ":execution:" in accepted.execution) == ("the shops were closed", True)
    assert "quarantine" not in platform.command("status").stdout


def test_the_nightly_watch_goes_on_telling_what_is_held(platform):
    """Until nobody holds anything; the machine of the upkeep ends well."""
    client = platform.client("stepfunctions")
    started = client.start_execution(stateMachineArn=platform.outputs["UpkeepStateMachineArn"], input=json.dumps({}))
    assert platform.end_of(started["executionArn"])["status"] == "SUCCEEDED"
