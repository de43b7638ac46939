"""What emissions and points are told apart by: the families, in an order that never changes, and work that is no family's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cli.dashboard.totals import SERVE, SHARED

FAMILIES = ("baseline", "light", "heavy")
STAGES = ("features", "train", "evaluate", "materialize", "monitor", "report", "serve")
NAMES = {SERVE: "answers", SHARED: "shared jobs"}


def in_family_order(found: Iterable[str]) -> list[str]:
    """Each once: the families we know, then others by name.

    >>> in_family_order(["rules", "heavy", "light", "heavy"])
    ['light', 'heavy', 'rules']
    """
    present = set(found)
    return [*(family for family in FAMILIES if family in present), *sorted(present - set(FAMILIES))]


def in_kind_order(found: Iterable[str]) -> list[str]:
    """Each once: families, then shared jobs, then answers."""
    present = set(found)
    return [*in_family_order(present - {SERVE, SHARED}), *(kind for kind in (SHARED, SERVE) if kind in present)]


def in_stage_order(found: Iterable[str]) -> list[str]:
    """Each once, as the pipeline runs them."""
    present = set(found)
    return [*(stage for stage in STAGES if stage in present), *sorted(present - set(STAGES))]


def name_of(kind: str) -> str:
    """A kind in words."""
    return NAMES.get(kind, kind)


def key_entries(kinds: Iterable[str]) -> Sequence[tuple[str, str]]:
    """Pairs of kind and words, for a plot's key."""
    return [(kind, name_of(kind)) for kind in in_kind_order(kinds)]
