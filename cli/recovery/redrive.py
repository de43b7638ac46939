"""`greenfraud redrive`: what waits in bucket and queue, and what the decisions table knows alone, is ingested, or told, again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from cli.errors import CommandError
from cli.recovery.abandoned import AbandonedBatches
from cli.recovery.rejected import RejectedEvents
from cli.recovery.replay import LANDED, LEFT, NEW, Replay, Tally, batches_of
from cli.recovery.stored import Stored
from cli.recovery.unreached import Span, UnreachedEvents
from cli.recovery.waiting import Place, Waiting
from cli.screen import Screen
from cli.target import Target

MOST_SHOWN = 20  # things that stay, by name; beyond that only the reasons are counted


@dataclass
class Result:
    """What was done at one place: things and events by what became of them."""

    things: Counter[str] = field(default_factory=Counter)
    events: Tally = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)


def redrive(target: Target, screen: Screen, *, since: datetime | None, until: datetime | None, only_looks: bool) -> None:
    """Take every place in turn. CommandError when something stays, after all else was taken."""
    stored = Stored(target)
    replay = Replay(target.client("lambda"), target.outputs["IngestFunction"], stored, only_looks)
    notify = target.outputs.get("NotifyFunction", "")  # an earlier release tells nobody
    places: list[tuple[Place, Replay]] = [
        (AbandonedBatches(target.client("s3"), target.outputs["AbandonedBucket"], notify, others=True), replay),
        (RejectedEvents(target.client("sqs"), target.outputs["RejectedQueueUrl"], stored), replay),
    ]
    if since is not None:
        places.append((UnreachedEvents(target, stored, Span.of(since, until)), replay))
    if notify:
        places += [(place, replace(replay, function=notify, has_receipts=False)) for place in untold(target, stored, notify)]
    results = {place.title: take(place, by, screen) for place, by in places}
    stays = sum(result.things["stays"] for result in results.values())
    if stays and not only_looks:
        raise CommandError(f"{stays} stay where they are, with their reasons above. Mend those and run `greenfraud redrive` again")


def untold(target: Target, stored: Stored, notify: str) -> list[Place]:
    """Where decisions wait that nobody was told of."""
    return [
        AbandonedBatches(target.client("s3"), target.outputs["AbandonedBucket"], notify, title="bucket, untold"),
        RejectedEvents(target.client("sqs"), target.outputs["UntoldQueueUrl"], stored, title="queue, untold"),
    ]


def take(place: Place, replay: Replay, screen: Screen) -> Result:
    """Take what waits at one place, and say what became of it; what was taken before an interruption stays taken."""
    result = Result()
    try:
        with screen.live(f"{place.title}: looking"):
            for batch in batches_of(place.waiting()):
                replay.take(batch, result.events)
                taken = [one for one in batch if not one.why]
                if taken and not replay.only_looks:
                    place.forget(taken)
                _count(result, batch, place, screen.line)
                screen.doing(f"{place.title}: {_summary(place, result, replay.only_looks)}")
                if not taken and not replay.only_looks and replay.is_in_vain(batch):
                    raise CommandError(f"nothing is taken any more: {batch[0].why[0]}")
    finally:
        place.release()
        screen.line(f"{place.title}: {_summary(place, result, replay.only_looks)}")
    for reason, count in result.reasons.most_common():
        screen.line(f"  {count:,} stay: {reason}")
    return result


def _count(result: Result, batch: list[Waiting], place: Place, say: Callable[[str], None]) -> None:
    for one in batch:
        result.things["stays" if one.why else "taken"] += 1
        result.reasons.update(one.why[:1])
        if one.why and result.things["stays"] <= MOST_SHOWN:
            say(f"  {place.noun} {one.name} stays: {'; '.join(one.why)}")
        elif one.why and result.things["stays"] == MOST_SHOWN + 1:
            say("  more stay; their reasons are counted below")


def _summary(place: Place, result: Result, only_looks: bool) -> str:
    if not result.things.total():
        return "nothing waits"
    taken = f"{_counted(result.things['taken'], place.noun)} {'would be taken' if only_looks else 'taken'}"
    events = f"{_counted(result.events[NEW], 'event')} new, {result.events[LANDED]:,} counted before"
    return f"{taken} ({events}), {result.things['stays']:,} stay ({_counted(result.events[LEFT], 'event')})"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
