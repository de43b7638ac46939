"""A chunk whose data are at fault is not planned, until somebody lets it through."""

from __future__ import annotations

from datetime import date

import pytest
from aws_world import golden
from lake_world import put_day, put_link
from plan_world import FIRST, HOLDOUT, SECOND, THIRD, chunks_of, parents_of

from greenfraud.errors import ContractError, InvalidInput
from greenfraud.naming import quarantine_key
from greenfraud.quarantine import Quarantined, put_quarantined, read_quarantine


def hold(s3, chunk: str) -> None:
    """Put a chunk into quarantine, as the features job does."""
    put_quarantined(s3, "lake", Quarantined(chunk=chunk, faults=("reports are missing",), found_at="2018-05-20T12:00:00+00:00"))


def test_a_chunk_in_quarantine_is_neither_trained_nor_judged_on(plan, s3):
    """The plan names it and why; the holdout is the newest that is whole, and what may be trained before that moves with it."""
    hold(s3, HOLDOUT)
    planned = plan(families=["light"])
    assert planned["quarantined"] == {HOLDOUT: ["reports are missing"]}
    assert (planned["holdout"]["chunk"], chunks_of(planned)) == (THIRD, [FIRST])
    hold(s3, FIRST)
    assert plan(families=["light"])["outcome"] == "nothing_to_train"


@pytest.mark.parametrize(("field", "chunk"), [("chunks", SECOND), ("holdout", HOLDOUT)])
def test_who_asks_for_a_chunk_in_quarantine_is_told_how_to_let_it_through(plan, s3, field, chunk):
    """By name, with what is wrong."""
    hold(s3, chunk)
    with pytest.raises(InvalidInput, match=rf"{field}: '{chunk}' is in quarantine \(reports are missing\); accept lets it through"):
        plan(**{field: [chunk] if field == "chunks" else chunk})


def test_what_is_let_through_is_learned_where_it_belongs_and_all_after_it_again(plan, s3, dynamodb):
    """Who said so and why are on record, by the execution that was started for it."""
    put_day(s3, date(2018, 5, 13))
    hold(s3, SECOND)
    put_link(dynamodb, FIRST)
    put_link(dynamodb, THIRD)
    assert plan(families=["light"])["outcome"] == "nothing_to_train"
    planned = plan(families=["light"], accept=[SECOND], why="the bank was late", by="ann")
    assert (chunks_of(planned), parents_of(planned)[0]) == ([SECOND, THIRD], f"{FIRST}-old")
    assert parents_of(planned)[1].startswith(SECOND)
    assert planned["quarantined"] == {}
    accepted = read_quarantine(s3, "lake")[SECOND].accepted
    assert (accepted.by, accepted.why) == ("ann", "the bank was late")
    assert accepted.execution == golden("step_functions_plan")["execution_arn"]


def test_a_damaged_record_of_a_quarantine_stops_the_plan(plan, s3):
    """Rather than learn what somebody held."""
    s3.put_object(Bucket="lake", Key=quarantine_key(FIRST), Body=b"{}")
    with pytest.raises(ContractError, match="what is on record of a quarantined chunk is unusable"):
        plan()
