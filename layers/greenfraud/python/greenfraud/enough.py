"""Which weeks judge a model, which it may learn, and whether both are enough for one; if not, why, and from when on.

The newest mature week is judged alone where it has frauds enough. Where not, the weeks before it are judged with it, as many as
enough frauds take, and what may be learned ends before the first of them began: nothing of a judged week is learned, and no label
that was observed once it had begun.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from greenfraud.chunks import Chunk, Coverage, chunks_between
from greenfraud.gate.margins import Margins
from greenfraud.instants import day_of, start_of_day_us
from greenfraud.naming import WEEKS_KEY
from greenfraud.weekly_frauds import WeekCount, WeeklyFrauds

NEEDED = Margins().minimum_frauds  # to be judged on
LEARNED = 10  # to learn from
MOST_WEEKS_AHEAD = 104
NOTHING = WeekCount()
RECENT_WEEKS = 8  # what is coming is told from these
HABIT_DAYS = 14  # after so long, a weekday without payments is one on which nobody opens


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """The judged weeks, the newest last, and those that may be learned; both empty where not one of each can be.

    `frauds` and `learned_frauds` are known in time and asked about; None where nobody has counted, which stands in nobody's way.
    """

    judged: list[Chunk]
    learned: list[Chunk]
    frauds: int | None = None
    learned_frauds: int | None = None

    @property
    def is_enough(self) -> bool:
        """Tell whether a model can be learned and judged, as far as anybody has counted."""
        has_judged = self.frauds is None or self.frauds >= NEEDED
        return bool(self.judged) and has_judged and (self.learned_frauds is None or self.learned_frauds >= LEARNED)


def split(coverage: Coverage, weeks: WeeklyFrauds, holdout: Chunk | None = None) -> Split:
    """Return what is judged and learned; a `holdout` that is named is the newest judged week."""
    mature = [week for week in coverage.mature if (holdout is None or week <= holdout) and not _is_blank(weeks.get(week.id))]
    first, as_of = len(mature), day_of(coverage.as_of_us)
    frauds: int | None = 0
    while first and frauds is not None and frauds < NEEDED and _may_learn(coverage, mature[0], mature[first - 1]):
        first -= 1
        more = _known([mature[first]], weeks, as_of)
        frauds = None if more is None else frauds + more
    if first == len(mature):
        return Split(judged=[], learned=[])
    learned = [week for week in mature[:first] if _may_learn(coverage, week, mature[first])]
    known = _known(learned, weeks, mature[first].start_day)
    return Split(judged=mature[first:], learned=learned, frauds=frauds, learned_frauds=known)


def _is_blank(week: WeekCount | None) -> bool:
    """Tell whether nothing is known of any payment of a week: nobody has investigated one, or all of them were refused."""
    return week is not None and not week.legitimate and not week.frauds


def _may_learn(coverage: Coverage, week: Chunk, judged: Chunk) -> bool:
    """Tell whether all labels of a week were known before a judged one began, as the Fraud Detection Handbook's protocol asks."""
    return week.is_mature(judged.start_us, coverage.maturity_days)


def _known(chunks: list[Chunk], weeks: WeeklyFrauds, day: date) -> int | None:
    """Count what is known when a day begins; None where nobody has counted one of the weeks."""
    counts = [weeks[chunk.id].known(day) if chunk.id in weeks else None for chunk in chunks]
    return sum(count for count in counts if count is not None) if None not in counts else None


def lack(found: Split, coverage: Coverage, weeks: WeeklyFrauds) -> str:
    """Say what stands in the way, the first thing first; nothing where it is enough."""
    return next(_lacks(found, coverage, weeks), "")


def _lacks(found: Split, coverage: Coverage, weeks: WeeklyFrauds) -> Iterator[str]:
    days, span = coverage.maturity_days, (day_of(coverage.as_of_us) - coverage.first_day).days + 1
    if not found.judged:
        yield (
            f"too short with {span} {'day' if span == 1 else 'days'}: a week to learn from, {days} days for its reports to arrive, "
            f"a later week to be judged on and {days} days for that one's reports are needed. A week counts with payments on most "
            "of its days"
        )
        return
    if not any(chunk.id not in weeks or weeks[chunk.id].in_all for chunk in [*found.learned, *found.judged]):
        yield "no week that could be learned or judged has a fraud"
    if is_late(coverage, weeks):
        yield f"most frauds are reported more than {days} days after they happened, when their payments count as legitimate already"
    for chunks, what in ((found.learned, "learned"), (found.judged, "judged")):
        if all(chunk.id in weeks and not weeks[chunk.id].legitimate for chunk in chunks):
            yield f"no payment of the weeks that would be {what} is known to be legitimate"
    if found.frauds is not None and found.frauds < NEEDED:
        together = f"the last {len(found.judged)} weeks together have" if len(found.judged) > 1 else "the week to be judged on has"
        yield f"{together} {found.frauds} frauds that can be asked about, at least {NEEDED} are needed to judge by"
    if found.learned_frauds is not None and found.learned_frauds < LEARNED:
        yield f"{found.learned_frauds} frauds were known before the judged weeks began, at least {LEARNED} are needed to learn"


