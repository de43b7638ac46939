"""What is told of an error names its class and place, and never what it choked on."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError
from pydantic import BaseModel, ValidationError

from greenfraud.chunks import Chunk
from greenfraud.errors import ContractError, InvalidInput
from greenfraud.faults import edge, place_of, told, trail_of

CARD, CUSTOMER = "4111111111111111", "c0001"


class Row(BaseModel):
    """A stand-in of what pydantic checks."""

    amount: int


def refused() -> ClientError:
    """DynamoDB's refusal, whose message quotes a key."""
    response = {"Error": {"Code": "ValidationException", "Message": f"bad key {CUSTOMER}"}}
    return ClientError(response, "PutItem")  # type: ignore[arg-type]


def chained() -> None:
    """An error that was raised from another one."""
    try:
        int(CARD + "x")
    except ValueError as error:
        raise RuntimeError(f"row of {CUSTOMER}") from error


def unrelated() -> None:
    """An error while another one was handled."""
    try:
        {}[CUSTOMER]
    except KeyError:
        json.loads(f"{CARD}!")


def grouped() -> None:
    """Errors of several tasks."""
    raise ExceptionGroup(CARD, [ValueError(CARD), KeyError(CUSTOMER), ExceptionGroup("inner", [OSError(CARD)])])


def raised_by(cause) -> Exception:
    """What a call raises, or the error itself, raised."""
    act = (lambda: raised(cause)) if isinstance(cause, Exception) else cause
    with pytest.raises(Exception) as caught:
        act()
    return caught.value


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (ValueError(f"card {CARD} of {CUSTOMER}"), "ValueError at "),
        (KeyError(CUSTOMER), "KeyError at "),
        (chained, "RuntimeError at "),
        (unrelated, "JSONDecodeError at "),
        (grouped, "ExceptionGroup of 3 (ValueError; KeyError; ExceptionGroup of 1 (OSError))"),
        (refused(), "ClientError PutItem ValidationException at "),
        (lambda: Row.model_validate({"amount": CARD + "x"}), "ValidationError at "),
        (lambda: Chunk.parse(f"{CUSTOMER}"), f"InvalidInput: chunk: {CUSTOMER!r} is not of the form"),
    ],
)
def test_a_class_and_a_place_are_told_and_no_value(cause, words):
    """Of foreign errors; ours say what we wrote of an operator's input."""
    error = raised_by(cause)
    assert told(error).startswith(words)
    assert CARD not in told(error) + trail_of(error)
    assert CUSTOMER not in told(error).replace(words, "") + trail_of(error)


def test_every_cause_is_told():
    """From the outermost to the first, also where nobody wrote `from`."""
    assert told(raised_by(chained)).split(", from ")[1].startswith("ValueError at ")
    assert told(raised_by(unrelated)).split(", from ")[1].startswith("KeyError at ")


def test_the_place_is_in_our_own_code():
    """Not somewhere in a library, unless ours is not involved."""
    assert place_of(raised_by(lambda: Chunk.parse("2018"))).startswith("greenfraud.chunks:")
    assert place_of(ValueError("never raised")) == ""
    assert "json.decoder:" in trail_of(raised_by(lambda: json.loads("{")))


def test_a_loop_of_causes_ends():
    """A chain that leads back to itself."""
    first, second = ValueError(CARD), KeyError(CARD)
    first.__cause__, second.__cause__ = second, first
    assert told(first).count("ValueError") <= 3


def test_an_operation_that_is_no_name_is_left_out():
    """Whatever stands where a code should."""
    error = ClientError({"Error": {"Code": f"card {CARD}"}}, "PutItem")  # type: ignore[arg-type]
    assert told(error) == "ClientError PutItem"


@pytest.mark.parametrize("error", [InvalidInput("chunk", "is empty"), ContractError("plan.json is not JSON")])
def test_the_edge_lets_our_own_errors_pass(error):
    """A state machine goes by their names, a person by their words."""
    with pytest.raises(type(error)) as passed:
        edge(lambda *_: raised(error))({}, None)
    assert passed.value is error


def test_the_edge_keeps_of_a_foreign_error_its_name_and_place():
    """The runtime logs its text, and answers it to the caller."""
    with pytest.raises(Exception, match=r"^KeyError at ") as refusal:
        edge(lambda event, _: event[CUSTOMER])({}, None)
    assert type(refusal.value).__name__ == "KeyError"
    assert refusal.value.__suppress_context__
    assert refusal.value.__cause__ is None


def raised(error: Exception) -> None:
    """Raise it."""
    raise error


def test_pydantic_alone_would_have_told():
    """The test above would notice if nothing needed to be hidden."""
    with pytest.raises(ValidationError, match=CARD):
        Row.model_validate({"amount": CARD + "x"})
