"""One loaded model: its manifest, its session, and the probabilities it gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import onnxruntime

from greenfraud.bundle import MODEL_FILE, BundleManifest
from greenfraud.errors import BundleError
from greenfraud.features.interpreter import vector
from greenfraud.features.manifest import Manifest
from greenfraud.onnx_session import PROVIDERS, single_threaded

Values = Mapping[str, float | None]
Rows = npt.NDArray[np.float32]


class Model:
    """A bundle that passed every check and answers."""

    def __init__(self, bundle: BundleManifest, session: onnxruntime.InferenceSession) -> None:
        self.bundle = bundle
        self._session = session
        self._input = session.get_inputs()[0].name
        self._output = session.get_outputs()[0].name

    @classmethod
    def load(cls, bundle: BundleManifest, files: Mapping[str, bytes], computed: Manifest) -> Model:
        """Verify files, features and golden vectors; raises BundleError naming what is wrong."""
        bundle.verify_files(files)
        bundle.verify_features(computed)
        try:
            model = cls(bundle, _session(files[MODEL_FILE]))
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
        (output,) = self._session.run([self._output], {self._input: np.asarray(rows, dtype=np.float32)})
        return [float(value) for value in output.reshape(-1)]

    def contributions(self, row: Sequence[float], probability: float) -> dict[str, float]:
        """What each feature adds to the probability: the loss when it alone takes its typical value (one run)."""
        names = self.bundle.feature_names
        occluded = np.tile(np.asarray(row, dtype=np.float32), (len(names), 1))
        np.fill_diagonal(occluded, [_number(self.bundle.reference.get(name)) for name in names])
        return {name: probability - without for name, without in zip(names, self.probabilities(occluded), strict=True)}

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
