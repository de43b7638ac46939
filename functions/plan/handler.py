"""The Lambda's entry: the execution and its input in, the plan out."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3

from functions.plan.budget import Budget, Spending, judge
from functions.plan.carried_state import carried_state
from functions.plan.chain import Lineage, read_lineage
from functions.plan.jobs import Execution, chunk_list
from functions.plan.judging import Judging
from functions.plan.lease_table import LeaseTable, Start
from functions.plan.planning import Lake, judged_plan, make_plan, refused_plan, unaffordable_plan
from functions.plan.settings import Settings
from functions.plan.spending import records_of_month
from functions.plan.waiting import Waiting
from greenfraud.chunks import Coverage
from greenfraud.coverage import read_coverage
from greenfraud.faults import edge
from greenfraud.features.manifest import load_manifest
from greenfraud.instants import parse_rfc3339, to_datetime
from greenfraud.metrics import embedded_metrics
from greenfraud.naming import LOOKS, chunk_list_key, execution_key, genesis_prefix, plan_key
from greenfraud.quarantine import Accepted, Quarantine, put_quarantined, read_quarantine
from greenfraud.run_request import RunRequest
from greenfraud.weekly_frauds import read_weeks

SKIPPED = "RunsSkipped"
BUDGET = "TrainingBudgetUsed"  # the metric: a share, 1.0 when it is used up
settings = Settings.from_env()


@cache
def client(service: str) -> Any:
    """The client of this execution environment, made at first use."""
    return boto3.client(service)


@edge
def handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    """Plan the execution `execution_arn` for its `input`, store the plan, and answer what the state machine carries of it.

    It may `ask` something else: `start` is when the execution starts, `waited` what its wait has saved; `now` is then the state
    machine's time, by which it also waits. Raises InvalidInput naming the field.
    """
    now = _now(event)
    if event.get("ask") == "waited":
        return Waiting(settings, client).account(execution_key(event["execution_arn"]), now)
    request = RunRequest.from_json(event.get("input") or {})
    request.deadline_at(now)  # one that cannot be is refused, also where nobody could be asked when to start
    if event.get("ask") == "start":
        return Waiting(settings, client).start(execution_key(event["execution_arn"]), request, now)
    return _answer(event, request, now)


def _now(event: dict[str, Any]) -> datetime:
    return to_datetime(parse_rfc3339(event["now"], "now")) if "now" in event else datetime.now(UTC)


def _answer(event: dict[str, Any], request: RunRequest, now: datetime) -> dict[str, Any]:
    execution = Execution(
        id=execution_key(event["execution_arn"]),
        date=now.strftime("%Y%m%d"),
        lake_bucket=settings.lake_bucket,
        artifacts_bucket=settings.artifacts_bucket,
        manifest_version=load_manifest().version,
    )
    plan = _plan(execution, request, Start(event["execution_arn"], now, request.scheduled_at))
    _put(plan_key(execution.id), plan)
    return carried_state(plan)


def _plan(execution: Execution, request: RunRequest, start: Start) -> dict[str, Any]:
    """The plan, made by what the lease said before the lineage was read; only who trains takes it."""
    leases = LeaseTable(lambda: client("dynamodb"), lambda: client("stepfunctions"), settings.leases_table)
    before = leases.current()
    if refusal := leases.refusal(before, start):
        return refused_plan(execution, request, refusal)
    request, unaffordable = _afford(request, start)
    if unaffordable:
        return unaffordable_plan(execution, request, unaffordable)
    coverage = read_coverage(client("s3"), settings.lake_bucket, today=start.now.date())
    lineages = {family: read_lineage(client("dynamodb"), settings.lineage_table, family) for family in request.families}
    quarantine = read_quarantine(client("s3"), settings.lake_bucket)
    lake = Lake(coverage, quarantine, read_weeks(client("s3"), settings.lake_bucket), _looked())
    plan = make_plan(execution, request, lake, lineages)
    if plan["outcome"] == "train" and coverage is not None:
        plan = _judge(request, plan, coverage, lineages, start)
    _accept(request, quarantine, start)
    if plan["outcome"] == "train":
        leases.take(before, start)
        _prepare(execution, request, plan)
    return plan


def _looked() -> set[str]:
    """The chunks that models were judged on."""
    pages = client("s3").get_paginator("list_objects_v2")
    found = pages.paginate(Bucket=settings.artifacts_bucket, Prefix=LOOKS, Delimiter="/")
    return {part["Prefix"].removeprefix(LOOKS).rstrip("/") for page in found for part in page.get("CommonPrefixes", [])}


def _judge(
    request: RunRequest, plan: dict[str, Any], coverage: Coverage, lineages: dict[str, Lineage], start: Start
) -> dict[str, Any]:
    """The plan, or none where nobody asked for the run and it is not worth it."""
    judged = judged_plan(plan, Judging(settings, client).worth(request, plan, coverage, lineages.values(), start.now))
    if judged["outcome"] == "skipped":
        print(json.dumps(embedded_metrics({SKIPPED: 1.0}, {SKIPPED: "Count"})), flush=True)
    return judged


def _afford(request: RunRequest, start: Start) -> tuple[RunRequest, str]:
    """What of a wish the month's budget leaves, and why nothing where it leaves nothing."""
    budget = Budget(settings.budget_g_a_month, settings.budget_usd_a_month, settings.training_usd_an_hour)
    if not budget.is_set:
        return request, ""
    records = records_of_month(client("s3"), settings.lake_bucket, start.now.date())
    verdict = judge(Spending.of(records, budget.usd_an_hour), budget)
    print(json.dumps(embedded_metrics({BUDGET: verdict.share}, {BUDGET: "None"})), flush=True)
    limited = verdict.limit(request)
    refused = not request.over_budget and (verdict.refuses or not limited.families)
    return limited, f"{verdict.words}; over_budget trains all the same" if refused else ""


def _accept(request: RunRequest, quarantine: Quarantine, start: Start) -> None:
    """Put on record who let which chunk through, and why."""
    for chunk in request.accept:
        accepted = Accepted(by=request.by, why=request.why, execution=start.arn, at=start.now.isoformat(timespec="seconds"))
        put_quarantined(client("s3"), settings.lake_bucket, replace(quarantine[chunk], accepted=accepted))


def _prepare(execution: Execution, request: RunRequest, plan: dict[str, Any]) -> None:
    """Store what the jobs find beside the plan."""
    for family in plan["families"]:
        # SageMaker refuses an empty channel: a family's first job has a parent that says there is none.
        _put(f"{genesis_prefix(family['family'])}genesis.json", {"family": family["family"], "parent": None})
    if request.full:
        refit = plan["families"][0]["chunks"][0]
        _put(chunk_list_key(execution.id, refit["chunk"]), chunk_list(execution, refit["chunks"]))


def _put(key: str, document: Any) -> None:
    body = json.dumps(document).encode()
    client("s3").put_object(Bucket=settings.artifacts_bucket, Key=key, Body=body, ContentType="application/json")
