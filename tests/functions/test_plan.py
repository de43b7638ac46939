"""Which chunks a run trains, from which parent, judged on which holdout."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from aws_world import golden
from lake_world import DATASET, put_dataset, put_day, put_link
from plan_world import FIRST, HOLDOUT, SECOND, THIRD, chunks_of, parents_of

from greenfraud.errors import ContractError, InvalidInput
from greenfraud.features.manifest import load_manifest


def test_the_first_run_trains_every_chunk_known_before_the_holdout(plan):
    """All families, the newest mature chunk kept for judging."""
    planned = plan()
    assert (planned["outcome"], planned["as_of"], planned["holdout"]["chunk"]) == ("train", "2018-05-06T00:00:00Z", HOLDOUT)
    assert [entry["family"] for entry in planned["families"]] == ["baseline", "light", "heavy"]
    assert chunks_of(planned) == [FIRST, SECOND]


def stored(s3, planned: dict) -> dict:
    """The plan as the jobs read it."""
    return json.loads(s3.get_object(Bucket="artifacts", Key=f"executions/{planned['execution']}/plan.json")["Body"].read())


def test_the_state_machine_carries_only_what_it_cannot_derive(plan):
    """Few words per chunk, the parts of names once; a test of the embedded AWS follows them through the machine."""
    planned = plan(families=["light"])
    execution, version = planned["execution"], planned["manifest_version"]
    assert version == load_manifest().version
    assert planned["families"][0]["chunks"][1] == {
        "chunk": SECOND,
        "parent": f"{FIRST}-{execution[:8]}",
        "job_key": planned["families"][0]["chunks"][1]["job_key"],
        "is_last": "true",
    }
    assert planned["families"][0]["chunks"][0]["is_last"] == "false"
    assert planned["version_ending"] == f"-{execution[:8]}"
    assert planned["features"] == {"type": "S3Prefix", "before": f"s3://lake/features/{version}/chunk=", "after": "/"}
    assert planned["holdout"]["features_uri"] == f"s3://lake/features/{version}/chunk={HOLDOUT}/"


def test_the_plan_is_stored_whole_for_the_jobs(plan, s3):
    """What the state machine carries, and of each job what only jobs need."""
    planned = plan()
    whole = stored(s3, planned)
    assert {name: whole[name] for name in planned if name not in {"families", "version_ending"}}.items() <= planned.items()
    for carried, family in zip(planned["families"], whole["families"], strict=True):
        for short, job in zip(carried["chunks"], family["chunks"], strict=True):
            assert short.items() < job.items()
            assert job["version"] == f"{job['chunk']}{planned['version_ending']}"
            assert job["chunks"] == [job["chunk"]]


def test_a_familys_first_parent_says_that_there_is_none(plan, s3):
    """SageMaker refuses a channel without any object."""
    assert parents_of(plan(families=["light"]))[0] == "genesis"
    stored = s3.get_object(Bucket="artifacts", Key="checkpoints/light/genesis/genesis.json")["Body"].read()
    assert json.loads(stored) == {"family": "light", "parent": None}


def test_what_was_learned_is_not_trained_again(plan, dynamodb):
    """The next chunk continues from the recorded checkpoint."""
    put_link(dynamodb, FIRST)
    planned = plan(families=["light"])
    assert (chunks_of(planned), parents_of(planned)) == ([SECOND], [f"{FIRST}-old"])


def test_an_unsound_checkpoint_is_no_parent_and_its_chunk_is_trained_again(plan, dynamodb):
    """A diverged model must not poison its descendants."""
    put_link(dynamodb, FIRST)
    put_link(dynamodb, SECOND, sound=False)
    planned = plan(families=["light"])
    assert (chunks_of(planned), parents_of(planned)) == ([SECOND], [f"{FIRST}-old"])


def test_a_damaged_link_counts_as_not_learned_and_every_other_family_goes_on(plan, dynamodb, caplog):
    """Its chunk is trained again, which replaces the link."""
    put_link(dynamodb, FIRST)
    put_link(dynamodb, SECOND)
    (damaged,) = [item for item in dynamodb.scan(TableName="lineage")["Items"] if item["chunk"]["S"] == SECOND]
    dynamodb.put_item(TableName="lineage", Item={**damaged, "sound": {"S": "4711"}})
    planned = plan(families=["light", "heavy"])
    assert (chunks_of(planned), parents_of(planned)) == ([SECOND], [f"{FIRST}-old"])
    assert chunks_of(planned, "heavy") == [FIRST, SECOND]
    assert "lineage.sound: KeyError" in caplog.text
    assert "4711" not in caplog.text


def test_nothing_new_is_nothing_to_train(plan, dynamodb):
    """The run succeeds, having emitted nothing."""
    for family in ("baseline", "light", "heavy"):
        put_link(dynamodb, FIRST, family)
        put_link(dynamodb, SECOND, family)
    planned = plan()
    assert (planned["outcome"], planned["families"]) == ("nothing_to_train", [])
    assert planned["reason"] == "every trainable chunk has been learned"


def test_force_trains_the_last_chunk_again_from_its_own_parent(plan, dynamodb):
    """Not from itself."""
    put_link(dynamodb, FIRST)
    put_link(dynamodb, SECOND)
    planned = plan(families=["light"], force=True)
    assert (chunks_of(planned), parents_of(planned)) == ([SECOND], [f"{FIRST}-old"])


def test_force_with_chunks_trains_just_those(plan, dynamodb):
    """In order, whatever order they were asked in."""
    put_link(dynamodb, FIRST)
    put_link(dynamodb, SECOND)
    planned = plan(families=["light"], force=True, chunks=[SECOND, FIRST])
    assert (chunks_of(planned), parents_of(planned)[0]) == ([FIRST, SECOND], "genesis")


def test_a_full_refit_learns_every_trainable_chunk_in_one_job_without_a_parent(plan, dynamodb, s3):
    """Whatever was learned before; the job's channel is the list of these chunks' files, the holdout's not among them."""
    put_link(dynamodb, FIRST)
    planned = plan(full=True)
    assert [len(entry["chunks"]) for entry in planned["families"]] == [1, 1, 1]
    job = stored(s3, planned)["families"][1]["chunks"][0]
    assert (job["chunk"], job["chunks"], job["is_last"]) == (SECOND, [FIRST, SECOND], "true")
    assert parents_of(planned) == ["genesis"]
    features = planned["features"]
    assert features["type"] == "ManifestFile"
    key = f"{features['before']}{SECOND}{features['after']}".removeprefix("s3://artifacts/")
    assert json.loads(s3.get_object(Bucket="artifacts", Key=key)["Body"].read()) == [
        {"prefix": f"s3://lake/features/{planned['manifest_version']}/"},
        f"chunk={FIRST}/part.parquet",
        f"chunk={FIRST}/profile.json",
        f"chunk={SECOND}/part.parquet",
        f"chunk={SECOND}/profile.json",
    ]


