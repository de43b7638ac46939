"""A part of a page that cannot be made says so in its place, and the rest of the page stands."""

from __future__ import annotations

import logging
from collections.abc import Callable

from greenfraud.faults import told
from reporting.frame import section
from reporting.markup import element, words

log = logging.getLogger(__name__)


def attempt(title: str, make: Callable[[], str]) -> str:
    """Return a section with what `make` returns; what it raises is logged, and its class stands in the section."""
    try:
        return section(title, make())
    except Exception as error:
        log.warning("report: %s cannot be shown: %s", title, told(error))
        fault = f"unavailable: this part could not be made ({type(error).__name__}); the job's log says more"
        return section(title, element("p", words(fault), class_="unavailable"))
