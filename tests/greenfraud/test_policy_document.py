"""A policy's document: each kind of fault is told by its line, with what mends it."""

from __future__ import annotations

import pytest
from policy_faults import FAULTS, WHOLE, changed

from greenfraud.errors import InvalidInput, PolicyError
from greenfraud.instants import parse_rfc3339, to_datetime
from greenfraud.policy import Policy
from greenfraud.policy.document import Reading, read_document
from greenfraud.policy.named_list import ListEntry, NamedList
from greenfraud.policy.stored import from_object, to_object

NOW_US = parse_rfc3339("2026-11-30T12:00:00Z")


def read(text: str) -> Reading:
    """What is said of a document at the end of November 2026."""
    return read_document(text, now_us=NOW_US)


def test_a_whole_document_is_read_without_a_word():
    """What it says is what the policy holds."""
    reading = read(WHOLE)
    policy = reading.applicable()
    assert reading.faults == []
    assert [rule.words for rule in (*policy.guardrails, *policy.rules)] == [
        "amount > 150 and customer_count_90d == 0",
        'amount > 400 and not in "vip"',
        "amount_over_customer_mean_30d is missing and terminal_declined_1h >= 2 * terminal_declined_1d",
    ]
    assert [(rule.outcome, rule.is_live, rule.priority) for rule in policy.rules] == [("review", True, 10), ("challenge", False, 0)]
    assert (policy.guardrails[0].outcome, policy.lists[0].outcome) == ("review", "allow")


def test_a_day_counts_to_its_end_and_a_moment_is_a_moment():
    """In UTC."""
    entries = read(WHOLE).applicable().lists[0].entries
    assert [entry.until_us for entry in entries.values()] == [
        parse_rfc3339("2027-02-01T00:00:00Z"),
        parse_rfc3339("2027-01-31T12:00:00Z"),
    ]


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_is_told_by_its_line_and_what_mends_it(kind):
    """And the document is not applied."""
    text, expected = FAULTS[kind]
    reading = read(text)
    told = [fault.words for fault in reading.errors]
    assert [words for words in told if expected in words], told
    assert reading.policy is None
    with pytest.raises(InvalidInput):
        reading.applicable()


def test_every_fault_of_a_document_is_told_at_once():
    """In the order of its lines."""
    reading = read(changed("block_at = 0.8", "block_at = 8").replace("amount > 400", "amuont > 400").replace('"review"', '"revue"'))
    assert [fault.line for fault in reading.errors] == [5, 22, 23]


def test_an_entry_that_is_over_is_warned_of_and_left_out():
    """The policy can be applied."""
    reading = read(changed("until = 2027-01-31,", "until = 2026-11-29,"))
    assert [fault.words for fault in reading.warnings] == [
        "line 12: warning: lists[1].entries[1].until: is over since 2026-11-30 00:00 UTC: it says nothing"
    ]
    assert list(reading.applicable().lists[0].entries) == ["C2"]


def test_a_rule_that_says_the_same_again_is_warned_of():
    """One of them can go."""
    twice = '[[guardrails]]\nname = "again"\nwhen = "customer_count_90d == 0 and amount > 150"\n'
    reading = read(WHOLE + twice)
    assert [fault.words for fault in reading.warnings] == [
        'line 32: warning: guardrails[2]: says the same as "unseen-large" of line 16: one of them can go'
    ]


def test_rules_of_different_priority_or_in_shadow_contradict_nobody():
    """The first is an exception, the second a try."""
    other = '[[rules]]\nname = "other"\nwhen = "amount > 400 and customer not in \\"vip\\""\noutcome = "block"\n'
    assert read(WHOLE + other + "priority = 11\n").faults == []
    assert read(WHOLE + other + 'priority = 10\nmode = "shadow"\n').faults == []


def test_no_fault_ever_quotes_an_id():
    """They are printed and logged; the line tells where to look."""
    secret = WHOLE.replace('"C1"', '"C-SECRET"').replace('"C2"', '"C-SECRET"').replace("2027-01-31,", '"C-SECRET",')
    told = " ".join(fault.words for fault in read(secret).faults)
    assert "lists[1].entries[2].id" in told
    assert "SECRET" not in told


