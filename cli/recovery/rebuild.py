"""`greenfraud rebuild`: the lake brings the online store back, and every entity is compared with it afterwards."""

from __future__ import annotations

import json
import time
import uuid
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from cli.errors import CommandError
from cli.screen import Screen
from cli.target import Target
from greenfraud.naming import rebuild_report_key

POLL_SECONDS = 1.0
WORDS = {
    "created": "missing",
    "rebuilt": "damaged",
    "corrected": "with other tiles",
    "behind": "that know more than the lake: run `greenfraud redrive --since` first",
    "conflict": "that were written while they were compared",
    "unknown": "that the lake does not know",
    "damaged": "damaged, and unknown to the lake",
}


def rebuild(target: Target, screen: Screen, *, only_compares: bool) -> dict[str, Any]:
    """Start the upkeep with this wish, wait for its report and return it. CommandError when a state differs, or the job failed."""
    name = f"rebuild-{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:6]}"
    arn = _start(target, name, only_compares=only_compares)
    screen.line(f"execution {arn}")
    screen.line("Ctrl-C ends the waiting, not the job: the report will lie in the lake, at " + rebuild_report_key(name))
    with screen.step("rebuild", "comparing every state with the lake" if only_compares else "rebuilding every state from the lake"):
        report = _report(target, arn, rebuild_report_key(name))
    _say(report, screen)
    if report["differing"]:
        raise CommandError(f"{report['differing']:,} of {report['entities']:,} entities differ from the lake")
    return report


def _start(target: Target, name: str, *, only_compares: bool) -> str:
    wishes = {"report": name, "only_compares": "true" if only_compares else "false"}
    machine = target.outputs["UpkeepStateMachineArn"]
    try:
        started = target.client("stepfunctions").start_execution(stateMachineArn=machine, name=name, input=json.dumps(wishes))
    except ClientError as error:
        raise CommandError(f"the rebuild did not start: {error}") from None
    return str(started["executionArn"])


def _report(target: Target, arn: str, key: str) -> dict[str, Any]:
    """The job's report, as soon as it is there; the skew watch that follows it is not waited for."""
    while True:
        status = target.client("stepfunctions").describe_execution(executionArn=arn)
        found = _document(target, key)
        if found is not None:
            return found
        if status["status"] != "RUNNING":
            cause = status.get("cause") or status.get("error") or "it left no report: a quota of 0 for training machines?"
            raise CommandError(f"the rebuild ended as {status['status']}: {cause}")
        time.sleep(POLL_SECONDS)


def _document(target: Target, key: str) -> dict[str, Any] | None:
    s3 = target.client("s3")
    try:
        body = s3.get_object(Bucket=target.outputs["LakeBucket"], Key=key)["Body"].read()
    except s3.exceptions.NoSuchKey:
        return None
    document: dict[str, Any] = json.loads(body)
    return document


def _say(report: dict[str, Any], screen: Screen) -> None:
    counts = f"{report['entities']:,} entities, {report['differing']:,} differing, {report['written']:,} written"
    screen.line(f"{counts}, {report['seconds']:.1f} s")
    if report["moving"]:
        screen.line(f"  {report['moving']:,} were written meanwhile: all but their open tiles were compared")
    for view, counts in sorted(report["views"].items()):
        for outcome, words in WORDS.items():
            if counts.get(outcome):
                screen.line(f"  {view}: {counts[outcome]:,} {words}")