def is_late(coverage: Coverage, weeks: WeeklyFrauds) -> bool:
    """Tell whether most frauds become known only after their week counted as mature."""
    in_time = later = 0
    for chunk in chunks_between(coverage.first_day, coverage.as_of_us, coverage.chunk_days):
        week, mature = weeks.get(chunk.id, NOTHING), chunk.end_day + timedelta(days=coverage.maturity_days)
        in_time, later = in_time + week.known(mature), later + week.in_all - week.known(mature)
    return later > in_time


def told(found: Split, coverage: Coverage, weeks: WeeklyFrauds) -> str:
    """Say in one sentence what stands in the way, by which count, and from when on it should not; nothing where it is enough."""
    reason = lack(found, coverage, weeks)
    if not reason:
        return ""
    source = "" if reason == lack(split(coverage, {}), coverage, {}) else f" ({WEEKS_KEY} of the lake counts so)"
    since = possible_on(coverage, weeks)
    when = (
        f"from about {since} on, if payments and frauds go on like this"
        if since
        else "no day can be told from which on it would be"
    )
    return f"not enough for a model: {reason}{source}; {when}"


def possible_on(coverage: Coverage, weeks: WeeklyFrauds) -> date | None:
    """The first day on which it should be possible, weekdays and frauds being as so far; None where two years do not suffice."""
    newest = day_of(coverage.as_of_us)
    full = [week for week in chunks_between(coverage.first_day, coverage.as_of_us, coverage.chunk_days) if _is_full(week, coverage)]
    counted = [weeks[week.id] for week in full if week.id in weeks][-RECENT_WEEKS:]
    if full and (not counted or is_late(coverage, weeks)):
        return None
    rate = sum(week.in_all for week in counted) / len(counted) if counted else float(NEEDED)
    usual = WeekCount(max((week.legitimate for week in counted), default=1))
    habit = {day.weekday() for day in coverage.days if day > newest - timedelta(days=HABIT_DAYS)}
    if (newest - coverage.first_day).days < HABIT_DAYS or not habit:
        habit = set(range(7))

    def is_enough(ahead: int) -> bool:
        until = newest + ahead * timedelta(days=coverage.chunk_days)
        coming = (newest + timedelta(days=after) for after in range(1, (until - newest).days + 1))
        days = coverage.days | {day for day in coming if day.weekday() in habit}
        then = replace(coverage, newest_us=max(coverage.newest_us, start_of_day_us(until)), days=frozenset(days))
        foreseen = _foreseen(weeks, then, newest, rate, usual)
        return not lack(split(then, foreseen), then, foreseen)

    # The longer, the more: so the first week is found by halving.
    ahead = bisect_left(range(1, MOST_WEEKS_AHEAD + 1), True, key=is_enough) + 1
    return newest + ahead * timedelta(days=coverage.chunk_days) if ahead <= MOST_WEEKS_AHEAD else None


def _is_full(week: Chunk, coverage: Coverage) -> bool:
    return 2 * len(coverage.days.intersection(week.days)) > coverage.usual_days


def _foreseen(weeks: WeeklyFrauds, then: Coverage, newest: date, rate: float, usual: WeekCount) -> Mapping[str, WeekCount]:
    """What is counted of the weeks that are over, and of each later one what the rate foretells, rounded so that sums stay true."""
    found, owed = dict(weeks), 0.0
    for week in chunks_between(then.first_day, then.as_of_us, then.chunk_days):
        if week.end_day <= newest and week.id in weeks:
            continue
        owed += rate
        found[week.id] = replace(usual, frauds={week.end_day + timedelta(days=then.maturity_days): int(owed)})
        owed -= int(owed)
    return found
