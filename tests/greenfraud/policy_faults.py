"""A policy's document, and each kind of fault in it with what is said of it."""

from __future__ import annotations

WHOLE = """\
version = "ours-1"

[thresholds]
review_at = 0.3
block_at = 0.8

[[lists]]
name = "vip"
column = "customer_id"
effect = "suppress"
entries = [
  { id = "C1", until = 2027-01-31, reason = "pays rent", author = "ana" },
  { id = "C2", until = 2027-01-31T12:00:00Z, reason = "pays rent", author = "ana" },
]

[[guardrails]]
name = "unseen-large"
when = "amount > 150 and customer_count_90d == 0"

[[rules]]
name = "large"
when = "amount > 400 and customer not in \\"vip\\""
outcome = "review"
priority = 10

[[rules]]
name = "try-out"
when = "amount_over_customer_mean_30d is missing and terminal_declined_1h >= 2 * terminal_declined_1d"
outcome = "challenge"
mode = "shadow"
reason = "Nothing is known of the customer, and the terminal declines."
"""
MONEY = "[money]\nreview = 500\nblocked_good = 2000\n"


def changed(old: str, new: str) -> str:
    """The whole document with one change, which must change something."""
    assert old in WHOLE
    return WHOLE.replace(old, new, 1)


def without_thresholds(instead: str) -> str:
    """The whole document with another part in place of its thresholds, over the same three lines."""
    return changed("[thresholds]\nreview_at = 0.3\nblock_at = 0.8\n", instead)


