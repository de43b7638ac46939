"""What happens, in order; each chapter does one thing from outside, sees that it happened, and says what it saw."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from benchmarks.story.clock import strike
from benchmarks.story.platform import StepMissingError, StoryPlatform, wait_for
from benchmarks.story.world import BATCH, WEEKS_TO_COME, Payments
from greenfraud.naming import decision_key, evaluation_key, execution_key, plan_key, report_key, start_key, waiting_key

NIGHTLY = "Nightly upkeep of features"
DRIFT_METRIC = "DriftSigns"
UNTRAINED = {"nothing_to_train", "already_running", "skipped"}
EXECUTION_SECONDS, LANDING_SECONDS, ALARM_SECONDS = 1_800, 300, 120
CLIENTS, TOLD_EVERY = 2, 5_000  # who send payments at once; how often it is told how far they are
CANARY_PERCENT, TRIED = 20, 1_000  # of the customers; payments that meet shadow and canary


@dataclass
class Story:
    """Where the story is: the platform, the payments that are still to come, and what is known so far."""

    platform: StoryPlatform
    coming: Payments
    say: Callable[[str], None]
    drift: dict[str, Any] = field(default_factory=dict)  # documents of the execution that the alarm started
    candidate: str = ""
    before: str = ""
    scored: int = 0


def model_in(production: dict[str, Any]) -> str:
    """What answers, family/version. StepMissingError where only the rules do."""
    found = production.get("production")
    if not found:
        raise StepMissingError("no model is in production: the rules answer")
    return "{family}/{version}".format(**found)


def first_model(story: Story) -> str:
    """The first execution trained on what is on file, and its gate let a model in."""
    return f"{model_in(story.platform.production())} beat the rules, and answers"


def weeks_of_change(story: Story) -> str:
    """Each payment is scored as it comes; a bank tells later what was fraud."""
    with ThreadPoolExecutor(CLIENTS) as clients:
        for answered in clients.map(
            lambda batch: story.platform.post("/v1/score/batch", {"transactions": batch}), story.coming.batches()
        ):
            story.scored += len(answered["results"])
            if story.scored % TOLD_EVERY < BATCH:
                story.say(f"{story.scored:,} of {len(story.coming):,} payments of {WEEKS_TO_COME} weeks scored")
    reports = story.platform.folder / "bank.csv"
    frauds = story.coming.write_reports(reports)
    story.platform.command("label", str(reports), "--source", "bank")
    return (
        f"{story.scored:,} payments scored, {frauds:,} reported as frauds; from the first of them on, frauds and amounts are others"
    )


def drift_seen(story: Story) -> str:
    """The night's watch finds what no label is needed for, and its alarm rings."""
    night = _ended(story.platform, strike(story.platform, NIGHTLY))
    if night["status"] != "SUCCEEDED":
        raise StepMissingError(f"the night's upkeep ended as {night['status']}")

    def ringing() -> Any:
        alarms = story.platform.target.client("cloudwatch").describe_alarms()["MetricAlarms"]
        return [one for one in alarms if one.get("MetricName") == DRIFT_METRIC and one["StateValue"] == "ALARM"]

    (alarm,) = wait_for("an alarm of drift", ringing, seconds=ALARM_SECONDS)
    return f"{alarm['AlarmName']} rings: {alarm['StateReason']}"


def retrained(story: Story) -> str:
    """The alarm started the pipeline, which waited for clean power, trained on what is new, and let its gate judge."""

    def started() -> Any:
        return [one for one in story.platform.executions("StateMachineArn") if one["input"].get("trigger") == "drift"]

    (run,) = wait_for("an execution that the alarm started", started, seconds=ALARM_SECONDS)
    ended = _ended(story.platform, run["executionArn"])
    key = execution_key(run["executionArn"])
    if ended["status"] != "SUCCEEDED" or json.loads(ended["output"]).get("outcome") in UNTRAINED:
        raise StepMissingError(f"the alarm's execution ended as {ended['status']}: {ended.get('output', '')[:500]}")
    names = {
        "plan": plan_key,
        "start": start_key,
        "evaluation": evaluation_key,
        "decision": decision_key,
        "report": report_key,
        "waiting": waiting_key,
    }
    story.drift = {name: story.platform.document("ArtifactsBucket", of(key)) for name, of in names.items()}
    if not story.drift["start"]["waits"]:
        raise StepMissingError(f"it did not wait for clean power: {story.drift['start']}")
    start, decision = story.drift["start"], story.drift["decision"]
    if decision["outcome"] == "reject":
        raise StepMissingError(f"the gate let in nobody who learned what is new: {decision['reasons']}")
    return (
        f"asked at {start['asked_at']}, waited until {start['start_at']} ({start['g_per_kwh']:.0f} instead of "
        f"{start['at_once_g_per_kwh']:.0f} g/kWh), trained {_chunks(story.drift['plan'])} chunks; the gate: {decision['outcome']}"
    )


