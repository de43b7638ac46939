"""A dataclass is read from the environment, and what is wrong there is named."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from typing import Literal

import pytest

from greenfraud.errors import SettingsError
from greenfraud.settings import read_settings


@dataclass(frozen=True)
class Example:
    """One field of each kind."""

    table: str
    client: Literal["lean", "boto3"]
    pue: float
    memory: int = 1769


GIVEN = {"TABLE": "t", "CLIENT": "lean", "PUE": "1.135"}


def test_fields_in_upper_case_are_the_variables():
    """Texts, choices and numbers; what has a default may be left out, or empty."""
    assert read_settings(Example, GIVEN) == read_settings(Example, GIVEN | {"MEMORY": ""}) == Example("t", "lean", 1.135)
    assert read_settings(Example, GIVEN | {"MEMORY": "512"}).memory == 512


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"TABLE": ""}, "environment variable TABLE is not set"),
        ({"CLIENT": "boto"}, "environment variable CLIENT is 'boto', choose one of lean, boto3"),
        ({"PUE": "high"}, "environment variable PUE is not a number: 'high'"),
        ({"MEMORY": "1.5"}, "environment variable MEMORY is not a whole number: '1.5'"),
    ],
)
def test_a_variable_at_fault_is_named_with_its_reason(change: dict[str, str], words: str):
    """The error keeps both apart, in another process too."""
    with pytest.raises(SettingsError) as refusal:
        read_settings(Example, GIVEN | change)
    assert str(refusal.value) == str(pickle.loads(pickle.dumps(refusal.value))) == words
    assert refusal.value.variable == next(iter(change))
