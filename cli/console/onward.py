"""A page that leads on by itself: the way in where an address must not be told to other programs, nor a redirect be followed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path


def onward(address: str) -> str:
    """A document that opens an address, without a script.

    >>> onward('/a"b')
    '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=/a&quot;b"><title>GreenFraud</title>'
    """
    told = escape(address)
    return f'<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url={told}"><title>GreenFraud</title>'


@contextmanager
def opening_file(address: str) -> Iterator[str]:
    """The address of a file that leads to `address` and that nobody else may read, while the block runs.

    What a browser is started with is seen by everybody on the machine.
    """
    with tempfile.NamedTemporaryFile("w", prefix="greenfraud-console-", suffix=".html", encoding="utf-8") as file:  # mode 0600
        file.write(onward(address))
        file.flush()
        yield Path(file.name).as_uri()
