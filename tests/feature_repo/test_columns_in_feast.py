"""Columns declared in columns.toml and nowhere else: Feast's own SDK registers, stores and computes what they become."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest

from tests.declared_columns import DECLARED, compiled
from tests.working_copy import WorkingCopy

pytestmark = pytest.mark.xdist_group("feast")

# Run in the copy, once its manifest knows the columns as its feature_repo does.
AGAINST_FEAST = """
import json, math, os
from pathlib import Path

from moto.server import ThreadedMotoServer
import boto3
from tests.feature_repo import test_feast_parity as parity

from greenfraud.features.interpreter import compute
from greenfraud.features.manifest import load_manifest
from greenfraud.features.tiles import ViewState

manifest, now_us = load_manifest(), parity.NOW_US
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
os.environ |= {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "LAKE_URI": sys.argv[1]}
sys.modules.pop("feature_repo.definitions", None)  # imported without this lake
endpoint = "http://{}:{}".format(*server.get_host_and_port())
dynamodb = boto3.client("dynamodb", endpoint_url=endpoint, region_name="eu-north-1")
for view in manifest.views.values():
    parity.create_table(dynamodb, view)
repository = parity.Repository(parity.applied_store(endpoint, Path(sys.argv[1])), dynamodb, Path(sys.argv[1]))

extras = {"device": "D1", "merchant_category": "5411", "email_domain": "mail.example", "distance_km": 2.5}
others = extras | {"email_domain": "other.example", "device": "D2"}
who = {"customer_id": "C1", "terminal_id": "M1", "device": "D1", "merchant_category": "5411"}
states = []
for view in manifest.views.values():
    state = ViewState.empty(view)
    for hours, told in ((1, others), (30, extras), (200, others)):
        state = state.add_transaction(now_us - hours * 3_600_000_000, 700 * hours, "allow", f"X{hours}", told)
    state = state.add_report(now_us - 50 * 3_600_000_000)
    parity.write_state(repository, who[view.join_key], state)
    states.append(state)
request = {"occurred_us": now_us, "amount_minor": 1250}
rows = [who | extras | request, {**who, **others, **request, "device": "unseen", "customer_id": "unseen"}]
expected = [
    compute(manifest, states, **request, extras=extras),
    compute(manifest, [state for state in states if state.view.kind not in ("customer", "device")], **request,
            extras=others | {"device": "unseen"}),
]
service = repository.store.get_feature_service("fraud_serving")
answer = repository.store.get_online_features(features=service, entity_rows=rows).to_dict()
differing = []
for row, values in enumerate(expected):
    for name, value in values.items():
        read = answer[name][row]
        if (None if read is None or math.isnan(read) else read) != value:
            differing.append((row, name, read, value))
server.stop()
print(json.dumps({"compared": 2 * len(manifest.names), "differing": differing}))
"""


class Compiled(NamedTuple):
    """A copy of the project in which a person has filled columns.toml and compiled, and what was compared with Feast there."""

    copy: WorkingCopy
    compared: dict[str, Any]


@pytest.fixture(scope="module")
def declared(tmp_path_factory):
    """The project with these columns."""
    copy = WorkingCopy(tmp_path_factory.mktemp("columns") / "tree")
    (copy.folder / "feature_repo/columns.toml").write_text(DECLARED)
    return Compiled(copy, json.loads(copy.compile_and(AGAINST_FEAST, str(tmp_path_factory.mktemp("lake")))))


def test_the_registry_compiles_to_what_is_declared(declared):
    """Entities, marks, priors and whose values are tokens travel through Feast's registry; the declarations' tests pass."""
    copy = declared.copy
    assert copy.manifest == compiled()
    tested = copy.manifest_test()
    assert tested.returncode == 0, tested.stdout


def test_feast_computes_every_declared_feature(declared):
    """From states as ingestion writes them, with the entities' columns as keys: known ones and one never seen."""
    assert declared.compared == {"compared": 2 * len(declared.copy.manifest.names), "differing": []}
