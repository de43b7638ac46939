"""A redriven execution goes on from the states that did not succeed, as in AWS."""

from __future__ import annotations

import json

import pytest
from breakable_tasks import keys, mapping

from tests.local.workbench import chain


def test_the_failed_task_runs_again_and_those_before_it_do_not(works):
    """With the input it had; the state before has answered already."""
    works.damage("b")
    ended = works.embedded.execute(chain(A=works.task("a", ResultPath="$.a"), B=works.task("b", ResultPath="$.b")), {"x": 1})
    assert (ended["status"], ended["error"]) == ("FAILED", "ValueError")
    works.mend("b")
    redriven = works.redrive(ended)
    assert redriven["status"] == "SUCCEEDED"
    assert redriven["output"]["x"] == 1
    assert redriven["output"]["a"]["redriven"] == 0
    assert redriven["output"]["b"]["redriven"] == 1
    assert works.began == ["a", "b", "b"]


def test_retries_begin_anew_with_every_redrive(works):
    """And a redrive that fails can be redriven."""
    retry = [{"ErrorEquals": ["ValueError"], "IntervalSeconds": 1, "MaxAttempts": 1}]
    works.damage("a")
    ended = works.embedded.execute(chain(A=works.task("a", Retry=retry)))
    again = works.redrive(ended)
    assert (again["status"], again["redriveCount"]) == ("FAILED", 1)
    works.mend("a")
    assert works.redrive(ended)["output"] == {"key": "a", "redriven": 2, "retried": 0}
    assert works.began == ["a"] * 5


def test_only_iterations_that_did_not_succeed_run_again(works):
    """Each from the state in which it stood, with the results of the others in their places."""
    works.damage("b-second")
    steps = {"First": works.task("$.key"), "Second": works.task("States.Format('{}-second', $.key)")}
    machine = chain(All=mapping("$.items", **steps))
    ended = works.embedded.execute(machine, {"items": [{"key": key} for key in "abc"]})
    assert (ended["status"], works.began) == ("FAILED", ["a", "a-second", "b", "b-second"])
    works.mend("b-second")
    redriven = works.redrive(ended)
    assert keys(redriven["output"]) == ["a-second", "b-second", "c-second"]
    assert works.began[4:] == ["b-second", "c", "c-second"]
    succeeded = [event for event in works.events(ended["executionArn"]) if event["type"] == "MapIterationSucceeded"]
    assert [event["mapIterationSucceededEventDetails"]["index"] for event in succeeded] == [0, 1, 2]


def test_only_branches_that_did_not_succeed_run_again(works):
    """The branch that was stopped with the failed one begins its task again."""
    works.damage("b")
    works.damage("b", "c", kind="slow")
    branches = [chain(A=works.task("a")), chain(B0=works.task("b0"), B=works.task("b")), chain(C=works.task("c"))]
    machine = chain(Both={"Type": "Parallel", "Branches": branches}, After=works.task("after", ResultPath="$[2]"))
    arn = works.client.start_execution(stateMachineArn=works.embedded.machine(machine))["executionArn"]
    works.embedded.wait_until(lambda: {"a", "b", "c"} <= set(works.began) and works.left(arn, "A"))
    works.mend("b", kind="slow")
    ended = works.end_of(arn)
    assert ended["status"] == "FAILED"
    works.mend("b")
    works.mend("c", kind="slow")
    assert keys(works.redrive(ended)["output"]) == ["a", "b", "after"]
    assert sorted(works.began) == ["a", "after", "b", "b", "b0", "c", "c"]


@pytest.fixture
def pipeline(works):
    """A branch beside families, and in each its chunks in order: the shape of the pipeline."""
    chunks = mapping("$.chunks", Train=works.task("$.key"), Record=works.task("States.Format('{}-record', $.key)"))
    families = mapping("$.families", Chunks=chunks) | {"MaxConcurrency": 3}
    branches = [chain(Materialize=works.task("m")), chain(Families=families)]
    return chain(Both={"Type": "Parallel", "Branches": branches}, Evaluate=works.task("evaluate", ResultPath="$[2]"))


FAMILIES = {"families": [{"chunks": [{"key": f"{family}{chunk}"} for chunk in range(3)]} for family in "ab"]}


