"""`greenfraud policy diff`: a candidate beside the policy in force, on the values that each decision kept."""

from __future__ import annotations

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from decided_lake import START_US, DecidedLake
from typer.testing import CliRunner

from cli.main import app
from greenfraud.identity import token
from greenfraud.instants import day_of
from greenfraud.policy.document import read_document
from greenfraud.policy.stored import to_object
from greenfraud.whole_days import whole_day_key
from training.compaction.kinds import kinds
from training.compaction.rows import landed_rows

OURS = """version = "ours-1"

[money]
review = 500
challenge = 30
blocked_good = 2500
reviews_a_day = 1

[[lists]]
name = "regulars"
column = "customer"
effect = "suppress"
entries = [{ id = "regular", until = 2999-12-31, reason = "known", author = "ana" }]

[[guardrails]]
name = "unseen-large"
when = "amount > 150 and customer_count_90d == 0"
outcome = "challenge"

[[rules]]
name = "never"
when = "amount > 99000"
outcome = "block"
"""

BY_THRESHOLDS = """version = "ours-2"

[thresholds]
review_at = 0.3
block_at = 0.8

[[rules]]
name = "unseen"
when = "customer_count_90d == 0"
outcome = "review"
"""


@pytest.fixture
def lake(s3, monkeypatch):
    """A lake, and nobody has applied a policy."""
    made = DecidedLake(s3)
    monkeypatch.setattr("cli.target.find_target", lambda **_: made)
    monkeypatch.setattr("cli.policy.in_force.call_api", lambda *_: {"policy_object": None})
    return made


@pytest.fixture
def document(tmp_path):
    """What `diff` finds of a document, and what it shows."""

    def run(text: str = OURS, *options: str, code: int = 0):
        (tmp_path / "ours.toml").write_text(text)
        shown = CliRunner().invoke(
            app, ["policy", "diff", str(tmp_path / "ours.toml"), "--json", str(tmp_path / "diff.json"), *options]
        )
        assert shown.exit_code == code, shown.output
        return (json.loads((tmp_path / "diff.json").read_text()) if code == 0 else {}), shown.output

    return run


def test_who_flips_and_why_with_money_alerts_and_examples(lake, document):
    """The default reviews by amount and threshold; the candidate by money, a guardrail and a list."""
    assert lake.decide("small", 0, 10.0, 0.001, customer_count_90d=5.0) == "allow"
    assert lake.decide("unseen", 12, 200.0, 0.0, customer_count_90d=0.0) == "allow"
    assert lake.decide("large", 24, 300.0, 0.001, customer_count_90d=5.0) == "review"
    assert lake.decide("regular", 48, 50.0, 0.9, customer="regular") == "block"
    found, shown = document()
    assert (found["decisions"], found["days"], found["not_judged"], found["without_probability"]) == (4, 2.0, 0, 0)
    assert found["flips"] == [
        {"from": "allow", "to": "challenge", "decisions": 1},
        {"from": "review", "to": "allow", "decisions": 1},
        {"from": "block", "to": "allow", "decisions": 1},
    ]
    assert found["alerts_a_day"]["now"] == {"challenge": 0.0, "review": 0.5, "block": 0.5}
    assert found["alerts_a_day"]["then"] == {"challenge": 0.5, "review": 0.0, "block": 0.0}
    assert found["spoke"] == {"guardrail/unseen-large": 1, "rule/never": 0, "list/regulars": 1}
    assert [(one["transaction_id"], one["because"]) for one in found["examples"]] == [
        ("large", "no longer rule/large-amount"),
        ("unseen", "guardrail/unseen-large"),
        ("regular", "list/regulars"),
    ]
    # Now: 0.001 of 10.00 and 0 of 200.00 pass, a review of 5.00, and a tenth of a good customer's 25.00.
    assert found["money"]["now"] == pytest.approx(1.0 + 0.0 + 500.0 + 250.0)
    assert found["money"]["then"] == pytest.approx(1.0 + 30.0 + 30.0 + 4_500.0)
    assert "warning" not in shown
    assert "saved" not in shown


def test_more_reviews_than_the_team_can_do_are_warned_of_by_the_line_of_its_capacity(lake, document):
    """Two reviews within twelve hours, one a day."""
    for hours in (0, 12):
        lake.decide(f"T{hours}", hours, 100.0, 0.1)
    _, shown = document(OURS.replace("challenge = 30\n", ""))
    assert "ours.toml:6: warning: money.reviews_a_day: 4.0 reviews a day would be asked for, and 1 can be done" in shown


