"""One loaded model: its manifest, its session, and the probabilities it gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import onnxruntime

from functions.score.contributions import Contributions
from greenfraud.bundle import LOG_ODDS, MODEL_FILE, BundleManifest
from greenfraud.errors import BundleError
from greenfraud.explanation import Contribution
from greenfraud.features.interpreter import vector
from greenfraud.features.manifest import Manifest
from greenfraud.onnx_session import PROVIDERS, single_threaded

Values = Mapping[str, float | None]
Rows = npt.NDArray[np.float32]
# Of a model that gives no log odds, a probability of 1 means at least those of the last single below it: 16.6.
LEAST, MOST = float(np.finfo(np.float32).tiny), float(np.nextafter(np.float32(1), np.float32(0)))


class Model:
    """A bundle that passed every check and answers."""

    def __init__(self, bundle: BundleManifest, session: onnxruntime.InferenceSession, computed: Manifest) -> None:
        self.bundle = bundle
        self._session = session
        self._input = session.get_inputs()[0].name
        self._outputs = [output.name for output in session.get_outputs()]
        self._contributions = Contributions.of_bundle(bundle, computed)

    @classmethod
    def load(cls, bundle: BundleManifest, files: Mapping[str, bytes], computed: Manifest) -> Model:
        """Verify files, features and golden vectors; raises BundleError naming what is wrong."""
        bundle.verify_files(files)
        bundle.verify_features(computed)
        try:
            model = cls(bundle, _session(files[MODEL_FILE]), computed)
            model._verify_golden()
        except BundleError:
            raise
        except Exception as error:  # onnxruntime raises classes of its own, one per status
            raise BundleError(f"the model does not run: {type(error).__name__}") from error
        return model

    def row(self, values: Values) -> list[float]:
        """The values in the model's order, NaN for what is missing."""
        return vector(self.bundle.feature_names, values)

    def probabilities(self, rows: Rows | Sequence[Sequence[float]]) -> list[float]:
        """Fraud probability of each row of raw feature values."""
        return [float(value) for value in self._run(self._outputs[0], np.asarray(rows, dtype=np.float32))]

    def log_odds(self, rows: Rows) -> npt.NDArray[np.float64]:
        """Log odds of fraud of each row: the model's own, or those of its probability within what a single tells from 0 and 1."""
        if LOG_ODDS in self._outputs:
            return self._run(LOG_ODDS, rows).astype(np.float64)
        probability = np.clip(self._run(self._outputs[0], rows).astype(np.float64), LEAST, MOST)
        return np.log(probability) - np.log1p(-probability)

    def contributions(self, row: Sequence[float]) -> list[Contribution]:
        """What each group of features adds to the log odds (one run); see `contributions`."""
        return self._contributions.of(row, self.log_odds)

    def _run(self, output: str, rows: Rows) -> Rows:
        (answer,) = self._session.run([output], {self._input: rows})
        return np.asarray(answer).reshape(-1)

    def _verify_golden(self) -> None:
        if not self.bundle.golden:
            raise BundleError("the bundle has no golden vectors")
        rows = [[_number(value) for value in vector["inputs"]] for vector in self.bundle.golden]
        expected = [vector["probability"] for vector in self.bundle.golden]
        gaps = [abs(got - want) for got, want in zip(self.probabilities(rows), expected, strict=True)]
        if not all(gap <= self.bundle.golden_tolerance for gap in gaps):  # `not all`: a NaN is no match
            raise BundleError(f"golden vectors differ by {max(gaps):.3g}, more than {self.bundle.golden_tolerance:g}")


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)


def _session(content: bytes) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(content, single_threaded(onnxruntime.SessionOptions()), providers=PROVIDERS)
