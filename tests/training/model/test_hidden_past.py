"""A share of rows is learned as if nobody had seen their customer or terminal, exactly as the online reader would have it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from learnable import FEATURES, rows

from greenfraud.features.interpreter import compute, vector
from greenfraud.features.manifest import load_manifest
from training.model.hidden_past import HIDDEN_SHARE, hidden, pasts_of
from training.model.learning import learn
from training.model.sample import Sample

MANIFEST = load_manifest()
DECLARED = {feature.name: feature.hash for feature in MANIFEST.features}
UNSEEN = np.array(vector(MANIFEST.names, compute(MANIFEST, (None, None), 1_700_000_000_000_000, 12_300)), np.float32)
OF_REQUEST = [place for place, feature in enumerate(MANIFEST.features) if feature.view is None]


def known(count: int) -> Sample:
    """Rows of which everything is known, and every tenth a fraud."""
    values = torch.rand(count, len(DECLARED), generator=torch.Generator().manual_seed(0)) + 1.0
    return Sample.of(values, torch.arange(count) % 10 == 0)


def test_a_row_without_any_past_is_what_the_online_reader_gives_for_entities_never_seen() -> None:
    """Counts are 0 and means are missing, to the bit; what the request says stays."""
    rows, past = known(1), pasts_of(DECLARED)
    for of in past:
        rows.values[:, of.places] = of.unseen
    expected = UNSEEN.copy()
    expected[OF_REQUEST] = rows.values[0, OF_REQUEST].numpy()
    np.testing.assert_array_equal(rows.values[0].numpy(), expected)


def test_each_past_is_hidden_as_often_and_both_too_of_frauds_and_legitimate_rows_alike() -> None:
    """So no way of being unknown says anything about fraud."""
    rows = known(20_000)
    found = hidden(rows, pasts_of(DECLARED), torch.Generator().manual_seed(1))
    assert len(found) == HIDDEN_SHARE * len(rows)
    assert float(found.is_fraud.float().mean()) == pytest.approx(0.1)
    places = [past.places for past in pasts_of(DECLARED)]
    unseen = [(torch.nan_to_num(found.values[:, of], -1.0) < 1.0).any(dim=1) for of in places]
    for customer, terminal in ((True, False), (False, True), (True, True)):
        is_this = (unseen[0] == customer) & (unseen[1] == terminal)
        assert float(is_this.float().mean()) == pytest.approx(1 / 3, abs=0.01)
        assert float(found.is_fraud[is_this].float().mean()) == pytest.approx(0.1, abs=0.01)
    assert float(rows.values.min()) >= 1.0  # the rows themselves keep their past


def test_features_that_this_release_does_not_declare_are_never_hidden() -> None:
    """Nor one that it computes otherwise by now."""
    assert pasts_of(FEATURES) == []
    otherwise = dict.fromkeys(DECLARED, "of another release")
    assert pasts_of(otherwise) == []
    assert len(hidden(rows(100), [], torch.Generator())) == 0


def test_a_large_amount_of_a_customer_never_seen_is_suspicious() -> None:
    """Though in training nobody unknown ever paid one: of known customers, large amounts were frauds."""
    drawn = torch.Generator().manual_seed(2)
    chunk = known(12_000)
    amount = DECLARED_PLACE["amount"]
    chunk.values[:, amount] = torch.where(chunk.is_fraud, 300.0, 100.0) * torch.rand(len(chunk), generator=drawn)
    is_large = chunk.values[:, amount] > 100.0
    over_mean = DECLARED_PLACE["amount_over_customer_mean_30d"]
    chunk.values[:, over_mean] = chunk.values[:, amount] / 40.0
    network = learn("light", chunk, None, DECLARED).network
    asked = torch.from_numpy(np.stack([UNSEEN, UNSEEN]))
    asked[:, amount] = torch.tensor([20.0, 1e10])
    usual, huge = network(asked).tolist()
    assert bool(is_large.any())
    assert usual < 0.3
    assert huge > 0.7


DECLARED_PLACE = {name: place for place, name in enumerate(DECLARED)}
