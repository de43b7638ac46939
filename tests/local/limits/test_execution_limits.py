"""What an execution carries, and how long its history grows."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError
from boundary import at_the_limit

from local.limits import figure, limits
from tests.local.workbench import chain

MOST = figure("states_data")
LONG = "def handler(event, context): return 'x' * (event['size'] - 2)"


def document(size: int) -> dict:
    """Input of so many bytes."""
    return {"x": "y" * (size - len('{"x": ""}'))}


@at_the_limit
def test_the_input_of_an_execution_has_a_size(strict, beyond):
    """In bytes: letters with accents take two."""
    client, machine = strict.client("stepfunctions"), strict.machine(chain(Done={"Type": "Pass"}))
    text = json.dumps({"x": "é" * (MOST // 2 - 8) + "{}"}, ensure_ascii=False)
    text = text.replace("{}", "y" * (MOST - len(text.encode()) + 2 + beyond))
    assert len(text.encode()) == MOST + beyond
    if not beyond:
        client.start_execution(stateMachineArn=machine, input=text)
        return
    with pytest.raises(ClientError, match="length less than or equal to 262144"):
        client.start_execution(stateMachineArn=machine, input=text)


@at_the_limit
@pytest.mark.parametrize("catcher", ["States.DataLimitExceeded", "States.ALL"])
def test_the_result_of_a_task_has_a_size(strict, catcher, beyond):
    """Its own name catches it, States.ALL does not; what the state then keeps of the result does not matter."""
    task = {
        "Type": "Task",
        "Resource": strict.client("lambda").get_function(FunctionName=strict.function(LONG))["Configuration"]["FunctionArn"],
        "ResultPath": None,
        "Catch": [{"ErrorEquals": [catcher], "Next": "Caught", "ResultPath": None}],
        "End": True,
    }
    definition = {"StartAt": "Long", "States": {"Long": task, "Caught": {"Type": "Pass", "Result": "caught", "End": True}}}
    ended = strict.execute(definition, {"size": MOST + beyond})
    expected = "SUCCEEDED" if not beyond or catcher != "States.ALL" else "FAILED"
    assert ended["status"] == expected
    if not beyond:
        assert ended["output"] == {"size": MOST}
    elif expected == "SUCCEEDED":
        assert ended["output"] == "caught"
    else:
        assert ended["error"] == limits()["states_data"].answer
        assert ended["cause"].endswith("returned a result with a size exceeding the maximum number of bytes service limit.")


@at_the_limit
def test_the_output_of_a_state_has_a_size(strict, beyond):
    """Here of one that makes its input larger."""
    wrap = {"Type": "Pass", "Parameters": {"x.$": "$.x", "more": "z" * (1000 + beyond)}}
    size = MOST - len(',"more":""') - 1000 + 1  # the input is sent with a space that is not counted
    ended = strict.execute(chain(Wrap=wrap), document(size))
    assert ended["status"] == ("FAILED" if beyond else "SUCCEEDED")
    assert ended.get("error") == (limits()["states_data"].answer if beyond else None)


@at_the_limit
def test_the_input_of_a_state_has_a_size(strict, beyond):
    """Here of a Map's first state, whose item is selected larger than the Map's own input."""
    inner = {"StartAt": "In", "States": {"In": {"Type": "Pass", "Result": 1, "End": True}}}
    selector = {"a.$": "$.a", "b.$": "$.a", "c.$": "$.c"}
    each = {"Type": "Map", "ItemsPath": "$.items", "ItemSelector": selector, "ItemProcessor": inner}
    given = {"a": "y" * 100_000, "c": "z" * (MOST - 200_000 - len('{"a":"","b":"","c":""}') + beyond), "items": [1]}
    ended = strict.execute(chain(Each=each), given)
    assert ended["status"] == ("FAILED" if beyond else "SUCCEEDED")
    assert ended.get("error") == (limits()["states_data"].answer if beyond else None)


@at_the_limit
def test_a_history_has_a_last_event(strict, beyond):
    """One that would take its place fails the execution: the history ends with the reason."""
    rounds = (figure("states_history") - 4) // 4  # four events each; start and end of the execution and of its last state
    more = {"Variable": "$.n", "NumericLessThan": rounds, "Next": "Count"}
    states = {
        "Count": {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)"}, "Next": "Enough"},
        "Enough": {"Type": "Choice", "Choices": [more], "Default": "OneMore" if beyond else "Done"},
        "OneMore": {"Type": "Pass", "Next": "Done"},
        "Done": {"Type": "Succeed"},
    }
    ended = strict.execute({"StartAt": "Count", "States": states}, {"n": 0}, seconds=240)
    history = strict.client("stepfunctions").get_execution_history(executionArn=ended["executionArn"])["events"]
    assert len(history) == figure("states_history")
    assert history[-1]["type"] == ("ExecutionFailed" if beyond else "ExecutionSucceeded")
    if beyond:
        cause = "The execution reached the maximum number of history events (25000)."
        assert (ended["error"], ended["cause"]) == (limits()["states_history"].answer, cause)
        assert ended["redriveStatusReason"] == "Execution history event limit exceeded"
