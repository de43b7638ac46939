"""One embedded AWS that the tests of the executors share."""

from __future__ import annotations

import pytest

from tests.local.workbench import Embedded, shared


@pytest.fixture(scope="session")
def embedded() -> Embedded:
    """A server that checks signatures."""
    return shared()