def test_chunks_of_families_beside_a_branch_go_on_each_where_it_stood(works, pipeline):
    """What has been trained and recorded is not touched again."""
    works.damage("b1-record")
    works.damage("b1-record", kind="slow")
    machine = works.embedded.machine(pipeline)
    arn = works.client.start_execution(stateMachineArn=machine, input=json.dumps(FAMILIES))["executionArn"]
    works.embedded.wait_until(lambda: "b1-record" in works.began and works.left(arn, "Materialize") and works.left(arn, "Chunks"))
    works.mend("b1-record", kind="slow")
    ended = works.end_of(arn)
    before = works.began
    of_a = [f"a{n}{step}" for n in range(3) for step in ("", "-record")]
    assert sorted(before) == sorted(["m", *of_a, "b0", "b0-record", "b1", "b1-record"])
    works.mend("b1-record")
    redriven = works.redrive(ended)
    assert redriven["status"] == "SUCCEEDED"
    assert works.began[len(before) :] == ["b1-record", "b2", "b2-record", "evaluate"]
    assert keys(redriven["output"][1]) == [[f"{family}{n}-record" for n in range(3)] for family in "ab"]


def test_a_retried_map_runs_every_iteration_again(works):
    """Unlike a redrive, a retry keeps nothing; the redrive after it keeps what the last attempt did."""
    works.damage("b")
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 1}]
    machine = chain(All=mapping("$.items", One=works.task("$.key")) | {"Retry": retry})
    ended = works.embedded.execute(machine, {"items": [{"key": key} for key in "ab"]})
    assert works.began == ["a", "b"] * 2
    works.mend("b")
    assert works.redrive(ended)["status"] == "SUCCEEDED"
    assert works.began[4:] == ["b"]


def test_results_that_are_too_large_together_are_made_again(works):
    """Keeping them would help nobody."""
    large = {"Type": "Pass", "Parameters": {"key.$": "$.key", "large": "x" * 150_000}}
    ended = works.embedded.execute(
        chain(All=mapping("$.items", One=works.task("$.key"), Large=large)), {"items": [{"key": key} for key in "ab"]}
    )
    assert ended["error"] == "States.DataLimitExceeded"
    assert works.redrive(ended)["error"] == "States.DataLimitExceeded"
    assert works.began == ["a", "b"] * 2


def test_a_fail_state_fails_again(works):
    """So an error that is caught only to be told by a Fail state leaves nothing to redrive."""
    works.damage("a")
    caught = works.task("a", Catch=[{"ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Next": "Failed"}])
    ended = works.embedded.execute(chain(A=caught, Failed={"Type": "Fail", "Error": "Caught"}))
    assert ended["error"] == "Caught"
    works.mend("a")
    assert (works.redrive(ended)["error"], works.began) == ("Caught", ["a"])


def test_an_aborted_execution_goes_on_with_the_task_that_was_cut_off(works):
    """And may be stopped again right after."""
    works.damage("b", kind="slow")
    machine = works.embedded.machine(chain(A=works.task("a"), B=works.task("b")))
    arn = works.client.start_execution(stateMachineArn=machine)["executionArn"]
    works.embedded.wait_until(lambda: "b" in works.began)
    works.client.stop_execution(executionArn=arn, error="Halted", cause="by hand")
    works.mend("b", kind="slow")
    ended = works.end_of(arn)
    assert (ended["status"], ended["error"]) == ("ABORTED", "Halted")
    works.damage("b", kind="slow")
    works.client.redrive_execution(executionArn=arn)
    works.client.stop_execution(executionArn=arn)
    works.mend("b", kind="slow")
    assert works.end_of(arn)["status"] == "ABORTED"
    assert works.redrive(ended)["status"] == "SUCCEEDED"
    assert works.began.count("a") == 1


def test_an_execution_that_ran_out_of_time_has_all_of_it_again(works):
    """The machine's timeout begins with the redrive."""
    machine = chain(A=works.task("a"), W={"Type": "Wait", "Seconds": 1}, B=works.task("b")) | {"TimeoutSeconds": 8}
    works.damage("b", kind="slow")
    ended = works.embedded.execute(machine)
    assert (ended["status"], ended["redriveStatus"]) == ("TIMED_OUT", "REDRIVABLE")
    works.mend("b", kind="slow")
    assert works.redrive(ended)["status"] == "SUCCEEDED"
    assert works.began == ["a", "b", "b"]


def test_the_definition_is_that_of_the_start(works):
    """A machine deployed since then changes nothing."""
    works.damage("b")
    ended = works.embedded.execute(chain(A=works.task("a"), B=works.task("b")))
    changed = chain(B={"Type": "Pass", "Result": {"key": "other"}})
    works.client.update_state_machine(stateMachineArn=ended["stateMachineArn"], definition=json.dumps(changed))
    works.mend("b")
    assert works.redrive(ended)["output"]["key"] == "b"
