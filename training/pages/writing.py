"""Pages are made and kept one by one: a fault in one is logged, and neither the others nor the job fail by it."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from greenfraud.faults import told, trail_of
from greenfraud.page_keys import card_key, report_page_key, validation_key
from reporting.cards.page import card_page, validation_page
from reporting.cards.subject import Subject
from reporting.execution.page import page

if TYPE_CHECKING:
    from collections.abc import Callable

    from reporting.execution.documents import Documents
    from training.job.bucket import Bucket

log = logging.getLogger(__name__)


def write_pages(artifacts: Bucket, gather: Callable[[], Documents]) -> None:
    """Gather, draw, store."""
    try:
        pages = pages_of(gather())
    except Exception as error:
        log.warning("report: no page can be made: %s; by way of %s", told(error), trail_of(error))
        return
    for key, make in pages.items():
        try:
            artifacts.put_page(key, make())
            log.info("report: s3://%s/%s", artifacts.name, key)
        except Exception as error:
            log.warning("report: %s is not there: %s; by way of %s", key, told(error), trail_of(error))


def pages_of(documents: Documents) -> dict[str, Callable[[], str]]:
    """What makes each page, by its key."""
    pages: dict[str, Callable[[], str]] = {report_page_key(documents.execution): partial(page, documents)}
    for subject in Subject.all_of(documents):
        pages[card_key(documents.execution, subject.family)] = partial(card_page, subject)
        pages[validation_key(documents.execution, subject.family)] = partial(validation_page, subject)
    return pages
