"""Scoring what was typed, and looking at a payment and at a customer's."""

from __future__ import annotations

import html
import json
import re
from datetime import UTC, date, datetime, timedelta

import pytest

from cli.console.customer import MOST_DAYS, MOST_PAYMENTS, recent
from greenfraud.naming import decisions_key

CARD = "4111 1111 1111 1111"


def words_of(page: str) -> str:
    """The text of a page, as it is read."""
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", page.partition("<main")[2])).split())


def payment(**changes: str) -> dict[str, str]:
    """What stands in the form."""
    at = f"{datetime.now(UTC) - timedelta(minutes=1):%Y-%m-%dT%H:%M:%SZ}"
    filled = {"transaction_id": "T1", "occurred_at": at, "customer_id": "C1", "terminal_id": "", "amount": "900.00"}
    return {**filled, "currency": "EUR", **changes}


def test_a_typed_payment_is_scored_with_its_reasons(platform):
    """Outcome, probability or that there is none, why, and what was not as it should be."""
    page = platform.send("/score", **payment()).text
    told = words_of(page)
    assert "T1 was held for review by the policy's rules." in told
    assert "Outcome review" in told
    assert "Probability of fraud unavailable no model answered: the rules decided" in told
    assert "The amount is 900.00." in told
    assert "Answered degraded" in told
    assert platform.read("/payment?id=T1").count("was held for review") == 1


def test_reasons_of_a_model_are_bars_to_both_sides_of_the_middle(platform):
    """The longest takes its whole half; each is told in words too, for who sees none."""
    reasons = [
        {
            "code": "A",
            "feature": "a",
            "value": 1.0,
            "contribution": 4.0,
            "direction": "for",
            "label": "amounts",
            "text": "It is much.",
        },
        {
            "code": "B",
            "feature": "b",
            "value": 1.0,
            "contribution": -1.0,
            "direction": "against",
            "label": "places",
            "text": "Known.",
        },
    ]
    answer = {"transaction_id": "T1", "fraud_probability": 0.9941, "decision": "block", "decided_by": "model", "reasons": reasons}
    answer |= {"model": {"family": "light", "version": "v1"}, "policy_version": "ours-1", "degraded": [], "emissions_g": 1.5e-7}
    platform.api.refused["/v1/score"] = (200, answer)
    page = platform.send("/score", **payment()).text
    assert 'aria-label="+4.00 for fraud"' in page
    assert '<rect class="for" x="50.0%" width="50.0%"' in page
    assert 'aria-label="-1.00 against fraud"' in page
    assert '<rect class="against" x="37.5%" width="12.5%"' in page
    assert "0.9941" in words_of(page)
    assert "Answered whole" in words_of(page)


def test_a_new_form_has_an_id_of_its_own_and_this_moment(platform):
    """Scoring twice by mistake would be told the first answer."""
    ids = {
        re.search(r'name="transaction_id" required maxlength="256" value="([^"]+)"', platform.read("/score"))[1] for _ in range(3)
    }
    assert len(ids) == 3
    assert 'name="currency" maxlength="3" value="EUR"' in platform.read("/score")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"amount": "12,50"}, "amount"),
        ({"amount": ""}, "amount"),
        ({"occurred_at": "today"}, "occurred_at"),
        ({"occurred_at": "2999-01-01T00:00:00Z"}, "occurred_at"),
        ({"customer_id": ""}, "customer_id"),
        ({"currency": "euro"}, "currency"),
    ],
)
def test_a_payment_that_the_api_refuses_is_told_with_the_field_and_stands_in_the_form_again(platform, changes, said):
    """Nothing else has to be typed again."""
    answer = platform.send("/score", **payment(terminal_id="M<1>", **changes))
    assert answer.status_code == 422
    assert said in re.search(r'<p class="fault"[^>]*>(.+?)</p>', answer.text)[1]
    assert 'name="terminal_id" maxlength="256" value="M&lt;1&gt;"' in answer.text


