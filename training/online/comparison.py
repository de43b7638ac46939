"""Compares every online state with what the lake makes of its entity, to the bit, and writes nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from training.online.reconciliation import lake_states
from training.online.state_writes import Outcome, StateWriter
from training.online.tile_correction import LakeBehindError, corrected

if TYPE_CHECKING:
    from collections.abc import Mapping

    from greenfraud.features.manifest import View
    from greenfraud.features.tiles import ViewState
    from training.online.reconciliation import Look, Reconciliation
    from training.online.state_survey import LakeCorrection
    from training.online.stored_states import Stored

EQUAL = (Outcome.SAME, Outcome.MOVING)


@dataclass(frozen=True)
class Comparison:
    """How many entities of each view ended how: what a writer would have done, had it been one."""

    views: Mapping[str, Counter[Outcome]]

    @property
    def entities(self) -> int:
        """Entities that the lake or the store knows."""
        return sum(counts.total() for counts in self.views.values())

    @property
    def differing(self) -> int:
        """Entities whose state is missing, damaged, unknown to the lake, or another; also where nobody could tell."""
        return self.entities - sum(counts[outcome] for counts in self.views.values() for outcome in EQUAL)

    @property
    def moving(self) -> int:
        """Entities that were written meanwhile: all their tiles but the open ones were compared."""
        return sum(counts[Outcome.MOVING] for counts in self.views.values())

    def report(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        views = {name: {outcome.name.lower(): count for outcome, count in counts.items()} for name, counts in self.views.items()}
        return {"entities": self.entities, "differing": self.differing, "moving": self.moving, "views": views}


def compare(reconciliation: Reconciliation) -> Comparison:
    """Compare all that rests with all that has landed; what was written in between, as far as it can be."""
    look = reconciliation.look(reconciliation.landed_seconds)
    views = reconciliation.manifest.views
    return Comparison({name: _compared(reconciliation, view, look) if look else Counter() for name, view in views.items()})


def _compared(reconciliation: Reconciliation, view: View, look: Look) -> Counter[Outcome]:
    correction = look.corrections[view.name]
    unknown, damaged = correction.survey.known, set(correction.survey.damaged)
    counts: Counter[Outcome] = Counter()
    reader = StateWriter(reconciliation.client, view, reconciliation.tables[view.name], _Judge(correction))
    for states in lake_states(view, look):
        counts += reader.write(states)  # a judge only gives outcomes, so nothing is stored
        unknown -= states.keys()
        damaged -= states.keys()
    return counts + Counter({Outcome.UNKNOWN: len(unknown), Outcome.DAMAGED: len(damaged)})


@dataclass(frozen=True)
class _Judge:
    """Says what the lake would change in an item."""

    correction: LakeCorrection

    def __call__(self, _: str, stored: Stored | None, lake: ViewState) -> Outcome:
        if stored is None or stored.state is None:
            return Outcome.CREATED if stored is None or stored.damage is None else Outcome.REBUILT
        survey = self.correction.survey
        spans = survey.spans(stored, stored.state, self.correction.landed_until)
        for span in spans:
            try:
                found = corrected(stored.state, lake, span)
            except LakeBehindError:
                if (stored.state.newest_us or 0) <= span.as_of_us:
                    return Outcome.BEHIND
                continue  # it knows a later event than the lake was read for: its closed tiles are left
            if found != stored.state:
                return Outcome.CORRECTED
            return Outcome.SAME if span.closed_us is None else Outcome.MOVING
        if spans:
            return Outcome.BEHIND
        return Outcome.MOVING if survey.agree(stored.state, lake) else Outcome.CONFLICT
