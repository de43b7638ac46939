"""A promotion's entry tells what it changes, or why that cannot be told; no promotion fails for it."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import EndpointConnectionError
from bundle_world import bundle, put_bundle
from control_world import EXECUTION
from models_world import JUDGED, PROMOTE, ROLLBACK, ask, make, promoted_twice

from functions.control.documents import Artifacts
from greenfraud.canonical import sha256_hex
from greenfraud.ledger_chain import verify
from tests.told_changes import figures

KEY = f"executions/{EXECUTION}/curves.json"


@pytest.fixture
def world(start, s3, dynamodb):
    """Two promotions, the second of which serves; their figures are gone."""
    return promoted_twice(start, s3, dynamodb)


def leave(world, document):
    """The figures of the execution, as they are stored."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    world.s3.put_object(Bucket="artifacts", Key=KEY, Body=body)
    return body


def promoted(world, told):
    """The entry of a third model's promotion by the pipeline, of which this is told."""
    leave(world, {"changes": {"light/v3": told}})
    world.promote("v3")
    return world.ledger()[-1]


def test_the_pipelines_entry_tells_what_changes_and_where_the_full_figures_are(world):
    """By key and digest; the chain and the copy cover it."""
    body = leave(world, {"changes": {"light/v3": figures("light/v2")}})
    world.promote("v3")
    changes = world.ledger()[-1]["changes"]
    assert changes["against"] == "light/v2"
    assert (changes["raised"]["rows"], changes["dropped"]["rows"]) == (12, 4)
    assert changes["figures"] == {"key": KEY, "sha256": sha256_hex(body)}
    assert verify(world.stored(), world.archived(), 3) == []
    forged = [one._replace(text=one.text.replace('"rows": 12', '"rows": 2')) for one in world.stored()]
    assert [one.kind for one in verify(forged, world.archived(), 3)] == ["changed"]


def test_a_person_promotes_on_the_figures_of_the_execution_that_trained_the_model(world):
    """Told against whom it was judged by, though another one serves meanwhile."""
    make(world, JUDGED, "promote")
    leave(world, {"changes": {f"light/{JUDGED}": figures("light/v1")}})
    assert ask(world, PROMOTE, model=f"light/{JUDGED}")[0] == 200
    entry = world.ledger()[-1]
    assert (entry["previous"]["version"], entry["changes"]["against"]) == ("v2", "light/v1")
    assert entry["changes"]["figures"]["key"] == KEY


def test_of_a_model_that_no_kept_execution_trained_nothing_can_be_told(world):
    """It is promoted all the same, where that is meant."""
    make(world, "v9")
    assert ask(world, PROMOTE, model="light/v9", confirmed=True)[0] == 200
    assert world.ledger()[-1]["changes"] == {"reason": "of the execution that trained it nothing is kept"}


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (None, f"there is no {KEY}"),
        ({"schema": 1}, f"{KEY} is of a release that told of no changes"),
        ({"changes": {}}, f"{KEY} tells nothing of it: it was compared with nothing"),
        ({"changes": {"reason": "it could not be told (KeyError)"}}, f"{KEY} tells nothing of it: it could not be told (KeyError)"),
        ({"changes": {"light/v3": figures(sha256="0" * 64)}}, f"{KEY} tells of another bundle of this name"),
        ({"changes": {"light/v3": {"against": "light/v2"}}}, "its figures cannot be read (KeyError)"),
        (b"{", f"{KEY} is not a JSON object"),
        (b"[" * 100_000, "the figures could not be had (RecursionError)"),
        (b" " * (4 * 2**20 + 1), f"{KEY} has 4,194,305 bytes, of which 4,194,304 at most are read"),
    ],
)
def test_what_cannot_be_told_says_why_and_the_promotion_stands(world, document, reason):
    """Gone, of an earlier release, of nobody, of other bytes, damaged, too large."""
    if document is not None:
        leave(world, document)
    world.promote("v3")
    assert world.in_production() == "v3"
    assert world.ledger()[-1]["changes"] == {"reason": reason}


def test_a_store_that_does_not_answer_for_figures_stops_no_promotion(world, monkeypatch):
    """Whatever it raises; the entry names the class alone."""
    read = Artifacts.read

    def fail(self, key, *known, **told):
        if key == KEY:
            raise EndpointConnectionError(endpoint_url="https://C0815.example")
        return read(self, key, *known, **told)

    monkeypatch.setattr(Artifacts, "read", fail)
    world.promote("v3")
    assert world.ledger()[-1]["changes"] == {"reason": "the figures could not be had (EndpointConnectionError)"}


def test_a_first_model_tells_what_it_decides_otherwise_than_the_rules(world):
    """And why no scores are compared."""
    shift = {"reason": "no model answered until then"}
    changes = promoted(world, figures("rules", score_shift=shift, examples=[], groups=[]))["changes"]
    assert (changes["against"], changes["score_shift"], changes["raised"]["rows"]) == ("rules", shift, 12)


def test_a_rollback_refers_to_the_entry_that_tells_of_what_it_takes_back(world):
    """No figure is repeated: they are of the payments of then."""
    promoted(world, figures("light/v2"))
    world.roll_back()
    words = "a rollback compares nothing: it takes back what entry 3 tells, against light/v2"
    assert world.ledger()[-1]["changes"] == {"reason": words, "entry": 3, "against": "light/v2"}


def test_a_rollback_further_than_what_was_compared_says_that_nobody_did(world):
    """And against whom the entry tells."""
    promoted(world, figures("light/v2"))
    ask(world, ROLLBACK, model="light/v1")
    words = "nobody compared light/v3 with light/v1: entry 3 tells what it changed against light/v2"
    assert world.ledger()[-1]["changes"] == {"reason": words, "entry": 3, "against": "light/v2"}


def test_a_rollback_from_what_nobody_told_of_tells_nothing(world):
    """As of every promotion of earlier releases."""
    world.roll_back()
    assert world.ledger()[-1]["changes"] == {"reason": "a rollback compares nothing, and no entry tells what light/v2 changed"}


def test_what_changes_no_production_tells_of_no_change(world):
    """A shadow answers nobody."""
    put_bundle(world.s3, bundle("v3"))
    assert ask(world, "POST /v1/production/shadow", model="light/v3")[0] == 200
    assert world.ledger()[-1]["changes"] == {}
