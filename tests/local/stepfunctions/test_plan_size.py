"""Weekly chunks of many years stay below what Step Functions takes: 256 KiB per state, 25,000 events per execution."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

from functions.plan.carried_state import carried_state
from functions.plan.chain import Lineage
from functions.plan.jobs import Execution
from functions.plan.planning import Lake, make_plan
from greenfraud import naming
from greenfraud.chunks import Coverage
from greenfraud.families import FAMILIES
from greenfraud.instants import start_of_day_us
from greenfraud.run_request import RunRequest
from tests.local.workbench import ROOT

LARGEST_PAYLOAD, MOST_EVENTS = 256 * 1024, 25_000
# Scheduled, started, submitted and succeeded for `.sync`; a call of a function is not submitted.
EVENTS_OF_A_TASK = {"arn:aws:states:::sagemaker:createTrainingJob.sync": 4, "arn:aws:states:::lambda:invoke": 3}
GATE = {"decision": {"outcome": "reject", "family": None, "version": None, "reasons": ["r" * 200] * 20}}
FIRST_DAY = date(2018, 4, 2)
EXECUTION = "0123456789ab"
BUCKET = "greenfraud-data-artifacts0123456789ab-0123456789abcdef"  # S3 takes 63 characters; CloudFormation makes about these


def state_of(weeks: int, **asked: object) -> dict:
    """What `plan` answers when nothing of so many trainable weeks has been learned."""
    days = [FIRST_DAY + timedelta(days=day) for day in range(7 * (weeks + 3))]
    coverage = Coverage(
        first_day=FIRST_DAY, newest_us=start_of_day_us(days[-1] + timedelta(days=1)), days=frozenset(days), maturity_days=7
    )
    execution = Execution(EXECUTION, "20260101", BUCKET, BUCKET, "0123456789abcdef")
    request = RunRequest.from_json(asked)
    return carried_state(make_plan(execution, request, Lake(coverage, {}, {}), {family: Lineage(()) for family in FAMILIES}))


def pipeline() -> dict:
    """The synthesised definition, with tasks that do no more than evaluate their parameters."""
    template = json.loads((ROOT / "cdk.out/GreenFraud-Training.template.json").read_text())
    machines = [one["Properties"] for one in template["Resources"].values() if one["Type"] == "AWS::StepFunctions::StateMachine"]
    (machine,) = [one for one in machines if one["StateMachineName"] == "fraud-detection-pipeline"]
    parts = machine["DefinitionString"]["Fn::Join"][1]
    text = "".join(part if isinstance(part, str) else "aws" for part in parts)
    counted = text.replace("$$.State.RetryCount", "$$.Execution.RedriveCount")  # only a task has the first
    definition: dict = json.loads(counted, object_hook=passing)
    definition["States"]["Plan"] = {"Type": "Pass", "Next": definition["States"]["Plan"]["Next"]}
    definition["States"]["Gate"] = {"Type": "Pass", "Result": GATE, "ResultPath": "$.gate", "Next": "IsPromoted"}
    return definition


def passing(state: dict) -> dict:
    """A task as a state that passes its parameters; how many events it would add goes into its comment."""
    if state.get("Type") != "Task":
        return state
    kept = ("Parameters", "ResultPath", "OutputPath", "Next", "End")
    comment = str(EVENTS_OF_A_TASK[state["Resource"]])
    return {"Type": "Pass", "Comment": comment, **{name: state[name] for name in kept if name in state}}


def history_of(embedded, definition: dict, state: dict) -> list[dict]:
    """Every event of an execution that succeeded."""
    client = embedded.client("stepfunctions")
    machine = client.create_state_machine(name=embedded.name("machine"), definition=json.dumps(definition), roleArn=embedded.role)[
        "stateMachineArn"
    ]
    arn = client.start_execution(stateMachineArn=machine, input=json.dumps(state))["executionArn"]
    status = embedded.wait_until(lambda: ended(client.describe_execution(executionArn=arn)["status"]), 120.0)
    pages = client.get_paginator("get_execution_history").paginate(executionArn=arn)
    events = [event for page in pages for event in page["events"]]
    assert status == "SUCCEEDED", events[-1]
    return events


def ended(status: str) -> str | None:
    """A final status."""
    return None if status == "RUNNING" else status


def payloads(events: list[dict], state: str | None = None) -> list[str]:
    """What entered and left every state, or what left one."""
    details = [value for event in events for name, value in event.items() if name.endswith("EventDetails")]
    chosen = [detail for detail in details if state in (None, detail.get("name"))]
    return [detail[name] for detail in chosen for name in ("input", "output")[state is not None :] if name in detail]


def events_of_tasks(definition: dict, weeks: int) -> int:
    """The events that tasks add to those of states which only pass."""
    families = definition["States"]["TrainAndMaterialize"]["Branches"][1]["States"]["Families"]
    chunk = families["ItemProcessor"]["States"]["Chunks"]["ItemProcessor"]["States"]
    each = sum(int(state["Comment"]) for state in chunk.values() if state["Type"] == "Pass")
    return len(FAMILIES) * weeks * each + 4 * len(definition["States"])


def test_five_years_of_weekly_chunks_fit_into_one_execution(embedded):
    """Three families learn every week; each state's input and output, and what a Map collects, take less than half of a payload."""
    weeks, definition = 260, pipeline()
    state = state_of(weeks)
    assert [len(family["chunks"]) for family in state["families"]] == [weeks] * len(FAMILIES)
    events = history_of(embedded, definition, state)
    assert max(len(payload) for payload in payloads(events)) < LARGEST_PAYLOAD / 2
    for collected in ("Chunks", "RecordLineage"):  # what the iterations of a Map leave
        assert set(payloads(events, collected)) == {"{}"}
    assert len(events) + events_of_tasks(definition, weeks) < MOST_EVENTS / 2


