"""Tasks of one test alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from breakable_tasks import SOURCE, Works

from tests.local.workbench import Embedded


@pytest.fixture
def works(embedded: Embedded, tmp_path: Path) -> Works:
    """Tasks that this test may break, on the shared server."""
    name = embedded.function(SOURCE.format(folder=str(tmp_path)))
    arn = embedded.client("lambda").get_function(FunctionName=name)["Configuration"]["FunctionArn"]
    embedded.invoke(name, {"key": "first"})  # starting a function takes long on a busy machine, and no time of the tests
    (tmp_path / "began").unlink()
    return Works(embedded, tmp_path, arn)
