"""Whether a run that nobody asked for is worth its money and its carbon. Pure: no clock, no store.

What it may gain in the week until the next one is expected from two things: what the newest weeks lost, where they show that the
quality fell, and as much per new fraud as earlier runs brought. It is set against what such a run has cost so far. What cannot be
estimated is no reason to skip: the run goes ahead, and says why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from greenfraud.money import digits_of, in_words
from greenfraud.past_runs import PastRun

Document = Mapping[str, Any]
LEAST_RUNS = 3  # with a model before them: of fewer, a mean is one run's luck
LEAST_WEEKS = 4  # with labels, as many as drift is told by
GRAMS_PER_TONNE = 1_000_000
SECONDS_PER_HOUR = 3_600


class NotEstimatedError(Exception):
    """Nobody knows what a run would gain; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Prices:
    """What an hour of a machine costs in US dollars, and a dollar and a tonne of CO2 equivalent in units of the currency."""

    currency: str
    usd_an_hour: float
    usd_rate: float
    carbon_a_tonne: float
    sources: Sequence[str] = ()

    def minor(self, seconds: float, grams: float) -> float:
        """Return the price of machine time and carbon in minor units.

        >>> round(Prices(currency="EUR", usd_an_hour=0.5, usd_rate=0.8, carbon_a_tonne=75.0).minor(3_600, 2_000), 6)
        55.0
        """
        units = seconds / SECONDS_PER_HOUR * self.usd_an_hour * self.usd_rate + grams / GRAMS_PER_TONNE * self.carbon_a_tonne
        return float(units * 10 ** digits_of(self.currency))


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What a run is expected to take: `grams` in all, `once_grams` of them for the jobs that run once however much is learned."""

    seconds: float
    grams: float
    once_grams: float

    @classmethod
    def of(cls, runs: Sequence[PastRun], trainings: int) -> Cost:
        """Return the mean of what earlier runs took for once, and for each of so many trainings; a full refit's are others.

        NotEstimatedError without any.
        """
        chunkwise = [run for run in runs if run.frauds is not None]
        learned = sum(run.trainings for run in chunkwise)
        if not learned:
            raise NotEstimatedError("no earlier run says what one costs")
        once_seconds = sum(run.seconds - run.training_seconds for run in runs) / len(runs)
        once_grams = sum(run.grams - run.training_grams for run in runs) / len(runs)
        return cls(
            seconds=once_seconds + trainings * sum(run.training_seconds for run in chunkwise) / learned,
            grams=once_grams + trainings * sum(run.training_grams for run in chunkwise) / learned,
            once_grams=once_grams,
        )


@dataclass(frozen=True, kw_only=True)
class Worth:
    """The verdict on a run; `unknown` says why it could not be estimated, and then it goes ahead."""

    prices: Prices
    gain_minor: float | None = None
    cost_minor: float | None = None
    cost: Cost | None = None
    unknown: str | None = None

    @property
    def skips(self) -> bool:
        """Whether the run is expected to gain less than it costs."""
        return self.gain_minor is not None and self.cost_minor is not None and self.gain_minor < self.cost_minor

    @property
    def words(self) -> str:
        """The verdict as a person reads it."""
        if self.gain_minor is None or self.cost_minor is None:
            return f"what it gains cannot be estimated, so it goes ahead: {self.unknown}"
        currency = self.prices.currency
        gain, cost = (in_words(round(amount), currency) for amount in (self.gain_minor, self.cost_minor))
        found = f"expected to gain {gain} {currency} until the next one, and to cost {cost}"
        return f"not worth a run: {found}" if self.skips else f"worth a run: {found}"

    def to_json(self) -> dict[str, Any]:
        """What is on record. Grams are estimates from earlier runs; trainings that are skipped come later, and are not avoided."""
        grams = {"avoided_g": self.cost.once_grams, "postponed_g": self.cost.grams - self.cost.once_grams} if self.cost else {}
        told = {"gain_minor": self.gain_minor, "cost_minor": self.cost_minor, "unknown": self.unknown, "words": self.words}
        return {**told, "prices": asdict(self.prices), **(grams if self.skips else {})}


@dataclass(frozen=True, kw_only=True)
class Past:
    """What is kept: earlier runs and the quality documents of weeks, oldest first; `newest` are the ids of the last weeks."""

    runs: Sequence[PastRun]
    weeks: Sequence[Document]
    newest: Sequence[str]


def judge_worth(chunks: Sequence[str], trainings: int, past: Past, prices: Prices) -> Worth:
    """Judge a run that would learn some chunks in so many trainings."""
    try:
        cost = Cost.of(past.runs, trainings)
        gain = fall_of(past.weeks, past.newest) + learned_gain(past.runs, frauds_of(chunks, past.weeks))
    except NotEstimatedError as reason:
        return Worth(prices=prices, unknown=str(reason))
    return Worth(prices=prices, gain_minor=gain, cost_minor=prices.minor(cost.seconds, cost.grams), cost=cost)


def fall_of(weeks: Sequence[Document], newest: Sequence[str]) -> float:
    """Return what the newest week lost against the usual, in minor units, where it shows that the quality fell; else nothing."""
    if not weeks or weeks[-1]["chunk"] not in newest:
        raise NotEstimatedError("nobody has looked at the quality of the last weeks")
    if weeks[-1].get("without_model", 0) > weeks[-1]["rows"]:
        raise NotEstimatedError("the rules answered most of the last week")
    known = [week for week in weeks if week["measured"] is not None]
    if len(known) < LEAST_WEEKS:
        raise NotEstimatedError(f"the labels of fewer than {LEAST_WEEKS} weeks are known")
    signs = {*_shown(weeks[-1], "drift"), *_shown(known[-1], "drift_of_truth")}
    if signs & {"inputs", "score"}:
        raise NotEstimatedError("inputs or scores drifted, which nobody can put into money")
    falls = [0.0]
    if "measured_quality" in signs:
        promised = known[-1]["estimated_of_judged"]["expected_cost_minor"]["value"]
        falls.append(_cost(known[-1]["measured"]["expected_cost_minor"]) - _cost(promised))
    if "estimated_quality" in signs:
        estimated = weeks[-1]["estimated"]
        usual = _per_fraud(known) * _cost(estimated["frauds"]["value"])
        falls.append(_cost(estimated["expected_cost_minor"]["value"]) - usual)
    return max(falls)


def frauds_of(chunks: Sequence[str], weeks: Sequence[Document]) -> float:
    """Return the frauds of the chunks to be learned: as their labels say, or as they were estimated before."""
    by_chunk = {week["chunk"]: week for week in weeks}
    found = 0.0
    for chunk in chunks:
        week = by_chunk.get(chunk)
        frauds = None if week is None else _frauds(week)
        if frauds is None:
            raise NotEstimatedError(f"nobody knows how many frauds {chunk} has")
        found += frauds
    return found


def learned_gain(runs: Sequence[PastRun], frauds: float) -> float:
    """Return what so many new frauds are expected to bring, in minor units: per fraud as much as they brought in earlier runs."""
    known = [(run.gain_minor, run.frauds) for run in runs if run.gain_minor is not None and run.frauds]
    if len(known) < LEAST_RUNS:
        raise NotEstimatedError(f"fewer than {LEAST_RUNS} earlier runs say what new labels bring")
    return max(0.0, sum(gain for gain, _ in known) / sum(learned for _, learned in known)) * frauds


def _frauds(week: Document) -> float | None:
    found: float | None = week["estimated"]["frauds"]["value"] if week["measured"] is None else week["measured"]["frauds"]
    return found


def _shown(week: Document, name: str) -> list[str]:
    if name not in week:
        raise NotEstimatedError(f"the week {week['chunk']} was looked at by an earlier release")
    return [look["sign"] for look in week[name] if look["shows"]]


def _per_fraud(known: Sequence[Document]) -> float:
    """The usual cost of a week per fraud of it; not per week, because there are more and fewer frauds."""
    measured = [week["measured"] for week in known]
    frauds = sum(one["frauds"] or 0.0 for one in measured)
    if not frauds:
        raise NotEstimatedError("the known weeks had no frauds")
    return float(sum(_cost(one["expected_cost_minor"]) for one in measured) / frauds)


def _cost(amount: float | None) -> float:
    if amount is None:
        raise NotEstimatedError("a figure of the last weeks is undefined")
    return float(amount)
