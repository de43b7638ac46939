"""What the features benchmark compares is what it says: the peers' values are those that the handbook defines."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.features import data
from benchmarks.features.ours import main as build
from benchmarks.own_process import run
from benchmarks.peers import numpy_20_features, numpy_features, pandas_features
from greenfraud.features.manifest import load_manifest


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hundredth of the reference world, as a file and as two lakes."""
    made = tmp_path_factory.mktemp("bench")
    data.main(str(made), "0.005")
    return made


def test_numpy_computes_what_ours_computes(folder: Path):
    """Every feature, in as many rows; but for logarithms, which ours cuts off to whole numbers of 2^-16.

    Of different ones ours tells at least how many there were, the peer exactly.
    """
    build(str(folder / "lake"))
    numpy_features.main(str(folder / "handbook.parquet"), str(folder / "all.parquet"))
    peer = pd.read_parquet(folder / "all.parquet")
    ours = pd.concat(pd.read_parquet(file) for file in sorted((folder / "lake" / "features").rglob("*.parquet")))
    assert (
        len(peer.columns) == len(ours.columns) - 5
    )  # one moment instead of two, and nothing of what became of a payment and who told it
    for feature in load_manifest().features:
        name = feature.name
        if feature.kind == "distinct":
            short = peer[name].to_numpy() - ours[name].to_numpy()
            assert short.min() == 0.0
            assert peer[name].max() > 0.0
            assert short.mean() < 0.1
            continue
        tolerance = {"rtol": 0.0, "atol": 2.0**-16} if "log_amount" in name else {"rtol": 1e-9}
        np.testing.assert_allclose(peer[name].to_numpy(), ours[name].to_numpy(), **tolerance, err_msg=name)


def test_both_peers_of_fewer_features_compute_the_same_windows(folder: Path, capsys: pytest.CaptureFixture[str]):
    """Pandas counts the transaction itself, numpy what came before it; a terminal's share is the same."""
    source = str(folder / "handbook.parquet")
    numpy_20_features.main(source, str(folder / "numpy.parquet"))
    pandas_features.main(source, str(folder / "pandas.parquet"))
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["features"] for one in said] == [20, 12]
    one, other = (
        pd.read_parquet(folder / name).set_index("TRANSACTION_ID").sort_index() for name in ("numpy.parquet", "pandas.parquet")
    )
    for days in (1, 7, 30):  # but for events of the same second, and on the border of a window
        assert np.mean(one[f"customer_count_{days}d"] + 1 == other[f"customer_count_{days}d"]) > 0.99
        assert np.mean(one[f"terminal_count_{days}d"] == other[f"terminal_count_{days}d"]) > 0.99
        risk = one[f"terminal_risk_{days}d"].fillna(0.0)
        assert np.mean(np.isclose(risk, other[f"terminal_risk_{days}d"])) > 0.99


def test_ours_covers_every_row_of_the_same_data(folder: Path, capsys: pytest.CaptureFixture[str]):
    """The last week is as short as it is."""
    build(str(folder / "lake"))
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["features"] == len(load_manifest().features)
    files = sorted((folder / "lake" / "features").rglob("*.parquet"))
    assert len(files) == 27
    assert sum(len(pd.read_parquet(file)) for file in files) == len(pd.read_parquet(folder / "handbook.parquet"))


def test_ours_computes_twenty_of_them_alone(folder: Path, capsys: pytest.CaptureFixture[str]):
    """Where it is set against peers of fewer features: their windows, with the values that the whole builder gives."""
    build(str(folder / "lake"))
    whole = pd.concat(pd.read_parquet(file) for file in sorted((folder / "lake" / "features").rglob("*.parquet")))
    build(str(folder / "lake"), "20")
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["features"] == 20
    few = pd.concat(pd.read_parquet(file) for file in sorted((folder / "lake" / "features").rglob("*.parquet")))
    assert len(few.columns) == len(whole.columns) - len(load_manifest().features) + 20
    pd.testing.assert_frame_equal(few, whole[few.columns])


def test_a_longer_history_has_as_many_days_more_and_no_id_twice(folder: Path):
    """Nor longer ids: memory and time would grow with them, not with the history."""
    days = [len(list((folder / lake / "transactions").iterdir())) for lake in ("lake", "lake_double", "lake_quadruple")]
    assert days == [days[0], 2 * days[0], 4 * days[0]]
    ids = pd.concat(pd.read_parquet(file)["transaction_id"] for file in (folder / "lake_quadruple/transactions").rglob("*.parquet"))
    assert ids.is_unique
    assert len(set(ids.str.len())) == 1


def test_a_process_of_its_own_says_its_result_and_its_peak(tmp_path: Path):
    """Peak memory counts what was allocated, in MB."""
    script = tmp_path / "allocate.py"
    script.write_text("import json\nblock = b'x' * 100_000_000\nprint('noise')\nprint(json.dumps({'length': len(block)}))\n")
    finished = run(str(script))
    assert finished.result == {"length": 100_000_000}
    assert 100 < finished.peak_mb < 10_000


def test_a_peer_stands_alone():
    """Each runs from its file, with nothing of ours to be found."""
    for peer in (numpy_features, numpy_20_features, pandas_features):
        assert "main" in runpy.run_path(str(peer.__file__))