def in_shadow(story: Story) -> str:
    """A model of that execution scores each payment beside what answers, and answers nobody."""
    production = story.platform.production()
    story.candidate = _candidate(production, story.drift)
    if _name(production.get("shadow")) != story.candidate:
        story.platform.command("shadow", story.candidate, "--reason", "judged after the drift")
    return f"{story.candidate} scores beside {model_in(production)}: {_tried(story, 'shadow')}"


def as_canary(story: Story) -> str:
    """It answers a share of the customers."""
    reason = ("--reason", "the shadow is sound")
    story.platform.command("canary", str(CANARY_PERCENT), "--model", story.candidate, *reason, "--yes")
    return f"{story.candidate} answers {CANARY_PERCENT} % of the customers: {_tried(story, 'canary')}"


def promoted(story: Story) -> str:
    """A person lets it answer everybody."""
    was = model_in(story.platform.production())
    story.platform.command("promote", story.candidate, "--reason", "the canary is sound", "--yes")
    now = model_in(story.platform.production())
    if now != story.candidate or now == was:
        raise StepMissingError(f"{now} answers, and not {story.candidate}")
    story.before = was
    return f"{now} answers instead of {was}"


def rejected(story: Story) -> str:
    """A model that knows one week of long ago is trained, judged, and not let in."""
    serving = model_in(story.platform.production())
    story.platform.command("retrain", "--families", "baseline", "--chunks", "20260101-20260108", "--force")
    newest = story.platform.executions("StateMachineArn")[0]
    decision = story.platform.document("ArtifactsBucket", decision_key(execution_key(newest["executionArn"])))
    if decision["outcome"] != "reject" or model_in(story.platform.production()) != serving:
        raise StepMissingError(f"the gate said {decision['outcome']}: {decision['reasons'][:2]}")
    return f"the gate: reject; {decision['reasons'][0]}"


def rolled_back(story: Story) -> str:
    """One call, and the next request obeys."""
    story.platform.command("rollback", "--reason", "the end of the story", "--yes")
    now = model_in(story.platform.production())
    if now != story.before:
        raise StepMissingError(f"{now} answers, and not {story.before}")
    return f"{now} answers again"


CHAPTERS: tuple[tuple[str, Callable[[Story], str]], ...] = (
    ("train and promote", first_model),
    ("weeks in which everything changes", weeks_of_change),
    ("drift is seen", drift_seen),
    ("a clean window, and a retraining", retrained),
    ("shadow", in_shadow),
    ("canary", as_canary),
    ("promotion", promoted),
    ("a bad challenger", rejected),
    ("rollback", rolled_back),
)


def _ended(platform: StoryPlatform, arn: str) -> dict[str, Any]:
    client = platform.target.client("stepfunctions")

    def ended() -> Any:
        described = client.describe_execution(executionArn=arn)
        return None if described["status"] == "RUNNING" else described

    found: dict[str, Any] = wait_for(f"the end of {arn.rpartition(':')[2]}", ended, seconds=EXECUTION_SECONDS)
    return found


def _candidate(production: dict[str, Any], drift: dict[str, Any]) -> str:
    """What the gate put in shadow, or the best of the others that the same execution trained."""
    if production.get("shadow"):
        return _name(production["shadow"])
    names = {f"{family}/{found['version']}": found for family, found in drift["report"]["families"].items()}
    others = {name: found["average_precision"] for name, found in names.items() if name != model_in(production)}
    return max(others, key=lambda name: others[name])


def _name(model: dict[str, Any] | None) -> str:
    return "{family}/{version}".format(**model) if model else ""


def _chunks(plan: dict[str, Any]) -> int:
    return sum(len(family["chunks"]) for family in plan["families"])


def _tried(story: Story, side: str) -> str:
    """Send the newest payments once more under other names; what the command then compares, in a line."""
    for number, batch in enumerate(Payments(story.coming.table.slice(len(story.coming) - TRIED)).batches()):
        again = [{**one, "transaction_id": f"{side}-{number}-{place}"} for place, one in enumerate(batch)]
        story.platform.post("/v1/score/batch", {"transactions": again})
    figures = story.platform.folder / f"{side}.json"
    figures.unlink(missing_ok=True)

    def compared() -> Any:
        story.platform.command(side, "--json", str(figures))
        sides = json.loads(figures.read_text(encoding="utf-8"))["sides"]
        return sides if all(one["decisions"] for one in sides.values()) else None

    sides = wait_for(f"decisions on both sides of the {side}", compared, seconds=LANDING_SECONDS)
    return ", ".join(f"{name} {one['decisions']:,} payments" for name, one in sides.items())
