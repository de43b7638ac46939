"""Every formula of the core shows its result, and the result is true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import greenfraud

MODULES = [module.name for module in pkgutil.walk_packages(greenfraud.__path__, "greenfraud.")]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_every_module_hold(name: str):
    """An example in a docstring that no longer holds is a lie."""
    assert doctest.testmod(importlib.import_module(name)).failed == 0
