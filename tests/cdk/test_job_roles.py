"""A role per training step: what each may not do, and who may hand it to a job."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase

import pytest
from template_permissions import Spelling, inline_statements, listed, path_of, roles

PREFIX = "GreenFraud-Training/Jobs/Roles/"
STEPS = {"features", "train", "evaluate", "materialize", "compact", "reconcile", "monitor", "report", "label"}
LAKE, ARTIFACTS = "<GreenFraud-Data/Buckets/Lake.Arn>/", "<GreenFraud-Data/Buckets/Artifacts.Arn>/"
MACHINES = {"fraud-detection-pipeline": "Pipeline", "feature-upkeep": "Upkeep", "label-inbox": "LabelInbox"}


@pytest.fixture(scope="module")
def granted(templates):
    """By step: pairs of an action and a resource."""
    template, spelled = templates["GreenFraud-Training"], Spelling(templates)
    return {
        path_of(role).removeprefix(PREFIX).lower(): [
            (action, spelled(resource))
            for statement in inline_statements(template, name)
            for action in listed(statement["Action"])
            for resource in listed(statement["Resource"])
        ]
        for name, role in roles(template).items()
        if path_of(role).startswith(PREFIX)
    }


def who_may(granted, action, resource):
    """The steps whose role allows an action on a resource."""
    return {
        step for step, pairs in granted.items() if any(one == action and fnmatchcase(resource, pattern) for one, pattern in pairs)
    }


def test_every_step_of_the_image_has_a_role_of_its_own(granted):
    """One that is added to the image needs one here."""
    assert granted.keys() == STEPS


@pytest.mark.parametrize(
    ("key", "steps"),
    [
        ("executions/0123456789ab/evaluation.json", {"evaluate"}),
        ("executions/0123456789ab/curves.json", {"evaluate"}),
        ("executions/0123456789ab/train/light/20180501-20180508.json", {"train"}),
        ("executions/0123456789ab/report.json", {"report"}),
        ("executions/0123456789ab/plan.json", set()),
        ("executions/0123456789ab/decision.json", set()),
        ("models/light/20180501-20180508-01234567/model.onnx", {"train"}),
        ("checkpoints/light/20180501-20180508-01234567/checkpoint.npz", {"train"}),
        ("spot/0123456789ab/fit.npz", {"train"}),
        ("feast/registry.db", {"materialize"}),
        ("jobs/gf-report-20180501-0-0-0123456789ab/output/model.tar.gz", {"report"}),
        ("jobs/gf-light-20180501-0-0-0123456789ab/output/model.tar.gz", {"train"}),
    ],
)
def test_a_result_is_written_by_its_step_alone(granted, key, steps):
    """The trainer cannot write an evaluation, and no job a plan or a decision."""
    assert who_may(granted, "s3:PutObject", ARTIFACTS + key) == steps


@pytest.mark.parametrize(
    ("key", "readers"),
    [
        ("transactions/dt=2018-05-01/part-0.parquet", {"features", "evaluate", "materialize", "reconcile", "monitor", "label"}),
        (
            "transactions/dt=2018-05-01/landing-0.jsonl",
            {"features", "evaluate", "materialize", "compact", "reconcile", "monitor", "label"},
        ),
        (
            "transactions/dt=2018-05-01/whole-day.parquet",
            {"features", "evaluate", "materialize", "compact", "reconcile", "monitor", "label"},
        ),
        ("decisions/dt=2018-05-01/0.jsonl", {"compact", "monitor"}),
        ("emissions/dt=2018-05-01/serve-light-x.json", {"compact", "report"}),
        ("emissions/dt=2018-05-01/train-gf-light-x.json", {"report"}),
        ("features/0123/chunk=20180501-20180508/part.parquet", {"features", "train", "evaluate"}),
        ("features/0123/chunk=20180501-20180508/profile.json", {"features", "train", "evaluate"}),
        ("quarantine/20180501-20180508.json", {"features", "monitor"}),
        ("reports/quality/20180501-20180508.json", {"monitor", "report"}),
    ],
)
def test_the_lake_is_read_by_parts(granted, key, readers):
    """Who learns sees features, and no transaction."""
    assert who_may(granted, "s3:GetObject", LAKE + key) == readers


def test_no_step_reads_the_whole_lake_or_all_artifacts(granted):
    """Every read has a prefix."""
    assert not {pattern for pairs in granted.values() for _, pattern in pairs if pattern in (f"{LAKE}*", f"{ARTIFACTS}*")}


def test_an_emissions_record_is_written_by_its_job_alone(granted):
    """Stage and job name lead the record's name; `reconcile` fills the same store as `materialize`."""
    for step in STEPS:
        stage = "materialize" if step == "reconcile" else step
        job = f"gf-{'light' if step == 'train' else step}-20180501-0-0-0123456789ab"
        assert who_may(granted, "s3:PutObject", f"{LAKE}emissions/dt=2018-05-01/{stage}-{job}.json") == {step}


def test_only_the_trainer_compaction_and_the_teller_of_labels_delete(granted):
    """What a checkpoint folder no longer holds, as SageMaker keeps it in step; small files, never what they became; files told."""
    assert {(step, pattern) for step, pairs in granted.items() for action, pattern in pairs if action == "s3:DeleteObject"} == {
        ("train", f"{ARTIFACTS}spot/*"),
        ("compact", f"{LAKE}transactions/dt=*/landing-*.jsonl"),
        ("compact", f"{LAKE}labels/dt=*/landing-*.jsonl"),
        ("compact", f"{LAKE}releases/dt=*/landing-*.jsonl"),
        ("compact", f"{LAKE}decisions/dt=*/*.jsonl"),
        ("compact", f"{LAKE}emissions/dt=*/serve-*.json"),
        ("label", "<GreenFraud-Data/Buckets/Inbox.Arn>/labels/*"),
    }


@pytest.mark.parametrize("name", MACHINES)
def test_a_machine_hands_over_exactly_the_roles_of_the_jobs_it_runs(templates, resources, definition_of, name):
    """A role too few is a refused job, one too many a permission to borrow."""
    template, spelled = templates["GreenFraud-Training"], Spelling(templates)
    (role,) = (one for one, it in roles(template).items() if path_of(it) == f"GreenFraud-Training/{MACHINES[name]}/Machine/Role")
    passed = {
        spelled(arn)
        for statement in inline_statements(template, role)
        if statement["Action"] == "iam:PassRole"
        for arn in listed(statement["Resource"])
    }
    machines = resources("AWS::StepFunctions::StateMachine").values()
    (machine,) = (one["Properties"] for one in machines if one["Properties"]["StateMachineName"] == name)
    definition = spelled(machine["DefinitionString"])
    assert passed
    assert passed == {arn for arn in map(role_arn, roles(template).values()) if json.dumps(arn) in definition}


def role_arn(role):
    """As `Spelling` writes it."""
    return f"<{path_of(role)}.Arn>"