def test_a_run_waits_until_its_start_and_then_asks_for_the_plan(embedded):
    """The moment is the one that the plan function names."""
    definition, now = pipeline(), datetime.now(UTC)
    start_at = (now + timedelta(seconds=6)).isoformat(timespec="seconds").replace("+00:00", "Z")
    chosen = {"waits": True, "start_at": start_at}
    definition["States"]["ChooseStart"] = {"Type": "Pass", "Result": chosen, "Next": "IsCleanerLater"}
    definition["States"]["Plan"] = {"Type": "Pass", "Result": {"outcome": "nothing_to_train"}, "Next": "IsAnythingNew"}
    events = history_of(embedded, definition, {"deadline": 12})
    entered = {one["stateEnteredEventDetails"]["name"]: one["timestamp"] for one in events if "stateEnteredEventDetails" in one}
    assert list(entered) == [
        "MayWait",
        "ChooseStart",
        "IsCleanerLater",
        "WaitForCleanPower",
        "Plan",
        "IsAnythingNew",
        "NothingToTrain",
    ]
    assert entered["Plan"] >= datetime.fromisoformat(start_at) > entered["WaitForCleanPower"]


def test_ten_years_still_fit():
    """A state grows by less than 120 bytes per job."""
    ten, five = (len(json.dumps(state_of(weeks))) for weeks in (520, 260))
    assert ten < 0.75 * LARGEST_PAYLOAD
    assert ten - five < 120 * 260 * len(FAMILIES)


def test_names_that_the_machine_derives_are_the_cores(embedded):
    """Version, parent and features of each training job, as `greenfraud.naming` makes them."""
    events = history_of(embedded, pipeline(), state_of(2, families=["light"]))
    entered = [event["stateEnteredEventDetails"] for event in events if "stateEnteredEventDetails" in event]
    first, second = [json.loads(one["input"]) for one in entered if one["name"] == "Train"]
    learned, version = first["chunk"], naming.version_of(first["chunk"], EXECUTION)
    assert (learned, first["version"]) == ("20180402-20180409", version)
    assert first["parent_uri"] == naming.s3_uri("aws", naming.genesis_prefix("light"))
    assert second["parent_uri"] == naming.s3_uri("aws", naming.checkpoint_prefix("light", version))
    assert second["features_uri"] == naming.s3_uri(BUCKET, naming.features_prefix("0123456789abcdef", second["chunk"]))
    assert (second["features_type"], first["is_last"], second["is_last"]) == ("S3Prefix", "false", "true")


def test_the_one_job_of_a_full_refit_gets_the_list_of_its_files(embedded):
    """However many there are."""
    events = history_of(embedded, pipeline(), state_of(260, families=["light"], full=True))
    entered = [event["stateEnteredEventDetails"] for event in events if "stateEnteredEventDetails" in event]
    (job,) = [json.loads(one["input"]) for one in entered if one["name"] == "Train"]
    listed = naming.s3_uri(BUCKET, naming.chunk_list_key(EXECUTION, job["chunk"]))
    assert (job["features_type"], job["features_uri"]) == ("ManifestFile", listed)
