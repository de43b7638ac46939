"""One embedded AWS that the tests share, and hand-written stacks on it."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.local import workbench
from tests.local.stacks import Stacks
from tests.local.workbench import Embedded, shared


@pytest.fixture(scope="session")
def embedded() -> Embedded:
    """A server that checks signatures."""
    return shared()


@pytest.fixture(scope="session")
def strict() -> Embedded:
    """A server as `make run` starts it, which also answers to the name `platform`."""
    return workbench.strict()


@pytest.fixture
def stacks(embedded: Any) -> Stacks:
    """Stacks on the shared server."""
    return Stacks(embedded)


@pytest.fixture
def stack_name() -> str:
    """A stack name no other test uses."""
    return f"Test{uuid.uuid4().hex[:8]}"
