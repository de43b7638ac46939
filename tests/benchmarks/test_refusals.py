"""Grants are taken out of a template exactly, drawn among what a walk needed, and missed where they are needed."""

from __future__ import annotations

import copy
import json
from dataclasses import replace

import pytest

from benchmarks.refusals.__main__ import row_of
from benchmarks.refusals.assembly import NoAssemblyError, read_templates, write_changed
from benchmarks.refusals.choice import NAMED, Named, NoSuchGrantError, draw, find, needed, resolved
from benchmarks.refusals.grants import grants_of, without
from benchmarks.refusals.platform import ROOT
from benchmarks.refusals.words import reason_of, shortened

ROLE = "Stack/Job/Role"
BUCKET = {"Fn::GetAtt": ["Lake", "Arn"]}


def resource(kind, path, properties, **more):
    """A resource of a template."""
    return {"Type": kind, "Properties": properties, "Metadata": {"aws:cdk:path": f"Stack/{path}/Resource"}, **more}


@pytest.fixture
def template():
    """A role with two statements, a topic's policy with a denial and a grant, a function's permission."""
    statements = [
        {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": [{"Fn::Join": ["", [BUCKET, "/a/*"]]}, BUCKET]},
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"},
    ]
    policy = {"PolicyDocument": {"Statement": statements}, "Roles": [{"Ref": "Role"}]}
    denial = {"Effect": "Deny", "Action": "sns:Publish", "Resource": "*"}
    topic = {"PolicyDocument": {"Statement": [denial, {**denial, "Effect": "Allow"}]}}
    source = {"Fn::Join": ["", ["arn:aws:execute-api:", {"Ref": "Api"}, "/*/*/v1/score"]]}
    return {
        "Resources": {
            "Role": resource("AWS::IAM::Role", "Job/Role", {}),
            "Policy": resource("AWS::IAM::Policy", "Job/Role/DefaultPolicy", policy),
            "TopicPolicy": resource("AWS::SNS::TopicPolicy", "Topic/Policy", topic),
            "Permission": resource("AWS::Lambda::Permission", "Api/Permission", {"Action": "lambda:Invoke", "SourceArn": source}),
            "Function": resource("AWS::Lambda::Function", "Function", {}, DependsOn=["Policy", "Role"]),
        }
    }


@pytest.fixture
def record():
    """What a walk used: an object below a/ was read, which two grants allow, and written, which one does."""
    granted = [
        {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": ["arn:aws:s3:::lake/a/*", "arn:aws:s3:::lake"]},
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"},
    ]
    used = [["s3:GetObject", "arn:aws:s3:::lake/a/1"], ["s3:PutObject", "arn:aws:s3:::lake/a/1"]]
    return {"roles": {ROLE: {"granted": granted, "used": used}}, "denied": []}


def grant(template, action, resource="*"):
    """The grant of the template with this action and resource."""
    return find(Named("one", "*", action, resource), grants_of({"Stack": template}))


def test_every_action_on_every_resource_is_a_grant_and_a_denial_is_none(template):
    """With the path of who has it."""
    found = [(one.holder, one.action, one.resource) for one in grants_of({"Stack": template})]
    assert found == [
        (ROLE, "s3:GetObject", "*/a/*"),
        (ROLE, "s3:GetObject", "*"),
        (ROLE, "s3:PutObject", "*/a/*"),
        (ROLE, "s3:PutObject", "*"),
        (ROLE, "s3:GetObject", "*"),
        ("Stack/Topic/Policy", "sns:Publish", "*"),
        ("Stack/Api/Permission", "lambda:Invoke", "arn:aws:execute-api:*/*/*/v1/score"),
    ]


def test_what_is_taken_out_is_one_action_on_one_resource(template):
    """The other grants are the same ones, and the template at hand stays as it was."""
    before, taken = copy.deepcopy(template), grant(template, "s3:PutObject", "*/a/*")
    left = grants_of({"Stack": without(template, taken)})
    key = lambda one: (one.holder, one.action, one.resource)  # noqa: E731
    assert sorted(map(key, grants_of({"Stack": before}))) == sorted([*map(key, left), key(taken)])
    assert template == before


def test_a_policy_that_states_nothing_any_more_is_gone_and_waited_for_by_nobody(template):
    """A policy without statements is refused by AWS."""
    for _ in range(5):
        template = without(template, grant(template, "s3:*"))
    assert "Policy" not in template["Resources"]
    assert template["Resources"]["Function"]["DependsOn"] == ["Role"]


def test_a_functions_permission_goes_as_a_whole_and_a_topics_policy_keeps_its_denial(template):
    """Each is one grant."""
    assert "Permission" not in without(template, grant(template, "lambda:Invoke"))["Resources"]
    (left,) = without(template, grant(template, "sns:Publish"))["Resources"]["TopicPolicy"]["Properties"]["PolicyDocument"][
        "Statement"
    ]
    assert left["Effect"] == "Deny"


def test_needed_is_what_no_other_grant_of_the_role_covers(template, record):
    """Of a function's permission: what the walk asks for."""
    known = resolved(grants_of({"Stack": template}), record)
    found = [(one.action, one.resource) for one in needed(known, record, ["/v1/score"])]
    assert found == [("lambda:Invoke", "arn:aws:execute-api:*/*/*/v1/score"), ("s3:PutObject", "arn:aws:s3:::lake/a/*")]
    assert all(one.is_of_role for one in needed(known, record, ["/health"]))


def test_the_same_seed_draws_the_same_grants(template):
    """Whatever the order; never one twice, and no more than there are."""
    grants = grants_of({"Stack": template})
    assert draw(grants, 7, 3) == draw(reversed(grants), 7, 3)
    assert len(set(draw(grants, 1, 99))) == len(set(grants))


def test_every_named_grant_is_in_the_template():
    """One that is gone would silently shorten the table."""
    if not (ROOT / "cdk.out/manifest.json").exists():
        pytest.skip("cdk.out is missing: run `make synth`")
    grants = grants_of(read_templates(ROOT / "cdk.out"))
    assert len({find(replace(one, resource="*"), grants) for one in NAMED}) == len(NAMED)  # references are resolved later
    with pytest.raises(NoSuchGrantError, match="walls: no \\* is granted iam:Fly on \\*"):
        find(Named("walls", "*", "iam:Fly"), grants)


def test_an_assembly_is_written_with_one_template_changed(tmp_path):
    """The rest is linked."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a/One.template.json").write_text("{}")
    (tmp_path / "a/manifest.json").write_text('{"artifacts": {}}')
    changed = write_changed(tmp_path / "a", tmp_path / "b", "One", {"Resources": {}})
    assert read_templates(changed) == {"One": {"Resources": {}}}
    assert read_templates(tmp_path / "a") == {"One": {}}
    assert (changed / "manifest.json").is_symlink()
    with pytest.raises(NoAssemblyError, match="run `make synth` first"):
        read_templates(tmp_path)


def test_words_are_the_sentence_that_matters():
    """A job's reason out of its description, a denial out of what wraps it."""
    assert reason_of(json.dumps({"FailureReason": "AlgorithmError: x"})) == "AlgorithmError: x"
    assert reason_of("{not json") == "{not json"
    denial = "User: me is not authorized to perform: s3:GetObject on resource: it"
    assert shortened(f"An error occurred (AccessDenied):\n {denial}") == denial


@pytest.mark.slow
@pytest.mark.xdist_group("refusals")
@pytest.mark.parametrize(
    ("name", "showed"), [("the stream's read", "deployment"), ("the topic's policy", "an alarm that reaches nobody")]
)
def test_a_grant_that_was_taken_out_is_missed(tmp_path, name, showed):
    """In AWS's words; of a role, with the line of cdk/ that grants it, also when the deployment fails."""
    templates = read_templates(ROOT / "cdk.out")
    (named,) = [one for one in NAMED if one.name == name]
    taken = find(named, grants_of(templates))
    row = row_of(tmp_path, templates[taken.stack], taken)
    assert row.is_noticed
    assert row.showed == showed
    assert f"is not authorized to perform: {taken.action}" in row.words
    assert not taken.is_of_role or row.lines.startswith("cdk/components/decision_stream.py:")
