"""Grants beside uses: what is unused or broader is named until somebody accepts it with a reason."""

from __future__ import annotations

import json

import pytest

from benchmarks.permissions.__main__ import differences, measure
from benchmarks.permissions.acknowledged import Acknowledgement, AcknowledgementError, idle, read
from benchmarks.permissions.lines import NothingRecordedError, lines_of, read_records, refusals

LAKE = "arn:aws:s3:::lake"
STREAM = "arn:aws:dynamodb:eu-north-1:1:table/t/stream/2026-01-0{}T00:00:00.000"
ROLE = "Stack/Reader/Role"


def statement(actions, resources, effect="Allow"):
    """One statement of a role."""
    return {"Effect": effect, "Action": actions, "Resource": resources}


@pytest.fixture
def records(tmp_path):
    """Writes records of walks; the last is the newest."""

    def write(*walks):
        for number, (granted, used, denied) in enumerate(walks):
            document = {"roles": {ROLE: {"name": "r", "granted": granted, "used": used}}, "denied": denied}
            (tmp_path / f"{number}.json").write_text(json.dumps(document))
        return read_records(tmp_path, {ROLE})

    return write


def test_a_line_is_used_when_a_walk_used_it(records):
    """Actions in any case, wildcards in both; a statement that denies grants nothing."""
    granted = [
        statement(["s3:Get*", "s3:PutObject"], [LAKE, f"{LAKE}/in/*"]),
        statement("sqs:SendMessage", "arn:aws:sqs:eu-north-1:1:q"),
        statement("s3:DeleteObject", "*", "Deny"),
    ]
    used = [["s3:GetObject", f"{LAKE}/in/a"], ["sqs:sendmessage", "arn:aws:sqs:eu-north-1:1:q"]]
    lines = {(line.action, line.resource): line for line in lines_of(records((granted, used, [])))}
    assert {key for key, line in lines.items() if not line.is_unused} == {
        ("s3:Get*", f"{LAKE}/in/*"),
        ("sqs:SendMessage", "arn:aws:sqs:eu-north-1:1:q"),
    }
    assert {key for key, line in lines.items() if line.is_broader} == {("s3:Get*", f"{LAKE}/in/*")}
    assert "s3:DeleteObject" not in {action for action, _ in lines}


def test_what_was_used_by_the_same_role_elsewhere_counts(records):
    """The stream of a table made anew has another label; a role that was granted something else says nothing of this one."""
    first, second = (statement("dynamodb:GetRecords", STREAM.format(day)) for day in (1, 2))
    other = statement("dynamodb:*", STREAM.format(3))
    use = ["dynamodb:GetRecords"]
    (line,) = lines_of(
        records(([other], [[*use, STREAM.format(3)]], []), ([first], [[*use, STREAM.format(1)]], []), ([second], [], []))
    )
    assert line.used_on == (STREAM.format(1).rpartition("/")[0] + "/<label>",)


def test_an_accepted_line_is_counted_and_an_idle_acceptance_is_named(records):
    """By patterns of role, action and resource; only for its kind."""
    lines = lines_of(records(([statement(["s3:GetObject", "s3:PutObject"], f"{LAKE}/*")], [["s3:GetObject", f"{LAKE}/a"]], [])))
    assert len(differences(lines, [])) == 2
    broader = Acknowledgement("broader", "Stack/*", "s3:*Object", "*", "named at run time")
    unused = Acknowledgement("unused", "*", "s3:PutObject", f"{LAKE}/[*]", "only on a Monday")
    late = Acknowledgement("unused", "*", "s3:GetObject", "*", "was unused once")
    assert differences(lines, [broader, unused]) == []
    assert measure(lines, [broader, unused], 0)["acknowledged"] == 2
    assert idle([broader, unused, late], lines) == [late]


def test_a_refusal_counts_only_where_everything_was_granted_the_same(records):
    """A walk of a template from which something was taken out is another one's."""
    granted = [statement("s3:GetObject", LAKE)]
    refused = [{"times": 1, "action": "s3:PutObject", "resource": LAKE, "said": "no"}]
    assert refusals(records(([], [], refused), (granted, [], []))) == []
    assert refusals(records((granted, [], refused), (granted, [], []))) == ["no"]


def test_a_reason_is_needed(tmp_path):
    """The entry at fault is named."""
    file = tmp_path / "permissions.toml"
    file.write_text('[[acknowledged]]\nkind = "unused"\nrole = "*"\naction = "*"\nresource = "*"\nreason = "so"\n')
    with pytest.raises(AcknowledgementError, match="entry 1"):
        read(file)


def test_without_a_walk_of_this_template_it_says_what_to_run(tmp_path):
    """Records of other roles are none."""
    (tmp_path / "1.json").write_text(json.dumps({"roles": {}, "denied": []}))
    with pytest.raises(NothingRecordedError, match="make run EXIT=1"):
        read_records(tmp_path, {ROLE})
