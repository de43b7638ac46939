"""Orders and environment are checked before any data is read."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from workplace import ENVIRONMENT

from greenfraud.errors import ContractError
from training.hyperparameters import TrainHyperparameters
from training.settings import Settings

ORDERS = {"execution": "e", "family": "light", "chunk": "c", "version": "v", "is_last": "true", "as_of": "2018-06-01T00:00:00Z"}


def test_hyperparameters_are_strings_as_sagemaker_passes_them() -> None:
    """They become what they mean."""
    assert TrainHyperparameters.model_validate(ORDERS).is_last is True


@pytest.mark.parametrize("change", [{"family": "medium"}, {"speed": "high"}, {"epochs": "0"}])
def test_an_unusable_hyperparameter_is_refused(change: dict[str, str]) -> None:
    """Unknown names as well as impossible values."""
    with pytest.raises(ValidationError, match=next(iter(change))):
        TrainHyperparameters.model_validate(ORDERS | change)


@pytest.mark.parametrize(("value", "words"), [(None, "PUE is not set"), ("high", "PUE is not a number")])
def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch, value: str | None, words: str) -> None:
    """Whoever deploys reads which one."""
    for name, text in {**ENVIRONMENT, "MLFLOW_TRACKING_URI": "sqlite:///x", "PUE": value}.items():
        monkeypatch.delenv(name, raising=False) if text is None else monkeypatch.setenv(name, text)
    with pytest.raises(ContractError, match=words):
        Settings.from_env()
