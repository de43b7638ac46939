"""What is said of a redrive: by descriptions, lists, histories and metrics, and to whoever asks for one in vain."""

from __future__ import annotations

import time
from typing import Any

from tests.local.workbench import chain

UNKNOWN = "arn:aws:states:eu-north-1:123456789012:execution:none:none"


def test_a_redrive_is_told_by_description_list_and_history(works):
    """The ARN, the input and the start stay; the reason of the first end is gone."""
    works.damage("a")
    ended = works.embedded.execute(chain(A=works.task("a")), {"x": 1})
    assert (ended["redriveCount"], ended["redriveStatus"]) == (0, "REDRIVABLE")
    assert "redriveDate" not in ended
    works.mend("a")
    redriven = works.redrive(ended)
    assert {name: redriven[name] for name in ("executionArn", "input", "startDate")} == {
        name: ended[name] for name in ("executionArn", "input", "startDate")
    }
    assert redriven["redriveCount"] == 1
    assert ended["stopDate"] <= redriven["redriveDate"] <= redriven["stopDate"]
    assert "error" not in redriven
    (item,) = works.client.list_executions(stateMachineArn=ended["stateMachineArn"])["executions"]
    assert (item["redriveCount"], item["redriveDate"]) == (1, redriven["redriveDate"])
    events = works.events(ended["executionArn"])
    assert [event["id"] for event in events] == list(range(1, len(events) + 1))
    (place,) = (index for index, event in enumerate(events) if event["type"] == "ExecutionRedriven")
    assert events[place]["executionRedrivenEventDetails"] == {"redriveCount": 1}
    assert (events[place - 1]["type"], events[-1]["type"]) == ("ExecutionFailed", "ExecutionSucceeded")


def test_what_runs_or_has_succeeded_is_not_redriven(works):
    """The refusal's words are those of the description."""
    works.damage("a", kind="slow")
    arn = works.client.start_execution(stateMachineArn=works.embedded.machine(chain(A=works.task("a"))))["executionArn"]
    running = ("ExecutionNotRedrivable", "Execution is RUNNING and cannot be redriven")
    assert works.code_of_refusal(arn) == running
    assert works.client.describe_execution(executionArn=arn)["redriveStatusReason"] == running[1]
    works.mend("a", kind="slow")
    assert works.end_of(arn)["redriveStatus"] == "NOT_REDRIVABLE"
    assert works.code_of_refusal(arn) == ("ExecutionNotRedrivable", "Execution is SUCCEEDED and cannot be redriven")
    assert works.code_of_refusal(UNKNOWN)[0] == "ExecutionDoesNotExist"


def test_the_same_request_redrives_once(works):
    """A client that repeats itself gets the first answer."""
    works.damage("a")
    ended = works.embedded.execute(chain(A=works.task("a")))
    request = {"executionArn": ended["executionArn"], "clientToken": "once"}
    first = works.client.redrive_execution(**request)["redriveDate"]
    assert works.end_of(ended["executionArn"])["redriveCount"] == 1
    assert works.client.redrive_execution(**request)["redriveDate"] == first
    assert works.end_of(ended["executionArn"])["redriveCount"] == 1


def test_a_redriven_end_counts_as_an_end_and_as_a_redriven_one(works):
    """An alarm on failures rings for it too."""
    works.damage("a")
    ended = works.embedded.execute(chain(A=works.task("a")))
    works.redrive(ended)
    sums = {
        name: sum_of(works.embedded, name, ended) for name in ("ExecutionsFailed", "ExecutionsRedriven", "RedrivenExecutionsFailed")
    }
    assert sums == {"ExecutionsFailed": 2.0, "ExecutionsRedriven": 1.0, "RedrivenExecutionsFailed": 1.0}


def sum_of(embedded: Any, metric: str, execution: dict[str, Any]) -> float:
    """How often the machine's metric was counted."""
    points = embedded.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/States",
        MetricName=metric,
        Dimensions=[{"Name": "StateMachineArn", "Value": execution["stateMachineArn"]}],
        StartTime=time.time() - 600,
        EndTime=time.time() + 60,
        Period=3600,
        Statistics=["Sum"],
    )["Datapoints"]
    return float(sum(point["Sum"] for point in points))
