"""What an execution cost and brought, as those after it will be judged by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from greenfraud.past_runs import PastRun

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Document = Mapping[str, Any]
    Results = Mapping[str, Sequence[Document]]


def past_run(documents: Mapping[str, Document], results: Results, records: Sequence[Document], ended_at: str) -> PastRun:
    """Return the record, from plan, evaluation and decision, the training results by family, and the records of all jobs."""
    training = [record for record in records if record["stage"] == "train"]
    return PastRun(
        execution=documents["evaluation"]["execution"],
        ended_at=ended_at,
        manifest_version=documents["plan"]["manifest_version"],
        seconds=_total(records, "duration_seconds"),
        grams=_total(records, "emissions_g", "embodied_g"),
        training_seconds=_total(training, "duration_seconds"),
        training_grams=_total(training, "emissions_g", "embodied_g"),
        trainings=sum(len(found) for found in results.values()),
        frauds=frauds_learned(results),
        gain_minor=gain_of(documents["evaluation"], documents["decision"]),
    )


def frauds_learned(results: Results) -> int | None:
    """Return the frauds of the chunks that were learned, by the family that learned most; None of a refit, which learns all.

    Of a chunk in quarantine nothing was learned.
    """
    found = [result for family in results.values() for result in family]
    if not found or any(result.get("is_full_refit") for result in found):
        return None
    learned = ([result for result in family if not result.get("quarantined")] for family in results.values())
    return max(sum(int(result.get("frauds") or 0) for result in family) for family in learned)


def gain_of(evaluation: Document, decision: Document) -> float | None:
    """Return by how many minor units a week is cheaper with what was promoted than with the model before.

    Nothing where nothing was promoted; None where no model answered before, or the difference could not be computed.
    """
    if evaluation.get("rival") is None:
        return None
    if decision["outcome"] != "promote":
        return 0.0
    promoted = (one for one in evaluation["candidates"] if one.get("version") == decision["version"])
    against = next((one["against_production"] for one in promoted if one["family"] == decision["family"]), None)
    difference = (against or {}).get("expected_cost_minor", {}).get("difference")
    weeks = max(1, len(evaluation["holdout"].get("pooled_chunks") or ()))
    return None if difference is None else -difference / weeks


def _total(records: Iterable[Document], *names: str) -> float:
    return float(sum(record.get(name) or 0.0 for record in records for name in names))
