"""What a replay found, in numbers for a file and in words for a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from benchmarks.parity.comparison import Comparison, nondefault_shares
from greenfraud.features.manifest import load_manifest


def measures_of(offline: Comparison, feast: Comparison, happened: Mapping[str, float]) -> dict[str, float]:
    """How much was compared and differs, what happened on the way, and how often each feature says something."""
    compared: dict[str, float] = {
        "rows": len(offline.transaction_ids),
        "features": len(offline.names),
        "compared_values": offline.ours.size,
        "differing_values": int(offline.differs.sum()),
        "differing_transactions_share": float(offline.differs.any(axis=1).mean()),
        "feast_compared": len(feast.transaction_ids),
        "feast_differing": int(feast.differs.sum()),
    }
    shares = nondefault_shares(load_manifest(), offline.theirs)
    return compared | dict(happened) | {f"{name}_nondefault_share": share for name, share in shares.items()}


def examples(name: str, comparison: Comparison) -> Iterator[str]:
    """Which features differ, how often, and some of the values."""
    for feature, count in comparison.by_feature().items():
        yield f"{name}: {feature} differs in {count:,} of {len(comparison.transaction_ids):,}"
    for example in comparison.examples():
        yield f"  {example}"
