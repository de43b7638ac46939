"""Orders and environment are checked before any data is read."""

from __future__ import annotations

import pytest
from workplace import ENVIRONMENT

from greenfraud.errors import ContractError, SettingsError
from training.job.contract import FAILURE_CHARACTERS
from training.job.hyperparameters import TrainHyperparameters
from training.job.settings import Settings

ORDERS = {"execution": "e", "family": "light", "chunk": "c", "version": "v", "is_last": "true"}


def test_hyperparameters_are_strings_as_sagemaker_passes_them() -> None:
    """They become what they mean."""
    assert TrainHyperparameters.read(ORDERS).is_last is True


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"family": "medium"}, "hyperparameter family: Input should be 'baseline', 'light' or 'heavy', not 'medium'"),
        ({"epochs": "0"}, "hyperparameter epochs: Input should be greater than or equal to 1, not '0'"),
        ({"speed": "high"}, f"hyperparameter speed is unknown, known are {', '.join(TrainHyperparameters.model_fields)}"),
    ],
)
def test_an_unusable_hyperparameter_is_named_with_its_choices(change: dict[str, str], words: str) -> None:
    """Unknown names as well as impossible values."""
    with pytest.raises(ContractError) as refusal:
        TrainHyperparameters.read(ORDERS | change)
    assert words == str(refusal.value)


def test_everything_wrong_at_once_fits_into_the_failure_reason() -> None:
    """Whoever starts a job by hand reads all of it at the first try."""
    wrong = dict.fromkeys(TrainHyperparameters.model_fields, "x" * 500) | {"speed": "high"}
    del wrong["chunk"]
    with pytest.raises(ContractError) as refusal:
        TrainHyperparameters.read(wrong)
    words = f"ContractError: {refusal.value}"
    assert len(words) <= FAILURE_CHARACTERS
    faults = ("family", "chunk is missing", "is_last", "seed", "epochs", "speed is unknown")
    assert all(f"hyperparameter {fault}" in words for fault in faults)


@pytest.mark.parametrize(("value", "words"), [(None, "PUE is not set"), ("high", "PUE is not a number")])
def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch, value: str | None, words: str) -> None:
    """Whoever deploys reads which one."""
    for name, text in {**ENVIRONMENT, "MLFLOW_TRACKING_URI": "sqlite:///x", "PUE": value}.items():
        monkeypatch.delenv(name, raising=False) if text is None else monkeypatch.setenv(name, text)
    with pytest.raises(SettingsError, match=words):
        Settings.from_env()
