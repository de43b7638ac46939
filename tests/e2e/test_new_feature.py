"""A new feature on a live system: declared, compiled, deployed, backfilled and trained with, while traffic goes on."""

from __future__ import annotations

import io

import pyarrow.parquet as pq
import pytest

from greenfraud.features.encoding import entity_id
from greenfraud.features.interpreter import compute
from greenfraud.features.logged import unpack
from greenfraud.items import decision
from greenfraud.naming import features_key
from tests.e2e.deployment import ASSEMBLY, Deployment
from tests.e2e.new_feature_walk import LIVELY, walked
from tests.working_copy import WorkingCopy

NAME, SERIES = "terminal_mean_amount_7d", "t_a1"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def walk(tmp_path_factory):
    """The page, walked from its first step to its last on a platform of its own."""
    if not (ASSEMBLY / "manifest.json").exists():
        pytest.skip("cdk.out is missing: run `make synth`")
    folder = tmp_path_factory.mktemp("new-feature")
    copy = WorkingCopy(folder / "tree")
    deployment = Deployment(folder, tree=copy.folder, environ=copy.environ)
    deployment.start()
    try:
        deployment.deploy()
        yield walked(deployment, copy)
    finally:
        deployment.stop()


def test_the_manifest_test_fails_until_the_feature_is_compiled(walk):
    """It passes before, fails with the declaration, passes again."""
    assert walk.manifest_tests == [0, 1, 0]
    assert NAME in walk.after.names
    assert NAME not in walk.before.names


def test_no_request_failed(walk):
    """Every score and every report was answered with 200, none on less than it should have known."""
    assert walk.traffic.failures == []
    assert walk.traffic.requests > 200
    assert walk.traffic.reports


def test_the_old_model_answers_until_the_new_one_is_promoted(walk):
    """One switch, and never the bare rules."""
    old, new = walk.models
    assert walk.traffic.models == [old, new]


def test_everything_the_old_model_reads_is_still_computed(walk):
    """Its bundle passes the check of the new release."""
    walk.bundle(walk.models[0]).verify_features(walk.after)
    assert NAME not in walk.bundle(walk.models[0]).feature_names


def test_decisions_say_by_which_manifest_their_features_were_computed(walk):
    """The old one's before the deployment, the new one's after."""
    table, client = walk.deployment.outputs["DecisionsTable"], walk.deployment.client("dynamodb")
    ends = [walk.traffic.scored[at][0]["transaction_id"] for at in (0, -1)]
    items = [client.get_item(TableName=table, Key=decision.key(one))["Item"] for one in ends]
    assert [decision.decode(item).manifest_version for item in items] == [walk.before.version, walk.after.version]


@pytest.mark.parametrize("view_name", ["customer_activity", "terminal_activity"])
def test_no_live_update_is_lost_and_none_counts_twice(walk, view_name):
    """Every entity that the traffic touched has the state that a replay of the lake gives, the new series included."""
    stored, as_of_us = walk.stored(view_name), walk.as_of_us
    for key, state in walk.replayed(view_name).items():
        assert stored[key].expire(as_of_us) == state.expire(as_of_us)


def test_the_new_series_is_filled_for_every_terminal(walk):
    """Whether or not anything happened at it since: it counts on each day what the older series of accepted payments counts."""
    series = next(one for one in walk.after.views["terminal_activity"].series if one.name == SERIES)
    first = (walk.as_of_us - series.retention_us) // series.hop_us
    filled = 0
    for state in walk.stored("terminal_activity").values():
        counts = [dict(zip(*state.tiles[name][:2], strict=True)) for name in (SERIES, "t_accepted_d1")]
        ours, older = ({tile: count for tile, count in one.items() if tile >= first} for one in counts)
        assert ours == older
        filled += bool(ours)
    assert filled > 10 * LIVELY


def test_the_next_training_uses_the_feature(walk):
    """Its column is in the training data, and the trained model names it with its hash."""
    plan = walk.deployment.document(walk.execution, "plan.json")
    assert plan["manifest_version"] == walk.after.version
    key = features_key(walk.after.version, plan["families"][0]["chunks"][-1]["chunk"])
    content = walk.deployment.read(walk.deployment.outputs["LakeBucket"], key)
    column = pq.read_table(io.BytesIO(content))[NAME]
    assert column.null_count < len(column) / 2
    reads = {item["name"]: item["hash"] for item in walk.bundle(walk.models[1]).features}
    assert reads[NAME] == walk.after.feature(NAME).hash


def test_scores_are_now_made_with_it(walk):
    """The last decisions' logged values are those of a replay of the lake, the new feature among them, not missing."""
    client, states = walk.deployment.client("dynamodb"), walk.replayed("terminal_activity", until_us=walk.traffic.now_us)
    for transaction in walk.last:
        stored = decision.key(transaction["transaction_id"])
        item = client.get_item(TableName=walk.deployment.outputs["DecisionsTable"], Key=stored)["Item"]
        terminal = states[entity_id("terminal_id", transaction["terminal_id"])]
        expected = compute(walk.after, (None, terminal), walk.as_of_us, transaction["amount_minor"])
        assert unpack(decision.decode(item).features, walk.after.names) == expected
        assert expected[NAME] is not None
