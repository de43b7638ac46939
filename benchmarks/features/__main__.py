"""The comparison. Whoever is measured runs in a process of its own, in turns; the best of three runs counts."""

from __future__ import annotations

import importlib.util
import tempfile
from pathlib import Path

from benchmarks.options import parser
from benchmarks.own_process import Finished, run
from benchmarks.progress import Progress
from benchmarks.report import FOLDER, publish

ROUNDS = 3
RUNS = 1 + 4 * ROUNDS + 1 + 2  # data, rounds of four, pandas, longer histories
PEERS = {
    "pandas": "the handbook's 12 features by groupby-rolling, whole file in memory; Parquet to Parquet, once",
    "numpy": "the same features by searchsorted and cumulative sums, whole file in memory; Parquet to Parquet, best of 3",
    "numpy_20": "the 20 of them that the project began with, likewise",
}


def main() -> None:
    """Make the data, let everyone compute, publish."""
    options = parser(__doc__ or "").parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        data = [str(options.data)] if options.data else []
        progress = Progress("features", RUNS)
        rows = run("-m", "benchmarks.features.data", folder, str(options.scale), *data).result["rows"]
        progress.finish("data")
        publish("features", {"rows": rows, **_measures(Path(folder), progress)}, PEERS)


def _measures(folder: Path, progress: Progress) -> dict[str, float]:
    rounds = []
    for _ in range(ROUNDS):
        ours = run("-m", "benchmarks.features.ours", str(folder / "lake"))
        ours_20 = run("-m", "benchmarks.features.ours", str(folder / "lake"), "20")
        rounds.append((ours, ours_20, _peer("numpy", folder), _peer("numpy_20", folder)))
        progress.finish("one round", parts=len(rounds[-1]))
    pandas = _peer("pandas", folder)
    progress.finish("pandas")
    double, quadruple = (_longer(folder / f"lake_{size}", progress) for size in ("double", "quadruple"))
    best, best_20, numpy, numpy_20 = (min(finished, key=_seconds) for finished in zip(*rounds, strict=True))
    return {
        "features": best.result["features"],
        "ours_seconds": _seconds(best),
        "ours_cpu_seconds": best.result["cpu_seconds"],
        "ours_peak_mb": best.peak_mb,
        "ours_seconds_double": _seconds(double),
        "ours_peak_mb_double": double.peak_mb,
        "ours_seconds_quadruple": _seconds(quadruple),
        "ours_peak_mb_quadruple": quadruple.peak_mb,
        "ours_20_features": best_20.result["features"],
        "ours_20_seconds": _seconds(best_20),
        **_figures("numpy", numpy),
        "numpy_cpu_seconds": numpy.result["cpu_seconds"],
        **_figures("numpy_20", numpy_20),
        **_figures("pandas", pandas),
        "pandas_over_ours": _seconds(pandas) / _seconds(best),
        "pandas_over_ours_20": _seconds(pandas) / _seconds(best_20),
        "numpy_over_ours": _seconds(numpy) / _seconds(best),
        "numpy_20_over_ours_20": _seconds(numpy_20) / _seconds(best_20),
    }


def _longer(lake: Path, progress: Progress) -> Finished:
    finished = run("-m", "benchmarks.features.ours", str(lake))
    progress.finish(lake.name)
    return finished


def _figures(name: str, peer: Finished) -> dict[str, float]:
    return {
        f"{name}_features": peer.result["features"],
        f"{name}_seconds": _seconds(peer),
        f"{name}_compute_seconds": peer.result["compute_seconds"],
        f"{name}_peak_mb": peer.peak_mb,
    }


def _seconds(finished: Finished) -> float:
    return float(finished.result["seconds"])


def _peer(name: str, folder: Path) -> Finished:
    spec = importlib.util.find_spec(f"benchmarks.peers.{name}_features")
    assert spec is not None
    return run(str(spec.origin), str(folder / "handbook.parquet"), str(folder / f"{name}.parquet"))


if __name__ == "__main__":
    main()
