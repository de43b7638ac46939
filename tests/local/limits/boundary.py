"""What a test of a limit needs: the figure itself, the figure and one, and what is answered to each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from botocore.exceptions import ClientError

from local.limits import limits

at_the_limit = pytest.mark.parametrize("beyond", [0, 1], ids=["exactly", "one more"])


@contextmanager
def refused_beyond(name: str, beyond: int, words: str = "") -> Iterator[None]:
    """The block's request passes at the figure, and is refused beyond it with the limit's own code and these words."""
    if not beyond:
        yield
        return
    with pytest.raises(ClientError) as refused:
        yield
    error = refused.value.response["Error"]
    assert error["Code"] == limits()[name].answer
    assert words in error["Message"]
