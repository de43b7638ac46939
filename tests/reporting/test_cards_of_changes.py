"""What cards tell of the gate's finding, and of what serves: who changed it, under which policy."""

from __future__ import annotations

from dataclasses import replace

import pytest

from greenfraud.policy import DEFAULT_POLICY
from reporting.cards import soundness, watching
from reporting.cards.answer import Answer
from reporting.execution.decision_section import ledger
from tests.reporting.recorded import ALARM, APPLIED, BEFORE, LEDGER, PERSON, entry, model_of
from tests.reporting.test_cards import subject

GREENER = "heavy/x is in nothing worse than production light/y and emits less, 0.001 instead of 0.01 g per 1,000 scores"
OFF = "heavy/x (promote): its probabilities are off, as those of production light/y are, and certainly better"


def words(answer: Answer) -> str:
    """All that an answer says."""
    return " ".join((*answer.texts, *answer.always))


@pytest.mark.parametrize("reason", [GREENER, OFF])
def test_the_challenge_tells_what_the_gate_found_and_claims_no_victory_of_its_own(reason):
    """A greener model is promoted without being certainly better in average precision, and one after a shift of payments too."""
    decision = {**subject().documents.decision, "reasons": [reason]}
    told = watching.challenge(subject(decision=decision))
    assert reason in told.texts
    assert "certainly better" not in " ".join(told.texts).replace(reason, "")
    assert subject().model.difference("average_precision").described() in told.texts[0]


def test_the_challenge_names_whom_the_difference_is_against():
    """Where production could not be scored that is the rules; where nobody was compared, nobody."""
    assert f"against {subject().documents.rival.name}" in watching.challenge(subject()).texts[0]
    found = subject()
    body = {**found.model.body, "against_production": None}
    unscored = replace(found, model=replace(found.model, body=body))
    assert "against the rules" in watching.challenge(unscored).texts[0]
    alone = replace(found, model=replace(found.model, body={**body, "against_rules": None}))
    assert "unavailable (it was compared with nobody)" in watching.challenge(alone).texts[0]


def test_the_choice_is_told_with_what_may_replace_production_by_carbon():
    """And with the one case where probabilities that are off are let through."""
    told = words(soundness.optimised(subject()))
    assert "in nothing worse than production" in told
    assert "off" in told


def test_what_the_guard_took_back_was_done_by_no_person():
    """Its entries carry the alarm's ARN, and no execution."""
    told = words(watching.overrides(subject()))
    assert "3 newest" in told
    assert "by hand: 1 (rollback in revision 2)" in told
    assert "by the guard: 1 (rollback in revision 3)" in told
    assert "by the pipeline: 1 (promote in revision 4)" in told
    page = ledger(LEDGER)
    assert "the guard" in page
    assert "automatic" in page
    assert ">ada<" in page
    assert "123456789012" not in page


def test_nobody_knows_who_made_a_change_that_names_no_actor():
    """Neither a person nor the guard."""
    told = words(watching.overrides(subject(ledger=[{**LEDGER[1], "actor": None}])))
    assert "by nobody knows whom: 1" in told
    assert "by hand: 0" in told


def test_the_policy_in_force_is_the_one_that_was_applied():
    """Not what earlier releases read of it, which stands beside."""
    told = words(watching.entry(subject()))
    assert "Revision 4, 2026-01-30T06:00 UTC: promote by the pipeline; afterwards it answers" in told
    assert f"policy {APPLIED.version}, SHA-256 {APPLIED.sha256}" in told
    assert "2026-11-01" not in told


@pytest.mark.parametrize(
    ("changes", "policy"),
    [
        ({"policy_object": None}, f"the release's default policy, which is {DEFAULT_POLICY.version} in this one"),
        ({"policy_object": None, "policy": replace(DEFAULT_POLICY, version="ours-1")}, "policy ours-1"),
    ],
)
def test_a_policy_that_no_object_keeps_is_told_as_scoring_reads_it(changes, policy):
    """What stands for the default is the default of the release, not the first one's name."""
    heavy = replace(BEFORE, production=model_of("heavy"), **changes)
    assert policy in words(watching.entry(subject(ledger=[entry(4, "promote", PERSON, heavy)])))


@pytest.mark.parametrize("control", [{}, {"schema": 99}])
def test_a_policy_that_an_entry_does_not_tell_is_unknown(control):
    """Entries of earlier releases have no document, and one of a later schema cannot be read."""
    found = watching.entry(subject(ledger=[{**LEDGER[0], "control": control}]))
    assert found.kind == "run"
    assert "under a policy that the entry does not tell" in words(found)


@pytest.mark.parametrize(
    ("places", "told"),
    [
        ({"production": model_of("heavy")}, "afterwards it answers"),
        ({"canary": model_of("heavy"), "canary_percent": 5}, "afterwards it answers 5 % of the customers"),
        ({"shadow": model_of("heavy")}, "afterwards it scores in shadow"),
        ({"fallback": model_of("heavy")}, "afterwards it is the fallback"),
    ],
)
def test_an_entry_tells_in_which_place_it_left_the_model(places, told):
    """Serving is not scoring beside."""
    left = entry(4, "canary", ALARM, replace(BEFORE, **places))
    assert told in words(watching.entry(subject(ledger=[left])))


def test_a_model_that_was_taken_back_answers_no_more():
    """The entry that took it away is about it, too."""
    back = entry(5, "rollback", ALARM, BEFORE, previous=model_of("heavy"))
    assert "rollback by the guard; afterwards it has no place" in words(watching.entry(subject(ledger=[back])))