FAULTS = {
    "unknown feature": (
        changed("customer_count_90d", "customer_cuont_90d"),
        "line 18: guardrails[1].when: customer_cuont_90d is no feature and no field of a payment; did you mean customer_count_90d",
    ),
    "impossible threshold": (
        changed("block_at = 0.8", "block_at = 80"),
        "line 5: thresholds.block_at: must be a number from 0 to 1",
    ),
    "thresholds out of order": (
        changed("block_at = 0.8", "block_at = 0.2"),
        "line 5: thresholds.block_at: must not be below review_at, which is 0.3",
    ),
    "impossible probability": (
        changed("amount > 400 ", "probability > 1.5 "),
        "line 22: rules[1].when: can never hold: probability > 1.5",
    ),
    "no end": (
        changed(", until = 2027-01-31,", ","),
        "line 12: lists[1].entries[1]: has no end, which this list demands: add until = 2027-01-31, or say needs_end = false",
    ),
    "no offset": (
        changed("2027-01-31T12:00:00Z", "2027-01-31T12:00:00"),
        "line 13: lists[1].entries[2].until: must be a day such as 2027-01-31",
    ),
    "no reason": (changed(', reason = "pays rent"', ""), "line 12: lists[1].entries[1].reason: must be a text"),
    "twice on a list": (changed('"C2"', '"C1"'), "line 13: lists[1].entries[2].id: stands in line 12 already: keep one of the two"),
    "contradiction": (
        WHOLE
        + '[[rules]]\nname = "other"\nwhen = "customer not in \\"vip\\" and amount > 400"\noutcome = "block"\npriority = 10\n',
        'line 35: rules[3].outcome: contradicts "large" of line 20: the same condition and priority, and review there',
    ),
    "never holds": (
        changed("amount > 150 and", "amount > 5 and amount < 3 and"),
        "line 18: guardrails[1].when: can never hold: amount > 5 and amount < 3",
    ),
    "a count below nothing": (
        changed("customer_count_90d == 0", "customer_count_90d < 0"),
        "can never hold: customer_count_90d < 0",
    ),
    "a flag that is two": (
        changed("customer_count_90d == 0", "is_night == 2"),
        "line 18: guardrails[1].when: can never hold: is_night == 2; it is a whole number from 0 to 1",
    ),
    "half a payment": (
        changed("customer_count_90d == 0", "customer_count_90d == 0.5"),
        "can never hold: customer_count_90d == 0.5; it is a whole number from 0 on",
    ),
    "more different ones than can be told": (
        changed("customer_count_90d == 0", "terminal_customers_1h >= 250"),
        "can never hold: terminal_customers_1h >= 250; it is a whole number from 0 to 208",
    ),
    "a mean below nothing": (
        changed("customer_count_90d == 0", "customer_mean_amount_30d < 0"),
        "can never hold: customer_mean_amount_30d < 0; it is from 0 on",
    ),
    "more money than a payment can be": (
        changed("amount > 150", "amount > 1e19"),
        "can never hold: amount > 1e+19; it is from 0 to",
    ),
    "what is always there": (changed("amount > 150", "amount is missing"), "can never hold: amount is missing"),
    "with itself": (changed("amount > 150", "amount >= 2 * amount"), "amount is compared with itself: compare it with a number"),
    "no currency": (
        changed("amount > 150", 'currency != \\"eur\\"'),
        '"eur" is no currency of ISO 4217: write its three capital letters',
    ),
    "half a priority": (
        changed("priority = 10", "priority = 0.5"),
        "line 24: rules[1].priority: must be a whole number from -1,000 to 1,000",
    ),
    "half a review": (
        without_thresholds(MONEY + "reviews_a_day = 59.5\n"),
        "line 6: money.reviews_a_day: must be a whole number from 0 to 10,000,000",
    ),
    "a space that nobody sees": (changed('"ours-1"', '"ours-1 "'), "line 1: version: must not begin or end with a space"),
    "an end before all payments": (
        changed("2027-01-31T12:00:00Z", "0001-01-01T00:00:00+14:00"),
        "line 13: lists[1].entries[2].until: must be within the years 1970 to 9999",
    ),
    "an end after all calendars": (
        changed("2027-01-31T12:00:00Z", "9999-12-31T23:59:59-14:00"),
        "line 13: lists[1].entries[2].until: must be within the years 1970 to 9999",
    ),
    "the same number of payments in other words": (
        WHOLE
        + '[[rules]]\nname = "a"\nwhen = "customer_count_1h >= 5"\noutcome = "review"\n'
        + '[[rules]]\nname = "b"\nwhen = "customer_count_1h > 4 and customer_count_1h > 2"\noutcome = "allow"\n',
        'line 39: rules[4].outcome: contradicts "a" of line 32',
    ),
    "missing and more": (
        changed("amount > 150 and", "customer_count_90d is missing and"),
        "line 18: guardrails[1].when: can never hold",
    ),
    "bad money": (
        without_thresholds("[money]\nreview = 5.00\nblocked_good = 2000\n"),
        "line 4: money.review: must be a whole number of",
    ),
    "free blocks": (
        without_thresholds("[money]\nreview = 5\nblocked_good = 0\n"),
        "line 5: money.blocked_good: must be a whole number",
    ),
    "a share of more": (
        without_thresholds(MONEY + "review_finds = 2\n"),
        "line 6: money.review_finds: must be a number from 0 to 1",
    ),
    "money that nobody states": (without_thresholds("[money]\n"), "money.blocked_good: must be a whole number of minor units"),
    "challenges at no cost": (without_thresholds(MONEY + "challenge_stops = 0.5\n"), "money.challenge_stops: needs the cost of a"),
    "both": (WHOLE + MONEY, "line 32: money: give [money], or [thresholds] with review_at and block_at: one of the two"),
    "neither": (without_thresholds(""), "give [money], or [thresholds]"),
    "no version": (changed('version = "ours-1"\n', "\n"), "line 1: version: must be a text of 1 to 64 printable characters"),
    "unknown table": (changed("[[guardrails]]", "[[gaurdrails]]"), "line 16: gaurdrails: is unknown; did you mean guardrails?"),
    "unknown key": (changed("priority = 10", "prio = 10"), "line 24: rules[1].prio: is unknown; did you mean priority?"),
    "unknown outcome": (
        changed('outcome = "review"', 'outcome = "stop"'),
        "line 23: rules[1].outcome: must be one of allow, challenge",
    ),
    "a guardrail that allows": (
        changed("customer_count_90d == 0", 'customer_count_90d == 0"\noutcome = "allow'),
        "line 19: guardrails[1].outcome: must be one of challenge, review, block",
    ),
    "unknown effect": (changed('"suppress"', '"ignore"'), "line 10: lists[1].effect: must be one of force, suppress, mark"),
    "a block list that allows": (
        changed('effect = "suppress"', 'effect = "force"\noutcome = "allow"'),
        "line 11: lists[1].outcome: must be one of challenge, review, block",
    ),
    "unknown column": (changed('"customer_id"', '"card"'), "line 9: lists[1].column: must be one of customer, terminal"),
    "unknown list": (changed('\\"vip\\"', '\\"vip2\\"'), 'line 22: rules[1].when: there is no list "vip2"; did you mean vip?'),
    "the wrong column": (
        changed("customer not in", "terminal not in"),
        'the list "vip" is of the column customer: write customer in "vip"',
    ),
    "an id in a rule": (changed("amount > 400", 'customer_id == \\"C1\\"'), "a customer is named in a list, not in a rule"),
    "or": (
        changed("amount > 150 and", "amount > 150 or"),
        "line 18: guardrails[1].when: a rule is a conjunction: for `or`, write a second",
    ),
    "parentheses": (changed("amount > 150", "(amount > 150)"), "'(' is not understood: write conditions joined by `and`"),
    "half a condition": (changed("amount > 150 and", "amount > 150 and and"), "a condition is missing"),
    "no condition": (changed("amount > 150 and", "amount 150 and"), "`amount 150` is no condition"),
    "a text as a number": (changed("amount > 150", "currency > 150"), "currency is a text: compare it by == or !="),
    "a number as a text": (changed("amount > 150", 'amount == \\"150\\"'), "amount is a number: leave the quotes out"),
    "a name twice": (changed('"try-out"', '"large"'), 'line 27: rules[2].name: "large" is the name of line 21 too'),
    "a name in capitals": (changed('"try-out"', '"Try Out"'), "line 27: rules[2].name: must be small letters, digits and hyphens"),
    "no TOML": (changed("review_at = 0.3", "review_at = "), "line 4: this is no TOML: Invalid value"),
    "no table": ("rules = 3\n" + WHOLE.partition("[[guard")[0], "line 1: rules: must be tables: begin each with [[rules]]"),
}