def test_what_stands_in_comments_and_texts_is_no_table():
    """Lines are those of the tables that count."""
    text = WHOLE.replace("[[guardrails]]", '# [[rules]]\n[[guardrails]]\nreason = "[[rules]] and # more"').replace(
        "> 400", "> -1 and amount < 0"
    )
    assert [fault.line for fault in read(text).errors] == [24]


def test_entries_may_be_tables_of_their_own():
    """`[[lists.entries]]` under its list; the line is that of the key."""
    tables = '[[lists.entries]]\nid = "C1"\nuntil = 2027-01-31\nreason = "r"\nauthor = "a"\n\n[[lists.entries]]\nid = "C3"\n'
    text = WHOLE[: WHOLE.index("entries = [")] + tables + WHOLE[WHOLE.index("[[guardrails]]") :]
    assert [fault.words for fault in read(text).errors][:2] == [
        (
            "line 17: lists[1].entries[2]: has no end, which this list demands: add until = 2027-01-31, "
            "or say needs_end = false for the list"
        ),
        "line 17: lists[1].entries[2].author: must be a text of 1 to 200 printable characters",
    ]


@pytest.mark.parametrize("text", ["x = " + "[" * 5_000, "x = " + "9" * 5_000], ids=["brackets", "digits"])
def test_what_a_parser_gives_up_on_is_a_fault_and_no_crash(text):
    """Somebody's generator went wrong, or somebody tries what the function does."""
    assert [fault.place for fault in read(text).faults] == ["document"]


def test_a_number_beyond_all_numbers_is_told_by_its_line():
    """It could not be stored."""
    (fault,) = read(WHOLE.replace("amount > 150", "amount > 1e999")).faults
    assert "1e999 is beyond what a number can be" in fault.words


def test_who_is_let_pass_by_one_list_and_stopped_by_another_is_warned_of():
    """Without naming him: by the line where he is let pass. A list of terminals is about others, and who is over is on none."""
    entries = (
        'entries = [ { id = "C2", reason = "r", author = "a" }, { id = "C1", until = 2020-01-01, reason = "r", author = "a" } ]'
    )
    stolen = f'[[lists]]\nname = "stolen"\ncolumn = "customer"\neffect = "force"\n{entries}\n'
    told = [fault.words for fault in read(WHOLE + stolen).warnings if "wins" in fault.reason]
    assert told == ['line 13: warning: lists[1].entries[2]: stands on "stolen" too, which wins: it forces']
    assert not [fault for fault in read(WHOLE + stolen.replace('"customer"', '"terminal"')).faults if "wins" in fault.reason]


@pytest.mark.parametrize("identity", ["C2 ", " C2", "Ce\u0301", "\uff232", "\u1112\u1161\u11ab"])
def test_an_id_that_is_not_what_it_looks_like_is_warned_of(identity):
    """A space at an end, an accent of its own, a full-width letter, a syllable in its parts: nobody of payments may be it."""
    reading = read(changed('"C2"', f'"{identity}"'))
    assert [(fault.line, fault.place) for fault in reading.warnings] == [(13, "lists[1].entries[2].id")]
    assert identity in reading.applicable().lists[0].entries


def test_the_mark_by_which_editors_begin_a_file_says_nothing():
    """A document from Windows is the document."""
    assert read("\ufeff" + WHOLE).applicable() == read(WHOLE).applicable()


def test_a_last_day_of_all_calendars_can_be_written_as_a_moment():
    """Whoever wants no end writes the last one."""
    entry = read(changed("2027-01-31,", "9999-12-31,")).applicable().lists[0].entries["C1"]
    assert entry.until_us is not None
    assert to_datetime(entry.until_us).year == 9999


def test_a_list_of_a_column_that_is_gone_is_refused_and_not_silent():
    """A release that no longer declares it would let everybody pass who stands on it."""
    policy = Policy("ours", 0.3, 0.8, lists=(NamedList("cards", "card_bin", "force", "block", {"411111": ListEntry()}),))
    reference, content = to_object(policy)
    assert from_object(reference, content, [], ["card_bin"]) == policy
    with pytest.raises(PolicyError, match="asks for card_bin, which is not computed"):
        from_object(reference, content, [], [])
