"""What is said of one decision, wherever it is shown: sentences and names, without any form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from greenfraud.money import digits_by_currency, in_words

Explanation = Mapping[str, Any]

BECAME = {
    "allow": "was allowed",
    "challenge": "was challenged",
    "review": "was held for review",
    "block": "was blocked",
}
DECIDED_BY = {
    "model": "by the model",
    "rules": "by the policy's rules",
    "both": "by the model and the policy's rules alike",
    "list": "by a list of the policy",
    "guardrail": "by a guardrail of the policy",
}
DIGEST_SHOWN = 12
SCALE = "What a group of values adds to the log odds of fraud; what the policy says has no such figure."
EARLIER_SCALE = "Of an earlier release: what a value added to the probability of fraud."
NO_REASONS = "None were asked for when it was allowed."


class Told(NamedTuple):
    """A reason: its sentence, its figure if it has one, and whether it speaks for fraud."""

    text: str
    contribution: float | None
    is_for: bool
    name: str


class Happened(NamedTuple):
    """Something since: when, by its own time, and what."""

    at: str
    text: str


def headline(of: Explanation) -> str:
    """What became of it, and who decided."""
    answer = of["answer"]
    by = DECIDED_BY.get(answer.get("decided_by", ""), "")
    return f"{of['transaction_id']} {BECAME[answer['decision']]}{f' {by}' if by else ''}."


def facts(of: Explanation) -> list[tuple[str, str]]:
    """Name and text of what stands about it, in the order of interest."""
    answer, policy = of["answer"], of["policy"]
    told = [("payment", f"{_amount(of)} on {moment(of['occurred_at'])}{_converted(answer)}")]
    probability = answer["fraud_probability"]
    told.append(("probability", "no model answered" if probability is None else f"{probability:.4f} of fraud"))
    if explored := answer.get("exploration"):
        told.append(("chance", _explored(explored)))
    told.append(("model", f"{answer['model']['family']}/{answer['model']['version']}" if answer["model"] else "none: the rules"))
    told.append(("policy", f"{policy['version']}{_digest(policy)}"))
    told.append(("decided", _decided(of)))
    if answer["degraded"]:
        told.append(("degraded", ", ".join(answer["degraded"])))
    return told


def reasons(of: Explanation) -> list[Told]:
    """The reasons as the answer gave them, in their order."""
    return [_reason(one) for one in of["answer"]["reasons"]]


def scale(of: Explanation) -> str:
    """What the figures beside the reasons are."""
    told = of["answer"]["reasons"]
    if not told:
        return NO_REASONS
    return SCALE if all("direction" in one for one in told) else EARLIER_SCALE


def spoken(of: Explanation) -> list[str]:
    """Each part of the policy that spoke, in words where they are known."""
    return [one["text"] or f"{one['kind']} {one['name']}" for one in of["spoke"]]


def since(of: Explanation) -> list[Happened]:
    """Labels and the release, in their order."""
    return [_label(one) if one["kind"] == "label" else _release(one) for one in of["since"]]


def grouped(of: Explanation) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """The values by what they say together, each group in the place of its first value."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for feature in of["features"]:
        groups.setdefault(feature["label"], []).append(feature)
    return list(groups.items())


def value(number: float | None) -> str:
    """A value with as many digits as a person reads.

    >>> value(512.4), value(0.0), value(None), value(1234567.0)
    ('512.4', '0', 'missing', '1.23457e+06')
    """
    return "missing" if number is None else f"{number:.6g}"


def figure(told: Told) -> str:
    """A contribution with its sign; nothing for a reason that has none."""
    return "" if told.contribution is None else f"{told.contribution:+.2f}"


def share(told: Told, all_told: Sequence[Told]) -> float:
    """How long its bar is, from 0 to 1, beside those of the others."""
    largest = max((abs(one.contribution or 0.0) for one in all_told), default=0.0)
    return abs(told.contribution or 0.0) / largest if largest else 0.0


def moment(text: str | None) -> str:
    """A time of the API as a person reads it.

    >>> moment("2018-05-20T12:00:00.250000Z"), moment(None)
    ('2018-05-20 12:00:00 UTC', 'unknown')
    """
    return "unknown" if text is None else f"{text[:10]} {text[11:19]} UTC"


def _amount(of: Mapping[str, Any]) -> str:
    currency = of["currency"]
    known = currency in digits_by_currency()
    return f"{in_words(of['amount_minor'], currency) if known else of['amount_minor']} {currency}"


def _converted(answer: Mapping[str, Any]) -> str:
    original = answer.get("converted_from")
    return f", converted from {_amount(original)} at {original['rate']} of {original['rate_date']}" if original else ""


def _explored(explored: Mapping[str, Any]) -> str:
    would = BECAME[explored["would_have_been"]].replace("was", "would have been", 1)
    return f"let through by chance (1 of {1 / explored['propensity']:.0f}); it {would}"


def _digest(policy: Mapping[str, Any]) -> str:
    digest = f", sha256 {policy['sha256'][:DIGEST_SHOWN]}" if policy["sha256"] else ""
    return f"{digest}, {'in force today' if policy['is_in_force'] else 'not in force today'}" if policy["sha256"] else ""


def _decided(of: Explanation) -> str:
    revision = of["control_revision"]
    return f"{moment(of['decided_at'])}{'' if revision is None else f', under control revision {revision}'}"


def _reason(one: Mapping[str, Any]) -> Told:
    contribution = one["contribution"]
    direction = one.get("direction") or ("against" if (contribution or 0.0) < 0.0 else "for")
    return Told(one["text"], contribution, direction == "for", one.get("label") or one["feature"])


def _label(one: Mapping[str, Any]) -> Happened:
    code = f", code {one['reason_code']}" if one["reason_code"] else ""
    said = "fraud" if one["is_fraud"] else "legitimate"
    return Happened(moment(one["observed_at"]), f"{one['source']} says it was {said}{code}{_taken(one)}")


def _release(one: Mapping[str, Any]) -> Happened:
    return Happened(moment(one["released_at"] or one["accepted_at"]), f"{one['source']} let it go{_taken(one)}")


def _taken(one: Mapping[str, Any]) -> str:
    return f" (told {moment(one['taken_at'])})" if one["taken_at"] else ""
