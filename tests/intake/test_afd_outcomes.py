"""What an outcome of Amazon Fraud Detector asks for is what its name or a person says."""

from __future__ import annotations

import pytest

from intake.afd.outcomes import meaning_of, parse_outcomes
from intake.errors import InputError
from tests.intake.afd_policies import definitions, left_of, policy_of

CONTRARY_NAMES = [
    *("not_approved", "do_not_allow", "cannot_proceed", "no_block", "dont_block", "don-t_block", "never_block", "skip_review"),
    *("verification_failed", "verify-failure", "unable_to_verify", "unverified_approve", "disallow_pass", "non_approved"),
    *("without_review", "release_hold", "review_bypassed", "NOT_APPROVED"),
]


def test_an_outcome_is_what_its_name_or_a_person_says(declared):
    """A high risk may be reviewed or blocked: nobody guesses."""
    assert "--outcome high_risk=review" in left_of(declared, "$paid > 5", outcomes=("high_risk",))["r0"]
    found = definitions([("$paid > 5", ("high_risk", "notify")), ("$paid > 1", ("verify_customer",))])
    policy, _, _ = policy_of(declared, found, ("high_risk=block", "notify=nothing"))
    assert [(rule.outcome, rule.beside_model, rule.priority) for rule in policy.rules] == [
        ("block", "block", 2),
        ("challenge", "challenge", 1),
    ]
    assert "do nothing" in left_of(declared, "$paid > 5", outcomes=("notify",), said=("notify=nothing",))["r0"]


@pytest.mark.parametrize("name", CONTRARY_NAMES)
def test_an_outcome_whose_name_says_the_contrary_is_asked_about(declared, name):
    """What is not approved may be reviewed or blocked."""
    assert meaning_of(name, {}) is None
    assert f"--outcome {name}=review" in left_of(declared, "$paid > 5", outcomes=(name,))["r0"]
    assert meaning_of(name, {name: "block"}) == "block"


@pytest.mark.parametrize(
    ("name", "decision"),
    [("under_review", "review"), ("approve_notify", "allow"), ("hold_for_canada", "review"), ("can_proceed", "allow")],
)
def test_an_outcome_that_only_looks_so_means_what_it_says(name, decision):
    """Nobody is asked more than needs be."""
    assert meaning_of(name, {}) == decision


@pytest.mark.parametrize("said", ["high_risk", "=block", "high_risk=maybe", "a=block"])
def test_what_cannot_be_understood_of_outcomes_is_refused(said):
    """Also one that is said twice."""
    with pytest.raises(InputError, match="--outcome"):
        parse_outcomes([said, "a=review"])
