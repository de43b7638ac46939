"""One candidate of an evaluation: its measures, and what a thousand of its scores cost in money, time and grams."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from greenfraud.carbon.scoring import model_seconds
from greenfraud.money import EURO, digits_of
from reporting.measure import Measure

PRECISION = "average_precision"
FIRST = (PRECISION, "auc_roc", "card_precision_at_100", "recall_at_fpr_1pct", "recall_at_fpr_5pct")
NOT_COUNTED = "the work of its graph is not known"


@dataclass(frozen=True)
class Candidate:
    """A model, or the bare rules, on one holdout of so many rows."""

    body: Mapping[str, Any]
    rows: int
    currency: str

    @classmethod
    def of(cls, body: Mapping[str, Any], evaluation: Mapping[str, Any]) -> Candidate:
        """One of the candidates of an evaluation."""
        rows = (evaluation.get("holdout") or {}).get("rows") or 0
        return cls(body, rows, str(evaluation.get("currency", EURO)))

    @property
    def name(self) -> str:
        """Family and version."""
        return str(self.body["name"])

    @property
    def is_challenger(self) -> bool:
        """Whether this execution trained it."""
        return bool(self.body["role"] == "challenger")

    @property
    def kind(self) -> str:
        """What a picture tells it apart by: what answered until then is `production`, of whatever family."""
        if self.is_challenger:
            return str(self.body["family"])
        return "rules" if self.body["role"] == "rules" else "production"

    @property
    def title(self) -> str:
        """The name as a person reads it beside others, which is short."""
        return f"{self.kind} ({self.body['family']})" if self.kind == "production" else self.kind

    @property
    def measured(self) -> list[str]:
        """The names of its measures but money: of ranking first, then of probabilities."""
        found = set(self.body.get("metrics") or {}) - {"expected_cost_minor"}
        return [*(name for name in FIRST if name in found), *sorted(found - set(FIRST))]

    def metric(self, name: str) -> Measure:
        """One of its measures."""
        return Measure.of((self.body.get("metrics") or {}).get(name))

    def on(self, segment: str, name: str) -> Measure:
        """One of its measures on a segment."""
        found = (self.body.get("segments") or {}).get(segment) or {}
        return Measure.of((found.get("metrics") or {}).get(name))

    @property
    def cost(self) -> Measure:
        """Money per 1,000 decisions: an analyst's time for each alert, the amount of each missed fraud."""
        return self._per_1000(self.metric("expected_cost_minor"))

    @property
    def against_rival(self) -> tuple[str, Mapping[str, Any]]:
        """Whom it was compared with, and the paired differences on the same rows; empty where there are none."""
        for rival in ("production", "rules"):
            if found := self.body.get(f"against_{rival}"):
                return rival, found
        return "nobody", {}

    def difference(self, name: str) -> Measure:
        """How much more of a measure it has than its rival, on the same rows."""
        found = self.against_rival[1].get(name) or {}
        reason = found.get("reason") or "it was compared with nobody"
        measure = Measure(found.get("difference"), found.get("low"), found.get("high"), reason)
        return self._per_1000(measure) if name == "expected_cost_minor" else measure

    @property
    def grams(self) -> Measure:
        """Grams of CO2 equivalent per 1,000 scores, with its share of training."""
        parts = self.body.get("emissions_parts") or {}
        return Measure(self.body.get("emissions_g_per_1000"), reason=parts.get("reason") or NOT_COUNTED)

    @property
    def seconds(self) -> Measure:
        """What the model's own part of one score takes of one vCPU, from its graph: no stopwatch."""
        work = (self.body.get("emissions_parts") or {}).get("work")
        if not work:
            return Measure(reason=NOT_COUNTED)
        return Measure(model_seconds(operations=work["operations"], moved_bytes=work["bytes"], nodes=work["nodes"]))

    def _per_1000(self, minor: Measure) -> Measure:
        if not self.rows:
            return Measure(reason="the holdout is empty")
        factor = 1000 / self.rows / 10 ** digits_of(self.currency)
        value, low, high = (None if end is None else end * factor for end in (minor.value, minor.low, minor.high))
        return Measure(value, low, high, minor.reason)


def front_of(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The Pareto front: those that no other is at least as good as in money, time and grams, and better in one of them.

    One of which a figure is not known is left out: it can be neither on the front nor behind it.
    """
    known = [(one, (one.cost.value, one.seconds.value, one.grams.value)) for one in candidates]
    placed = [(one, [value for value in values if value is not None]) for one, values in known if None not in values]
    return [one for one, values in placed if not any(_beats(other, values) for _, other in placed)]


def place_on(front: Sequence[Candidate], one: Candidate) -> str:
    """Whether one of those that were compared is on the front, in a word; unavailable where a figure of it is not known."""
    if one in front:
        return "yes"
    is_known = None not in (one.cost.value, one.grams.value, one.seconds.value)
    return "no" if is_known else "unavailable: not all three are known"


def _beats(other: Sequence[float], values: Sequence[float]) -> bool:
    return other != values and all(theirs <= ours for theirs, ours in zip(other, values, strict=True))
