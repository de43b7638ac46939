"""Whether a chunk's data are at fault, told from the chunks right before it: a broken feed is not a change of the world.

Every bound is around the median of the recent past, as wide as a change that no week of an honest feed makes, or as five times
the past's own spread where that is wider: a growing business, a ramp, a noisy feature move by themselves. What somebody let
through widens the bounds too: that is how it is now. Of reports only falls are asked how wide: while the first frauds become known,
every week has more than the one before, and says nothing of how few an honest week may have.
"""

from __future__ import annotations

import math
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from training.features.chunk_profile import ChunkProfile

REFERENCE_CHUNKS, MINIMUM_REFERENCE = 8, 4
FEWEST_ROWS = 200  # a week; with fewer, shares are chance
HALF, DOUBLE = 0.55, 1.8  # of the usual traffic
FEWEST_REPORTS, REPORTS_LOST = 20, 0.35  # of the usual share of frauds: a quiet month halves it, a lost feed takes nearly all
MISSING_MORE = 0.2  # of all rows, beyond what is usual
FEWEST_VARIED = 20  # rows in each earlier chunk: what rarely varied may not vary in one
SPREADS = 5.0
LOST = 0.1  # of the usual share of frauds: less is a fault however far honest weeks fell
FALLS = 4.0  # times the root mean square of earlier falls: as few honest weeks held as by five spreads (decision 43)
NORMAL = 1.4826  # a median absolute deviation times this is a normal distribution's standard deviation
LIKE_ACCEPTED = 1.2  # so much further than what was let through
NAMED = 3  # features of one kind of fault


def faults_of(profile: ChunkProfile, reference: Sequence[ChunkProfile]) -> list[str]:
    """Return what is wrong with a chunk, in words; while the past is too short to say, only that nothing is known of it.

    `reference` are the chunks before it, oldest first, without those that are held.
    """
    if profile.rows and profile.judged == 0:
        return ["nothing is known of any of its payments: nobody has investigated them"]
    past = reference[-REFERENCE_CHUNKS:]
    if len(past) < MINIMUM_REFERENCE or median(one.rows for one in past) < FEWEST_ROWS:
        return []
    return [*_traffic(profile, past), *_reports(profile, past), *_missing(profile, past), *_constant(profile, past)]


def _spread(values: Sequence[float]) -> float:
    middle = median(values)
    return NORMAL * median(abs(value - middle) for value in values)


def _falls(values: Sequence[float]) -> float:
    """Return how far values fell below the median of those before them, as a root mean square; a rise is no fall.

    >>> _falls([1.0, 2.0, 3.0, 4.0]), _falls([4.0, 4.0, 1.0, 4.0, 4.0])
    (0.0, 1.5)
    """
    fallen = [max(0.0, median(values[:place]) - values[place]) for place in range(1, len(values))]
    return math.sqrt(sum(one**2 for one in fallen) / max(1, len(fallen)))


def _floor(value: Callable[[ChunkProfile], float], past: Sequence[ChunkProfile], least: float, width: float) -> float:
    """Return the lowest logarithm that passes: `least` of the usual, `width` below it, or as far down as what was let through."""
    usual = median(math.log(value(one)) for one in past)
    passed = [math.log(value(one) / LIKE_ACCEPTED) for one in past if one.accepted]
    return min([usual - max(-math.log(least), width), *passed])


def _traffic(profile: ChunkProfile, past: Sequence[ChunkProfile]) -> Iterator[str]:
    usual, rows = median(one.rows for one in past), max(profile.rows, 0.5)
    told = f"{profile.rows:,} payments where the {len(past)} chunks before had {usual:,.0f} each"
    width = SPREADS * _spread([math.log(one.rows) for one in past])
    if math.log(rows) < _floor(lambda one: one.rows, past, HALF, width):
        yield f"traffic is missing: {told}"
    if -math.log(rows) < _floor(lambda one: 1.0 / one.rows, past, 1.0 / DOUBLE, width):
        yield f"there is too much traffic: {told}"


def _reports(profile: ChunkProfile, past: Sequence[ChunkProfile]) -> Iterator[str]:
    def judged(one: ChunkProfile) -> int:
        return one.rows if one.judged is None else one.judged

    def share(one: ChunkProfile) -> float:
        return (one.frauds + 0.5) / max(judged(one), 0.5)

    expected = judged(profile) * median(share(one) for one in past)
    # A past week whose feed was lost unseen is one large fall: whatever it says, less than LOST of the usual is no honest week.
    width = min(FALLS * _falls([math.log(share(one)) for one in past if not one.accepted]), -math.log(LOST))
    if expected >= FEWEST_REPORTS and math.log(share(profile)) < _floor(share, past, REPORTS_LOST, width):
        yield f"reports are missing: {profile.frauds:,} frauds, and as many payments usually have {expected:,.0f}"


def _missing(profile: ChunkProfile, past: Sequence[ChunkProfile]) -> Iterator[str]:
    found = {}
    for name, now in profile.missing.items():
        before = [one.missing[name] for one in past if name in one.missing]
        if len(before) < MINIMUM_REFERENCE:
            continue
        bound = max(max(before) + MISSING_MORE / 2, median(before) + max(MISSING_MORE, SPREADS * _spread(before)))
        if now > bound:
            found[name] = f"{name} ({now:.0%}, usually {median(before):.0%})"
    if found:
        yield f"values are missing: {_named(list(found.values()))}"


def _constant(profile: ChunkProfile, past: Sequence[ChunkProfile]) -> Iterator[str]:
    found = []
    for name, varied in profile.varied.items():
        before = [one.varied[name] * one.rows for one in past if name in one.varied]
        is_known = profile.missing[name] < 1.0
        if not varied and is_known and len(before) >= MINIMUM_REFERENCE and min(before) >= FEWEST_VARIED:
            found.append(name)
    if found:
        yield f"values are all the same: {_named(found)}"


def _named(found: Sequence[str]) -> str:
    more = len(found) - NAMED
    return ", ".join(found[:NAMED]) + (f" and {more} more" if more > 0 else "")
