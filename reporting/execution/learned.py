"""Which chunks the trainings of an execution learned: one each, several at once in a full refit, none where they were held."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Result = Mapping[str, Any]


def chunks_of(result: Result) -> list[str]:
    """What one training learned; results of earlier releases name their chunk alone.

    >>> chunks_of({"chunk": "a"}), chunks_of({"chunk": "b", "chunks": ["a", "b"]}), chunks_of({"chunk": "a", "quarantined": ["x"]})
    (['a'], ['a', 'b'], [])
    """
    if result.get("quarantined"):
        return []
    return list(result["chunks"] if "chunks" in result else [result["chunk"]])


def learned_now(results: Iterable[Result]) -> set[str]:
    """What some trainings learned together."""
    return {chunk for result in results for chunk in chunks_of(result)}


def span(names: Sequence[str]) -> str:
    """Some names in words.

    >>> span(["a"]), span(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
