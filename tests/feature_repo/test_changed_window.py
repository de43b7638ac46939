"""One window changed in the declarations: nothing moves until it is compiled, and then everything moves at once."""

from __future__ import annotations

import json
from pathlib import Path
from subprocess import CompletedProcess
from typing import NamedTuple

import pyarrow as pa
import pytest

from greenfraud.chunks import Chunk
from greenfraud.features.interpreter import compute
from greenfraud.features.manifest import load_manifest
from greenfraud.features.tiles import ViewState
from greenfraud.instants import DAY_US
from greenfraud.naming import features_key
from tests.working_copy import CUSTOMER_DECLARATIONS, ROOT, TERMINAL_DECLARATIONS, WorkingCopy
from training.features.feature_matrix import FeatureMatrix
from training.features.history import LABELS, TRANSACTIONS, arrange

NAME = "customer_count_7d"
BEFORE = f'name="{NAME}",\n        view="customer_activity",\n        aggregation="count",\n        window="7d"'
AFTER = BEFORE.replace('window="7d"', 'window="5d"')
CHUNK = Chunk.parse("20180618-20180625")
START_US = CHUNK.start_us
REGISTRY = """
import importlib, json, pathlib, sys
from toolchain.compile_features import REPOSITORY, _registry
repo = importlib.import_module(REPOSITORY)
view = _registry(repo, pathlib.Path(sys.argv[1])).get_feature_view("transaction_features", repo.PROJECT)
(field,) = (field for field in view.features if field.name == sys.argv[2])
print(json.dumps({"window": field.tags["window"], "path": view.batch_source.path}))
"""

pytestmark = pytest.mark.xdist_group("feast")


class Changed(NamedTuple):
    """The copy with the changed window compiled, how the manifest's test ended before and after, what Feast's registry has."""

    copy: WorkingCopy
    before: CompletedProcess[str]
    after: CompletedProcess[str]
    registered: dict[str, str]


@pytest.fixture(scope="module")
def changed(tmp_path_factory):
    """The project with one window changed."""
    copy = WorkingCopy(tmp_path_factory.mktemp("window") / "tree")
    copy.edit(CUSTOMER_DECLARATIONS, BEFORE, AFTER)
    before = copy.manifest_test()
    assert copy.manifest.version == load_manifest().version
    registered = copy.compile_and(REGISTRY, str(copy.folder / "registry.db"), NAME)
    return Changed(copy, before, copy.manifest_test(), json.loads(registered))


def rows() -> pa.Table:
    """A payment of one customer on each of ten days."""
    columns = {
        "transaction_id": [f"T{day}" for day in range(10)],
        "occurred_us": [START_US + day * DAY_US for day in range(10)],
        "customer_id": ["C1"] * 10,
        "terminal_id": ["M1"] * 10,
        "amount_minor": [100] * 10,
    }
    return pa.table(columns, schema=TRANSACTIONS)


def offline_column(manifest):
    """The feature's column as training reads it."""
    history = arrange(rows(), LABELS.empty_table())
    return FeatureMatrix(manifest, history).columns(slice(0, 10))[NAME].tolist()


def online_values(manifest):
    """The feature's value of each payment as the score computes it, from the bytes that are stored."""
    view, values, state = manifest.views["customer_activity"], [], None
    for row in rows().to_pylist():
        values.append(compute(manifest, (state, None), row["occurred_us"], row["amount_minor"])[NAME])
        grown = (state or ViewState.empty(view)).add_transaction(row["occurred_us"], row["amount_minor"])
        state = ViewState.decode(view, grown.encode())
    return values


def test_the_manifest_test_fails_until_the_change_is_compiled(changed):
    """It names the test that tells so; afterwards every test of the declarations passes."""
    before, after = changed.before, changed.after
    assert before.returncode == 1
    assert "FAILED tests/feature_repo/test_declarations.py::test_the_committed_manifest_is_compiled_from" in before.stdout
    assert "1 failed" in before.stdout
    assert after.returncode == 0, after.stdout


def test_version_and_hash_move_and_nothing_else_does(changed):
    """A model that does not read the feature is not concerned."""
    ours, theirs = load_manifest(), changed.copy.manifest
    assert ours.version != theirs.version
    hashes = {feature.name: feature.hash for feature in theirs.features}
    assert [feature.name for feature in ours.features if hashes[feature.name] != feature.hash] == [NAME]


def test_feasts_registry_moves(changed):
    """The declaration it stores, and where it finds the training set."""
    assert changed.registered["window"] == "5d"
    assert changed.copy.manifest.version in changed.registered["path"]


def test_offline_column_and_online_value_move_together(changed):
    """Both count five days and today's tile where they counted seven, in a file of its own."""
    ours, theirs = load_manifest(), changed.copy.manifest
    assert offline_column(ours) == online_values(ours) == [float(min(day, 7)) for day in range(10)]
    assert offline_column(theirs) == online_values(theirs) == [float(min(day, 5)) for day in range(10)]
    assert features_key(ours.version, CHUNK.id) != features_key(theirs.version, CHUNK.id)


def test_the_compiled_manifest_is_the_only_list_of_the_features():
    """No other file of the product than their declarations names more than a few of them."""
    names = load_manifest().names[:]
    named = {}
    for room in ("cdk", "cli", "docker", "feature_repo", "functions", "layers", "local", "toolchain", "training"):
        for path in (path for path in (ROOT / room).rglob("*") if path.suffix in {".py", ".json", ".yml", ".toml", ".md"}):
            text = path.read_text(encoding="utf-8")
            named[path.relative_to(ROOT)] = sum(f'"{name}"' in text for name in names)
    most = {path for path, count in named.items() if count > len(names) // 4}
    assert most == {
        Path(CUSTOMER_DECLARATIONS),
        Path(TERMINAL_DECLARATIONS),
        Path("layers/greenfraud/python/greenfraud/features/manifest.json"),
    }
