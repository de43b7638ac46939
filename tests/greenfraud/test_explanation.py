"""The sentences of reasons: the value that says most, what is usual beside it, and the direction in words."""

from __future__ import annotations

import pytest

from greenfraud.explanation import Contribution, Explained, of_score
from greenfraud.features.manifest import load_manifest
from greenfraud.reasons import REASONS_PER_ANSWER, Reason, in_order

MANIFEST = load_manifest()
VALUES = dict.fromkeys(MANIFEST.names, 0.0) | {
    "amount": 512.4,
    "customer_mean_amount_90d": 41.2,
    "amount_over_customer_mean_90d": 12.436,
    "customer_mean_amount_1h": None,
    "customer_count_1h": 6.0,
    "customer_count_90d": 117.0,
    "customer_seconds_since_last": 260.0,
    "terminal_report_ratio_7d": 0.4,
    "terminal_report_ratio_30d": 0.03,
    "is_night": 1.0,
}
AMOUNT = "AMOUNT_AGAINST_USUAL"


def told(feature: str, log_odds: float = 1.0, **described) -> Reason:
    """The reason of a feature's group."""
    asked = Explained(MANIFEST, **{"values": VALUES, **described})
    return asked.reason(Contribution(MANIFEST.group_of(feature).code, log_odds, feature))


def test_an_amount_stands_beside_what_the_customer_usually_pays():
    """In the platform's currency."""
    reason = told("amount")
    assert reason.text == "The amount is 512.40 EUR; the customer usually pays 41.20 EUR."
    assert (reason.code, reason.feature, reason.value, reason.direction) == (AMOUNT, "amount", 512.4, "for")
    assert reason.label == "the amount against what the customer usually pays"


def test_a_ratio_of_amounts_stands_beside_both():
    """A person reads what was divided by what."""
    text = told("amount_over_customer_mean_90d").text
    assert text.endswith("within 90 days; the payment is 512.40 EUR, the customer usually pays 41.20 EUR.")


@pytest.mark.parametrize(("currency", "amount", "usual"), [("JPY", "51240 JPY", "4120 JPY"), ("KWD", "51.240 KWD", "4.120 KWD")])
def test_money_has_the_digits_of_its_currency(currency, amount, usual):
    """Beside the value too."""
    assert told("amount", currency=currency).text == f"The amount is {amount}; the customer usually pays {usual}."


def test_what_speaks_against_fraud_says_so():
    """The first word is the direction."""
    reason = told("amount", -2.0)
    assert (reason.direction, reason.contribution) == ("against", -2.0)
    assert reason.text == "Speaks against fraud: the amount is 512.40 EUR; the customer usually pays 41.20 EUR."


def test_a_pace_stands_beside_that_of_many_days():
    """Per day; and a time that has passed is in a unit that a person counts in."""
    assert told("customer_count_1h").text == "The customer tried 6 payments within the last hour; over 90 days it was 1.3 a day."
    assert told("customer_seconds_since_last").text.startswith("The customer's previous payment was 4 minutes ago; ")


def test_a_share_stands_beside_the_terminal_s_own():
    """Of a longer time."""
    assert told("terminal_report_ratio_7d").text.endswith("took a week before; over 30 days, reports are 3 % of its payments.")


def test_a_yes_or_no_is_said_as_one():
    """Not as a number."""
    assert told("is_night").text == "The payment was made between midnight and six."
    assert told("is_weekend").text == "The payment was not made on a weekend."


def test_a_missing_value_is_said_to_be_missing():
    """Nothing stands in its place."""
    reason = told("customer_mean_amount_1h")
    assert reason.value is None
    assert reason.text.startswith("Nothing was paid by the customer within the last hour; the payment is 512.40 EUR, ")
    without = VALUES | {"customer_mean_amount_90d": None}
    assert told("amount", values=without).text == "The amount is 512.40 EUR; what the customer usually pays is not known."


def test_of_somebody_never_seen_no_default_is_told():
    """A count of 0 would say that somebody looked and found nothing."""
    unknown = {"customer": "Nothing is known of the customer yet"}
    pace = told("customer_count_1h", unknown=unknown)
    assert (pace.value, pace.text) == (None, "Nothing is known of the customer yet.")
    assert told("amount", unknown=unknown).text == "The amount is 512.40 EUR; nothing is known of the customer yet."
    assert told("terminal_report_ratio_7d", unknown=unknown).value == 0.4


def test_nothing_to_divide_by_is_not_told_as_a_zero():
    """The feature is 0 where nothing was declined."""
    reason = told("amount_over_customer_declined_1h")
    assert (reason.value, reason.text[:66]) == (None, "No payment by the customer was declined within the last hour; with")


@pytest.mark.parametrize("name", MANIFEST.names)
def test_every_feature_has_sentences_in_both_directions(name):
    """For values, for missing ones, and for somebody unknown."""
    unknown = {"customer": "Nothing is known of the customer yet", "terminal": "Nothing is known of the terminal yet"}
    for value in (0.0, 1.0, 86_400.0, None):
        for nobody in ({}, unknown):
            texts = [told(name, side, values=dict.fromkeys(MANIFEST.names, value), unknown=nobody).text for side in (1.0, -1.0)]
            assert all(text[0].isupper() and text.endswith(".") and ".." not in text and "{" not in text for text in texts)
            assert not nobody or MANIFEST.feature(name).view is None or texts[0].startswith("Nothing is known of the ")
            assert texts[1].startswith("Speaks against fraud: ")
            assert texts[0].lower() == texts[1].removeprefix("Speaks against fraud: ").lower()


def explained(**log_odds: float) -> list[Reason]:
    """The reasons of some groups, by what a feature of each adds."""
    return Explained(MANIFEST, VALUES).reasons(
        [Contribution(MANIFEST.group_of(name).code, value, name) for name, value in log_odds.items()]
    )


def test_what_speaks_for_fraud_comes_first_then_what_speaks_against():
    """Each the strongest first; what moves nothing is no reason."""
    found = explained(amount=1.0, customer_count_1h=-3.0, terminal_report_ratio_7d=2.0, is_night=-0.5, terminal_count_1d=0.001)
    assert [reason.contribution for reason in found] == [2.0, 1.0, -3.0, -0.5]


def test_the_strongest_five_are_told_and_one_for_fraud_among_them():
    """However much speaks against."""
    against = dict.fromkeys(
        ("customer_count_1h", "terminal_report_ratio_7d", "is_night", "terminal_count_1d", "terminal_declined_1h"), -1.0
    )
    found = explained(amount=0.1, **against)
    assert [reason.direction for reason in found] == ["for", *["against"] * (REASONS_PER_ANSWER - 1)]


def test_a_model_that_finds_nothing_unusual_still_says_why():
    """A person is asked, and is told by whom."""
    reason = of_score(0.87)
    assert (reason.code, reason.direction, reason.value) == ("FRAUD_PROBABILITY", "for", 0.87)
    assert "87 %" in reason.text


def test_reasons_of_rules_come_before_what_a_model_has_against_fraud():
    """And five are kept."""
    rules = [Reason("R", f"r{n}", 1.0, None, "rule") for n in range(2)]
    model = [Reason("M", f"m{n}", 1.0, 1.0 - n, "model", "for" if n < 1 else "against") for n in range(6)]
    assert [one.feature for one in in_order(model, rules)] == ["m0", "r0", "r1", "m1", "m2"]
    assert [one.feature for one in in_order(rules, model)] == ["r0", "r1", "m0", "m1", "m2"]
