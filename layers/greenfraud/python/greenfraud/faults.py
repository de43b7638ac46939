"""What may be told of an error, in a log, a job's FailureReason or an answer: its class and its place, never a value.

Texts of foreign exceptions quote what they choked on: a row, a key, an id. Our own errors say what we wrote, which names fields,
choices and stored objects; a test keeps foreign texts out of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import wraps
from types import FrameType
from typing import Any

from greenfraud.errors import GreenFraudError

OURS = frozenset({"cli", "feature_repo", "functions", "greenfraud", "intake", "local", "reporting", "training"})
CAUSES = 5  # of a chain, the outermost
GROUPED = 3  # of a group
CODE = re.compile(r"[A-Za-z0-9.:_-]{1,80}", re.ASCII)
Handler = Callable[[Any, Any], Any]


def told(error: BaseException) -> str:
    """Return what is known of an error and of what it came from.

    >>> told(KeyError("C0001"))
    'KeyError'
    """
    return ", from ".join(_told(one) for one in _chain(error))


def place_of(error: BaseException) -> str:
    """Return the innermost place in our own code, or in any where ours is not involved, as `module:line`; empty if never raised."""
    places = list(_places(error))
    ours = [place for place in places if place.partition(".")[0] in OURS]
    return (ours or places or [""])[-1]


def trail_of(error: BaseException) -> str:
    """Return every place on the way, from the outermost to where it was raised."""
    return " > ".join(_places(error))


def edge(handler: Handler) -> Handler:
    """Return a Lambda's handler that says no more of a foreign error than may be told: the runtime logs and answers its text."""

    @wraps(handler, updated=())
    def guarded(event: Any, context: Any) -> Any:
        try:
            return handler(event, context)
        except GreenFraudError:
            raise
        except Exception as error:  # the edge of the program
            same_class = type(type(error).__name__, (Exception,), {})  # a state machine's Retry goes by its name
            raise same_class(told(error)) from None

    return guarded


def _told(error: BaseException) -> str:
    name = type(error).__name__
    if isinstance(error, GreenFraudError):
        return f"{name}: {error}"
    if isinstance(error, BaseExceptionGroup):
        listed = "; ".join(told(one) for one in error.exceptions[:GROUPED])
        return f"{name} of {len(error.exceptions)} ({listed})"
    words = " ".join(part for part in (name, _code(error)) if part)
    place = place_of(error)
    return f"{words} at {place}" if place else words


def _code(error: BaseException) -> str:
    """Return operation and code of an AWS error, as botocore's ClientError knows them."""
    response, operation = getattr(error, "response", None), getattr(error, "operation_name", None)
    details = response.get("Error") if isinstance(response, dict) else None
    code = details.get("Code") if isinstance(details, dict) else None
    return " ".join(part for part in (operation, code) if isinstance(part, str) and CODE.fullmatch(part))


def _chain(error: BaseException) -> Iterator[BaseException]:
    one: BaseException | None = error
    for _ in range(CAUSES):
        if one is None:
            return
        yield one
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)


def _places(error: BaseException) -> Iterator[str]:
    step = error.__traceback__
    while step is not None:
        yield f"{_module(step.tb_frame)}:{step.tb_lineno}"
        step = step.tb_next


def _module(frame: FrameType) -> str:
    spec = frame.f_globals.get("__spec__")  # knows the name of a module that is run as __main__
    return str(getattr(spec, "name", None) or frame.f_globals.get("__name__", "unknown"))
