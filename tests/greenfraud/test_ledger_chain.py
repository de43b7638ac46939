"""A chain of entries tells of any change, gap or missing end."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from greenfraud.ledger_chain import GENESIS, Stored, digest_after, digest_of, verify

REASONS = st.lists(st.text(max_size=8), min_size=1, max_size=6)


def chain(reasons, *, unchained=0):
    """Entries with these reasons; the first ones as an earlier release wrote them."""
    entries, digest = [], GENESIS
    for revision, reason in enumerate(reasons, start=1):
        body = {"revision": revision, "reason": reason}
        if revision > unchained:
            body["chained_to"] = digest
        entries.append(Stored(revision, json.dumps(body)))
        digest = digest_after(digest, entries[-1].text)
    return entries


def copies(entries):
    """What the archive holds of them."""
    return {entry.revision: entry.text for entry in entries}


def kinds(findings):
    """What was found, by revision."""
    return {(finding.revision, finding.kind) for finding in findings}


@given(REASONS, st.data())
def test_an_untouched_ledger_has_no_finding(reasons, data):
    """Also where an earlier release wrote the first entries, or all of them."""
    entries = chain(reasons, unchained=data.draw(st.integers(0, len(reasons))))
    assert verify(entries, copies(entries), len(entries)) == []
    assert verify(entries, None, len(entries)) == []


@given(REASONS, st.data())
def test_any_changed_entry_is_found(reasons, data):
    """By the copy in any case, by the chain alone where a later entry covers it."""
    entries = chain(reasons, unchained=data.draw(st.integers(0, len(reasons) - 1)))
    at = data.draw(st.integers(0, len(entries) - 1))
    body = {**json.loads(entries[at].text), "reason": data.draw(st.text(max_size=8)) + "!"}
    changed = [*entries[:at], Stored(at + 1, json.dumps(body)), *entries[at + 1 :]]
    assert (at + 1, "changed") in kinds(verify(changed, copies(entries), len(entries)))
    covered = any("chained_to" in json.loads(entry.text) for entry in entries[at + 1 :])
    assert bool(verify(changed, None, len(entries))) == covered


@given(REASONS.filter(lambda reasons: len(reasons) > 1), st.data())
def test_any_missing_entry_is_found(reasons, data):
    """In the middle a gap, at the end a cut."""
    entries = chain(reasons)
    at = data.draw(st.integers(0, len(entries) - 1))
    left = [*entries[:at], *entries[at + 1 :]]
    kind = "cut_off" if at == len(entries) - 1 else "missing"
    assert (at + 1, kind) in kinds(verify(left, None, len(entries)))
    assert (at + 1, kind) in kinds(verify(left, copies(entries), None))


def test_a_ledger_that_was_written_anew_contradicts_its_copies():
    """A chain over other entries is a chain as well."""
    entries, forged = chain(["better", "alarm"]), chain(["better", "nothing"])
    assert verify(forged, None, 2) == []
    assert kinds(verify(forged, copies(entries), 2)) == {(2, "changed")}


def test_an_entry_that_nothing_chains_is_found():
    """A write beside the functions."""
    entries = [*chain(["better"]), Stored(2, json.dumps({"revision": 2}))]
    assert kinds(verify(entries, copies(entries), 2)) == {(2, "unchained")}


def test_an_entry_without_a_copy_is_found_where_copies_are_kept():
    """An earlier release made none."""
    entries = chain(["better", "alarm", "better"], unchained=1)
    assert kinds(verify(entries, {3: entries[2].text}, 3)) == {(2, "unarchived")}


def test_what_is_no_entry_is_found():
    """Whatever else it is."""
    for text in ("", "[]", "{}", "null"):
        assert (1, "unreadable") in kinds(verify([Stored(1, text)], None, 1))


def test_an_entry_in_anothers_place_is_found():
    """Its key says another revision than itself."""
    (entry,) = chain(["better"])
    assert (2, "unreadable") in kinds(verify([Stored(2, entry.text)], None, 2))


def test_production_behind_its_ledger_is_found():
    """Somebody put an older document back."""
    assert kinds(verify(chain(["better", "alarm"]), None, 1)) == {(2, "changed")}


def test_the_digest_of_all_is_that_after_the_newest():
    """Whether it is computed from all entries or goes on from the newest."""
    entries = chain(["better", "alarm"], unchained=1)
    newest = json.loads(entries[1].text)
    assert digest_of(entries) == digest_after(newest["chained_to"], entries[1].text)