def test_a_cards_number_is_never_sent_back_to_the_screen(platform):
    """Neither in the form nor in what is said of it."""
    for fields in (payment(customer_id=CARD, amount="x"), payment(transaction_id=CARD.replace(" ", ""), amount="x")):
        answer = platform.send("/score", **fields)
        assert answer.status_code == 422
        assert CARD not in answer.text
        assert CARD.replace(" ", "") not in answer.text
    refused = platform.send("/reviews", transaction_id=CARD, do="claim")
    assert refused.status_code == 409
    assert "[a card number]: POST /v1/reviews" in words_of(refused.text)
    assert CARD not in refused.text
    for path in ("/payment?id=", "/customer?id="):
        for typed in (CARD.replace(" ", ""), CARD):
            page = platform.read(f"{path}{typed}")
            assert not re.search(r"4111.{0,3}1111", page)


def test_a_cards_number_in_the_form_is_gone_also_where_the_payment_was_scored(platform):
    """The next payment is not scored under it by mistake."""
    answer = platform.send("/score", **payment(customer_id=CARD, terminal_id="M1"))
    assert answer.status_code == 200
    assert CARD not in answer.text
    assert 'name="terminal_id" maxlength="256" value="M1"' in answer.text


def landed(platform, day: date, *rows: tuple[str, str, int]) -> None:
    """Decisions as ingestion lands them: id, customer, and minutes after midnight."""
    lines = [
        {
            "transaction_id": name,
            "customer_id": customer,
            "occurred_us": int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() + 60 * minutes) * 1_000_000,
            "amount_minor": 1250,
            "decision": "allow",
            "fraud_probability": 0.031,
        }
        for name, customer, minutes in rows
    ]
    body = "\n".join(json.dumps(line) for line in lines)
    platform.client("s3").put_object(Bucket="lake", Key=decisions_key(day, "a"), Body=body)


def test_a_customers_payments_come_from_the_lake_the_newest_first(platform):
    """Nobody else's are among them."""
    landed(platform, date(2026, 11, 23), ("old", "C1", 600))
    landed(platform, date(2026, 11, 24), ("early", "C1", 60), ("other", "C2", 61), ("late", "C1", 900))
    told = words_of(platform.read("/customer?id=C1"))
    assert told.index("2026-11-24 15:00 late 12.50 EUR allow 3.1 %") < told.index("early") < told.index("old")
    assert "other" not in told
    assert "back to 2026-11-23." in told
    assert "No decision about this customer" in words_of(platform.read("/customer?id=C3"))


def test_how_far_a_look_at_a_customer_went_is_told(platform):
    """It ends with enough payments, enough days, or when a person would wait too long."""
    for day in range(1, 4):
        landed(platform, date(2026, 11, day), *((f"T{day}-{n}", "C1", n) for n in range(MOST_PAYMENTS // 2)))
    found = recent(platform.target, "C1")
    assert (len(found.payments), found.since, found.is_all) == (MOST_PAYMENTS, date(2026, 11, 2), False)
    seconds = iter([0.0] * 40 + [1_000.0])  # a look at each payment: the second day is not read to its end
    slow = recent(platform.target, "C1", clock=lambda: next(seconds))
    assert (len(slow.payments), slow.since, slow.is_all) == (39, date(2026, 11, 2), False)
    for day in range(1, MOST_DAYS + 1):
        landed(platform, date(2026, 10, day), ("x", "C9", 1))
    assert recent(platform.target, "C9").is_all is False


def test_where_ids_are_tokens_a_customer_is_looked_up_by_the_key(platform):
    """A person types the id that the systems send; a link of the desk has the token already."""
    secret = platform.client("secretsmanager").create_secret(Name="ids", SecretString="ab" * 32)["ARN"]
    platform.target.outputs["IdTokens"] = secret
    from cli.id_key import read_id_key
    from greenfraud.identity import token

    kept = token("customer", "C1", read_id_key(platform.target))
    landed(platform, date(2026, 11, 24), ("T1", kept, 60))
    assert "T1" in words_of(platform.read("/customer?id=C1"))
    assert "T1" in words_of(platform.read(f"/customer?kind=stored&id={kept}"))
    assert "No decision about" in words_of(platform.read("/customer?kind=stored&id=C1"))