def test_what_a_full_refit_learned_is_not_trained_again_and_the_next_chunk_builds_on_it(plan, s3, dynamodb):
    """Its link in the lineage says since when."""
    put_link(dynamodb, SECOND, version="refit", since=FIRST)
    assert plan(families=["light"])["reason"] == "every trainable chunk has been learned"
    put_day(s3, date(2018, 5, 13))
    planned = plan(families=["light"])
    assert (chunks_of(planned), parents_of(planned)) == ([THIRD], ["refit"])


def test_a_gap_is_filled_and_the_next_chunk_keeps_the_newest_parent(plan, s3, dynamodb):
    """A checkpoint recorded between two planned chunks is the better parent."""
    put_day(s3, date(2018, 5, 13))
    put_link(dynamodb, SECOND)
    planned = plan(families=["light"])
    assert (chunks_of(planned), parents_of(planned)) == ([FIRST, THIRD], ["genesis", f"{SECOND}-old"])


def test_another_holdout_moves_what_may_be_trained(plan):
    """Labels must have been known when its first transaction happened."""
    planned = plan(holdout=THIRD, families=["light"])
    assert (planned["holdout"]["chunk"], chunks_of(planned)) == (THIRD, [FIRST])


def test_a_newer_day_in_the_lake_moves_now(plan, s3):
    """Live transactions land after the import."""
    put_day(s3, date(2018, 5, 13))
    planned = plan(families=["light"])
    assert (planned["as_of"], planned["holdout"]["chunk"]) == ("2018-05-13T00:00:00Z", "20180429-20180506")