def test_a_payment_of_long_ago_does_not_hide_that_the_team_is_asked_for_too_much(lake, document):
    """Of a pause no more than a week counts."""
    for hours in (0, 24 * 200, 24 * 200 + 12):
        lake.decide(f"T{hours}", hours, 100.0, 0.1)
    found, shown = document(OURS.replace("challenge = 30\n", "").replace("reviews_a_day = 1", "reviews_a_day = 0"))
    assert found["days"] == 7.5
    assert "0.4 reviews a day would be asked for, and 0 can be done" in shown


def test_what_cannot_be_judged_is_counted_apart(lake, document):
    """Values of another manifest are not kept by name; without a probability the rules decide, as they did."""
    lake.decide("earlier", 0, 500.0, manifest_version="another")
    lake.decide("ruled", 1, 500.0, None, customer_count_90d=1.0)
    found, shown = document(BY_THRESHOLDS)
    assert (found["decisions"], found["not_judged"], found["without_probability"], found["days"]) == (1, 1, 1, None)
    assert found["alerts_a_day"]["then"]["review"] is None
    assert found["money"] == {"unavailable": "the candidate states no [money]"}
    assert "unavailable: the candidate states no [money]" in shown


def test_only_the_last_decisions_are_read_and_one_that_landed_twice_counts_once(lake, document):
    """By the time of the payments."""
    for hours in range(0, 72, 12):
        lake.decide(f"T{hours}", hours, 300.0)
    lake.decide("T60", 60, 300.0)
    found, _ = document(OURS, "--decisions", "3")
    assert (found["decisions"], found["days"]) == (3, 1.0)
    assert document(OURS)[0]["decisions"] == 6


def test_the_default_is_tried_with_the_amount_of_its_own_that_decisions_name(lake, document):
    """A deployment in another currency looks from another amount on."""
    version = "2026-12-01, review above 400"
    lake.decide("T1", 0, 300.0, policy_version=version, customer_count_90d=1.0)
    found, _ = document()
    assert found["now"] == version
    assert found["alerts_a_day"]["now"]["review"] is None
    assert found["flips"] == [{"from": "allow", "to": "challenge", "decisions": 1}]


def test_without_decisions_the_command_says_so(lake, document):
    """Never a table of zeros."""
    _, shown = document(code=1)
    assert "the lake holds no decision yet" in shown


def test_a_document_with_an_error_is_not_tried(lake, document):
    """Its faults are told by line."""
    _, shown = document(OURS.replace("amount > 99000", "amuont > 1"), code=2)
    assert "did you mean amount" in shown


def test_decisions_that_were_merged_into_one_file_say_the_same(lake, document):
    """By the compaction's own code."""
    for number in range(3):
        lake.decide(f"T{number}", number, 300.0, 0.001, customer_count_90d=float(number))
    before, _ = document()
    day, kind = day_of(START_US), kinds()["decisions"]
    parts = []
    for one in lake.s3.list_objects_v2(Bucket="lake", Prefix="decisions/")["Contents"]:
        parts.append(landed_rows(kind, one["Key"], lake.s3.get_object(Bucket="lake", Key=one["Key"])["Body"].read()))
        lake.s3.delete_object(Bucket="lake", Key=one["Key"])
    sink = pa.BufferOutputStream()
    pq.write_table(pa.concat_tables(parts), sink)
    lake.s3.put_object(Bucket="lake", Key=whole_day_key("decisions", day), Body=sink.getvalue().to_pybytes())
    assert document()[0] == before
    assert before["flips"] == [
        {"from": "review", "to": "allow", "decisions": 2},
        {"from": "review", "to": "challenge", "decisions": 1},
    ]


def test_where_ids_are_tokens_the_lists_of_a_document_are_too(lake, document, monkeypatch):
    """The person writes the id; decisions keep its token."""
    monkeypatch.setattr("cli.policy.in_force.read_id_key", lambda _: b"secret")
    lake.decide("T1", 0, 300.0, 0.9, customer=token("customer", "regular", b"secret"))
    assert document()[0]["spoke"]["list/regulars"] == 1


def test_the_policy_that_was_applied_is_the_one_beside_it_and_a_damaged_one_is_refused(lake, document, monkeypatch):
    """Nothing is compared with another policy than the one that decides."""
    reference, content = to_object(read_document(BY_THRESHOLDS, now_us=0).applicable())
    monkeypatch.setattr("cli.policy.in_force.call_api", lambda *_: {"policy_object": reference.to_json()})
    lake.s3.create_bucket(Bucket="artifacts")
    lake.s3.put_object(Bucket="artifacts", Key=reference.key, Body=content)
    lake.decide("T1", 0, 10.0, 0.0, customer_count_90d=0.0)
    found, _ = document()
    assert (found["now"], found["flips"]) == ("ours-2", [{"from": "review", "to": "allow", "decisions": 1}])
    lake.s3.put_object(Bucket="artifacts", Key=reference.key, Body=content + b" ")
    _, shown = document(code=1)
    assert "the policy in force, ours-2, cannot be read" in shown
