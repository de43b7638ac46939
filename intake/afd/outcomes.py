"""What an outcome of the service asks for here: by what was said, else by the words that it is called."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from greenfraud.policy.decisions import DECISIONS, Decision, most_severe
from intake.errors import InputError

NOTHING = "nothing"  # an outcome that only tells somebody
# Words of names that say one thing. A risk's height is none: a team may review it as well as block it.
WORDS: Mapping[Decision, str] = {
    "allow": "allow allowed accept accepted approve approved approval pass proceed legit",
    "challenge": "challenge challenged friction verify verification mfa otp stepup sca",
    "review": "review reviewed investigate investigation manual hold",
    "block": "block blocked decline declined deny denied reject rejected refuse refused",
}
# Words by which a name says the contrary, that something failed, or that it is over: what is wanted then is for a person to say.
CONTRARY = re.compile(
    "not?|non|none|nor|never|without|t|cannot|(do|does|did|ca|could|wo|would|should|must|is|are|was)nt"
    "|skip.*|bypass.*|ignor.*|avoid.*|exempt.*|fail.*|lift.*|remov.*|releas.*|cancel.*|revok.*|expire.*|un(?!der).*|dis.*"
)


def parse_outcomes(said: Sequence[str]) -> dict[str, str]:
    """Return `["high_risk=block"]` by outcome. InputError names what cannot be understood.

    >>> parse_outcomes(["high_risk=block", "notify=nothing"])
    {'high_risk': 'block', 'notify': 'nothing'}
    """
    found = dict[str, str]()
    for one in said:
        name, equals, decision = (part.strip() for part in one.partition("="))
        if not (name and equals) or decision not in {*DECISIONS, NOTHING}:
            raise InputError(f"--outcome: `{one}` should be the outcome's name, =, and one of {', '.join(DECISIONS)}, {NOTHING}")
        if found.setdefault(name, decision) != decision:
            raise InputError(f"--outcome: `{name}` is said to be {found[name]} and {decision}: say one of both")
    return found


def meaning_of(outcome: str, said: Mapping[str, str]) -> str | None:
    """Return the decision an outcome asks for, `nothing`, or None where its name does not say it.

    >>> [meaning_of(name, {}) for name in ("verify_customer", "block", "high_risk", "approve-or-review", "not_approved")]
    ['challenge', 'block', None, None, None]
    """
    if outcome in said:
        return said[outcome]
    words = {*re.split(r"[^a-z]+", outcome.lower())}
    if any(CONTRARY.fullmatch(word) for word in words):
        return None
    meant = [decision for decision, known in WORDS.items() if words & {*known.split()}]
    return meant[0] if len(meant) == 1 else None


def decision_of(meanings: Sequence[str]) -> Decision | None:
    """Return what several outcomes of a rule ask for together, the most severe; None where they only tell somebody."""
    asked = [decision for decision in DECISIONS if decision in meanings]
    return most_severe(*asked) if asked else None