def test_weeks_without_transactions_are_neither_learned_nor_judged_on(plan, s3):
    """One transaction months after all others moves now, and makes no chunks of the time between."""
    put_day(s3, date(2018, 9, 1))
    planned = plan(families=["light"])
    assert (planned["as_of"], planned["holdout"]["chunk"]) == ("2018-09-01T00:00:00Z", "20180429-20180506")
    assert chunks_of(planned) == [FIRST, SECOND, THIRD]


def test_a_day_that_has_not_come_yet_does_not_count(plan, s3):
    """A mistaken clock would let every label look mature."""
    put_day(s3, date(2999, 1, 1))
    assert plan()["as_of"] == "2018-05-06T00:00:00Z"


def test_without_a_data_set_there_is_nothing_to_train(start):
    """A schedule may start before the first import."""
    planned = start("plan")(golden("step_functions_plan"), None)
    assert (planned["outcome"], planned["as_of"]) == ("nothing_to_train", None)
    assert "import a data set first" in planned["reason"]


def test_too_little_data_says_what_is_missing(start, s3):
    """Two weeks hold no mature chunk before a mature one."""
    put_dataset(s3, first_day="2018-04-22")
    planned = start("plan")(golden("step_functions_plan"), None)
    assert planned["outcome"] == "nothing_to_train"
    assert "too short with 15 days" in planned["reason"]


def test_a_deadline_beyond_a_day_ends_the_run_by_its_name(plan):
    """Also where nobody could be asked when to start: what cannot be waited for is no wish."""
    later = (datetime.now(UTC) + timedelta(days=3)).isoformat(timespec="seconds")
    with pytest.raises(InvalidInput, match="deadline: must be within 24 hours"):
        plan(deadline=later)


def test_unknown_keys_are_warnings(plan):
    """A typing error shows in the output."""
    assert any(warning.startswith("famlies: unknown") for warning in plan(famlies=["light"])["warnings"])
    waited = plan(deadline="2018-05-07T00:00:00Z")
    assert (waited["warnings"], waited["may_wait"]) == ([], True)


@pytest.mark.parametrize(
    ("asked", "field", "reason"),
    [
        ({"families": ["forest"]}, "families", "choose from baseline, light, heavy"),
        ({"families": "light"}, "families", "list"),
        ({"chunks": []}, "chunks", "list"),
        ({"chunks": ["May"]}, "chunks", "YYYYMMDD-YYYYMMDD"),
        ({"chunks": [THIRD]}, "chunks", f"choose from {FIRST}, {SECOND}"),
        ({"holdout": "20180429-20180506"}, "holdout", HOLDOUT),
        ({"force": "yes"}, "force", "true or false"),
        ({"full": 1}, "full", "true or false"),
        ({"full": True, "chunks": [FIRST]}, "full", "leave out chunks"),
        ({"accept": [FIRST]}, "why", "must say why"),
        ({"accept": [FIRST], "why": " "}, "why", "text"),
        ({"accept": [FIRST], "why": "x" * 501}, "why", "at most 500 characters"),
        ({"accept": [FIRST], "why": "closed"}, "accept", f"'{FIRST}' is not in quarantine; nothing is"),
        ({"why": "closed"}, "why", "belongs to accept"),
    ],
)
def test_an_unusable_askednames_field_and_choices(plan, asked, field, reason):
    """Before anything is trained."""
    with pytest.raises(InvalidInput, match=field) as error:
        plan(**asked)
    assert error.value.field == field
    assert reason in error.value.reason


@pytest.mark.parametrize("content", ["{", "{}", json.dumps(DATASET | {"first_day": "May"})])
def test_an_unusable_description_of_the_data_is_named(start, s3, content):
    """Not a KeyError three jobs later."""
    s3.put_object(Bucket="lake", Key="dataset.json", Body=content)
    with pytest.raises(ContractError, match=r"dataset\.json"):
        start("plan")(golden("step_functions_plan"), None)
