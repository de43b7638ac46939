"""Keys of the pages that an execution leaves among the artifacts: for persons, where `naming` has what programs read."""

from __future__ import annotations

PAGES, REPORT_PAGE = "reports/", "report.html"


def pages_prefix(execution: str) -> str:
    """Return where the pages of one execution lie."""
    return f"{PAGES}{execution}/"


def report_page_key(execution: str) -> str:
    """Return the key of the page that tells of an execution.

    >>> report_page_key("0123456789ab")
    'reports/0123456789ab/report.html'
    """
    return f"{pages_prefix(execution)}{REPORT_PAGE}"


def card_key(execution: str, family: str) -> str:
    """Return the key of the model card of a family's newest model.

    >>> card_key("0123456789ab", "light")
    'reports/0123456789ab/light-card.html'
    """
    return f"{pages_prefix(execution)}{family}-card.html"


def validation_key(execution: str, family: str) -> str:
    """Return the key of the validation report of a family's newest model.

    >>> validation_key("0123456789ab", "light")
    'reports/0123456789ab/light-validation.html'
    """
    return f"{pages_prefix(execution)}{family}-validation.html"
