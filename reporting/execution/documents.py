"""What an execution has left behind, as its report is made from it; what could not be had is said to be missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from greenfraud.carbon import EmissionsRecord
from greenfraud.money import EURO, digits_of
from greenfraud.promotion import named_by
from reporting.execution.candidate import PRECISION, Candidate
from reporting.units import UNAVAILABLE, number

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Documents:
    """The documents of one execution; empty where one is missing, for a reason in `missing`.

    `trainings` are by family, `manifests` of bundles by model name; `weeks` are as production lived them, oldest first;
    `ledger` holds the newest changes of what serves, newest first.
    """

    execution: str
    evaluation: Document
    decision: Document
    report: Document = field(default_factory=dict)
    plan: Document = field(default_factory=dict)
    curves: Document = field(default_factory=dict)
    dataset: Document = field(default_factory=dict)
    trainings: Mapping[str, Sequence[Document]] = field(default_factory=dict)
    manifests: Mapping[str, Document] = field(default_factory=dict)
    emissions: Sequence[EmissionsRecord] = ()
    weeks: Sequence[Document] = ()
    ledger: Sequence[Document] = ()
    missing: Sequence[str] = ()
    subject: str | None = None  # the model that a page is about, where it is not about the decision

    @property
    def holdout(self) -> Document:
        """The rows that candidates were judged on, by counts."""
        found: Document = self.evaluation.get("holdout") or {}
        return found

    @property
    def judged_on(self) -> list[str]:
        """The chunks of those rows, oldest first: several where the newest had too few frauds; none where nobody tells."""
        newest = [self.holdout["chunk"]] if "chunk" in self.holdout else []
        return list(self.holdout.get("pooled_chunks") or newest)

    @property
    def alert_cost(self) -> str:
        """What an alert costs in the figures of money, an analyst's time; an earlier release did not tell."""
        minor = self.evaluation.get("alert_cost_minor")
        digits = digits_of(self.currency)
        return f"a sum that is {UNAVAILABLE}" if minor is None else f"{number(minor / 10**digits, digits)} {self.currency}"

    @property
    def currency(self) -> str:
        """The currency of costs; an earlier release named none."""
        return str(self.evaluation.get("currency", EURO))

    @cached_property
    def rules(self) -> Candidate:
        """The bare rules."""
        return Candidate.of(self.evaluation.get("baseline_rules") or {"name": "rules", "role": "rules"}, self.evaluation)

    @cached_property
    def models(self) -> list[Candidate]:
        """What answered until then, first, and the challengers."""
        found = [Candidate.of(item, self.evaluation) for item in self.evaluation.get("candidates", [])]
        return sorted(found, key=lambda one: one.is_challenger)

    @cached_property
    def rival(self) -> Candidate:
        """Whom a challenger had to beat: what answered until then, or the rules where no model did."""
        return next((one for one in self.models if not one.is_challenger), self.rules)

    @cached_property
    def chosen(self) -> Candidate | None:
        """The model that the decision is about, None where it names none."""
        return next((one for one in self.models if one.name == named_by(self.decision)), None)

    @property
    def main(self) -> Candidate | None:
        """The model that pictures of one model show: the subject, the decision's, else that of the highest average precision."""
        if self.subject:
            return next((one for one in self.models if one.name == self.subject), None)
        known = [one for one in self.models if one.is_challenger and one.metric(PRECISION).value is not None]
        return self.chosen or max(known, key=lambda one: one.metric(PRECISION).value or 0.0, default=None)
