"""What is said of the review list and of what was done: sentences and names, without any form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from greenfraud.money import in_words

Entry = Mapping[str, Any]

OUTCOMES = {"challenge": "challenged", "review": "held", "block": "declined"}
KNOWN_SHOWN = 3
WAY_ON = "`greenfraud reviews claim ID` takes one; `release ID` or `fraud ID` says what it is; `explain ID` tells all of it."


def headline(told: Mapping[str, Any]) -> str:
    """How many wait, of which days, and how many the team can do."""
    count, capacity = len(told["reviews"]), told["capacity"]
    what = f"{count} {'payment' if count == 1 else 'payments'}{' and more' if told['more'] else ''}"
    days = told["day"] if told["day"] == told["since"] else f"{told['since']} to {told['day']}"
    can = f"; the team can do {capacity} a day" if capacity is not None else ""
    return f"{what} of {days}{can}. What is expected to lose most comes first."


def nothing(told: Mapping[str, Any]) -> str:
    """What an empty list says."""
    if told["more"] and told["capacity"] == 0:
        return "The policy says that the team can do no review a day (reviews_a_day = 0): `--limit` lists more."
    if told["more"]:  # what was decided has not left the index
        return "What stands first was decided, and nobody looked at the rest: `greenfraud reviews --day` lists one day."
    if told["day"] == told["since"]:
        return f"Nothing of {told['day']} waits for a person."
    return f"Nothing of {told['since']} to {told['day']} waits for a person. `greenfraud reviews --day` lists another day."


def state(entry: Entry) -> str:
    """Open, claimed by whom and until when, decided as what by whom."""
    if (decided := entry["decided"]) is not None:
        return f"{decided['as']}, by {decided['by']} {minute(decided['at'])}"
    if (claim := entry["claim"]) is not None:
        return f"{claim['by']} has it until {minute(claim['until'])[-5:]} UTC"
    return "open"


def amount(entry: Entry) -> str:
    """The amount, in the platform's currency."""
    return f"{in_words(entry['amount_minor'], entry['currency'])} {entry['currency']}"


def expected_loss(entry: Entry) -> str:
    """What is expected to be lost, or the most that can be where no model estimated it."""
    expected = entry["expected_loss_minor"]
    minor = entry["at_stake_minor"] if expected is None else expected
    return f"{'up to ' if expected is None else ''}{in_words(round(minor), entry['currency'])}"


def doubt(entry: Entry) -> str:
    """What became of it, and how likely a fraud is."""
    probability = entry["fraud_probability"]
    likely = "no model answered" if probability is None else f"fraud {100 * probability:.0f} %"
    return f"{OUTCOMES.get(entry['decision'], entry['decision'])}, {likely}"


def reason(entry: Entry) -> str:
    """Why a person is asked, in the sentence that says most."""
    return str(entry["reasons"][0]["text"]) if entry["reasons"] else "No reason was kept."


def customer(entry: Entry) -> str:
    """Who it is, and what was known of him."""
    known = " ".join(one["text"] for one in entry["usual"][:KNOWN_SHOWN])
    return f"{entry['customer_id']}: {known or 'what was known then is not kept, or another release keeps it.'}"


def notes(entry: Entry) -> list[str]:
    """What colleagues wrote."""
    return [f"{one['by']}, {minute(one['at'])}: {one['text']}" for one in entry["notes"]]


def minute(instant: str) -> str:
    """A moment as a person reads it, which is always UTC's."""
    return instant[:16].replace("T", " ")


def done(body: Mapping[str, Any], told: Mapping[str, Any]) -> str:
    """What an action has come to."""
    name = told["transaction_id"]
    if body["action"] == "claim":
        return f"{name} is yours until {minute(told['claim']['until'])} UTC."
    if body["action"] == "unclaim":
        return f"{name} is nobody's."
    if body["action"] == "note":
        return f"{name} has {len(told['notes'])} {'note' if len(told['notes']) == 1 else 'notes'}."
    known = " It was labelled so before." if told["label"] == "known" else ""
    if body["decision"] == "confirm_fraud":
        return f"{name} is confirmed as fraud.{known}"
    if told["release"] is None:
        return f"{name} is legitimate. It was declined, and stays so.{known}"
    return f"{name} is legitimate, and {'released' if told['release'] == 'released' else 'was released before'}.{known}"
