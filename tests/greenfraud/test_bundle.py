"""A bundle proves what it is, or is not served."""

from __future__ import annotations

import hashlib

import pytest

from greenfraud.bundle import BundleManifest
from greenfraud.errors import BundleError
from greenfraud.features.manifest import load_manifest

MODEL = b"onnx"
FEATURES = [{"name": feature.name, "hash": feature.hash} for feature in load_manifest().features[:2]]


def bundle(**changes) -> BundleManifest:
    """Return a complete manifest, changed as told."""
    body = {
        "schema": 1,
        "family": "light",
        "version": "v1",
        "features": FEATURES,
        "files": {"model.onnx": hashlib.sha256(MODEL).hexdigest()},
        "golden": [{"inputs": [1.0, None], "probability": 0.5}],
    }
    return BundleManifest.from_json(body | changes)


def test_a_manifest_survives_its_bytes():
    """And the digest is that of the stored file."""
    manifest = bundle()
    assert BundleManifest.from_bytes(manifest.to_bytes()) == manifest
    assert manifest.digest() == hashlib.sha256(manifest.to_bytes()).hexdigest()


def test_a_bundle_that_is_older_than_a_field_can_still_be_read():
    """What nobody recorded then is empty, not wrong."""
    assert bundle().provenance == {}


def test_exactly_the_listed_files_are_accepted():
    """Byte for byte."""
    bundle().verify_files({"model.onnx": MODEL})


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"model.onnx": b"other"}, "altered after training: model.onnx"),
        ({}, "the manifest lists"),
        ({"model.onnx": MODEL, "extra.py": b""}, "extra.py"),
    ],
)
def test_other_files_are_refused(files: dict[str, bytes], message: str):
    """Missing, altered and additional files alike."""
    with pytest.raises(BundleError, match=message):
        bundle().verify_files(files)


@pytest.mark.parametrize(
    "change",
    [
        {"schema": 2},
        {"files": {}},
        {"features": [{"name": "amount"}]},
        {"golden": [{"inputs": [1.0], "probability": 0.5}]},
    ],
)
def test_an_incomplete_manifest_is_no_bundle(change):
    """It does not exist for whoever serves."""
    with pytest.raises(BundleError):
        bundle(**change)


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b'{"schema": 1}'])
def test_bytes_that_are_no_manifest_are_refused(content: bytes):
    """A half-written file is not a model."""
    with pytest.raises(BundleError):
        BundleManifest.from_bytes(content)


def test_a_model_is_servable_while_its_features_are_computed_as_it_learned_them():
    """A new feature does not break an old model, a changed one does."""
    bundle().verify_features(load_manifest())
    with pytest.raises(BundleError, match="amount"):
        bundle(features=[{"name": "amount", "hash": "0" * 16}, FEATURES[1]]).verify_features(load_manifest())
