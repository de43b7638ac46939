"""How far an execution has come: what a redrive needs to go on where a state did not succeed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from moto.stepfunctions.parser.api import ExecutionStatus
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEventException
from moto.stepfunctions.parser.asl.component.common.retry.retry_outcome import RetryOutcome
from moto.stepfunctions.parser.asl.component.program.program import Program
from moto.stepfunctions.parser.asl.component.state.choice.state_choice import StateChoice
from moto.stepfunctions.parser.asl.component.state.exec.execute_state import ExecutionState
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.itemprocessor import (
    distributed_item_processor_worker,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration.iteration_worker import IterationWorker
from moto.stepfunctions.parser.asl.component.state.exec.state_parallel.branch_worker import BranchWorker
from moto.stepfunctions.parser.asl.component.state.exec.state_parallel.branches_decl import BranchesDecl
from moto.stepfunctions.parser.asl.component.state.state import CommonStateField
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.program_state import ProgramEnded
from moto.stepfunctions.parser.backend.execution import BaseExecutionWorkerCommunication
from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker

from local.patches import replace


@dataclass
class Progress:
    """Where a machine, a branch or an iteration stands: the state it is in, that state's input, and the parts of that state.

    Nothing is kept of a state that has ended but the input it gave to the next one. So a machine keeps one document, at
    most 256 KiB, for itself and one for each branch or iteration of the Parallel or Map state that it is in.
    """

    state: str | None = None
    document: Any = None  # the input of `state`, or the output of what has ended
    has_ended: bool = False
    parts: dict[int, Progress] = field(default_factory=dict)  # by the number of the branch or of the item

    def reach(self, env: Any) -> None:
        """Leave the state that has succeeded or whose error was caught."""
        self.state, self.document, self.parts = env.next_state_name, env.states.get_input(), {}
        self.has_ended = self.state is None

    def part(self, number: int) -> Progress:
        """The progress of one branch or iteration of the current state."""
        return self.parts.setdefault(number, Progress())

    def restore(self, env: Any) -> None:
        """Put the machine that is about to run where this progress stands; a new one stands at its first state."""
        if not env.is_running():
            return  # stopped with the others before it began
        if self.state is None and not self.has_ended:
            self.reach(env)
        env.states.reset(self.document)
        if self.has_ended:
            env.set_ended()
        else:
            env.next_state_name = self.state

    def again(self) -> Progress:
        """The same for another attempt: whatever still runs of the last one writes into the old."""
        parts = {number: part.again() for number, part in list(self.parts.items())}
        return Progress(self.state, self.document, self.has_ended, parts)


def install() -> None:
    """Follow every program that the interpreter runs."""
    give_progress()
    number_parts()
    note_steps()
    forget_parts()


def give_progress() -> None:
    """Give each execution a progress, and each frame that of the environment it was opened in."""

    def environment_of(worker: ExecutionWorker) -> Environment:
        env = original_environment(worker)
        env.progress = Progress()
        return env

    def as_inner_frame_of(_: type[Environment], /, env: Any, **given: Any) -> Environment:
        frame = original_frame(env=env, **given)
        frame.progress = env.progress
        return frame

    original_environment = replace(ExecutionWorker, "_get_evaluation_environment", environment_of)
    original_frame = replace(Environment, "as_inner_frame_of", classmethod(as_inner_frame_of))


def number_parts() -> None:
    """Give branches and iterations a progress of their own; an iteration that has succeeded does not run again."""

    def declare(branches: BranchesDecl, programs: list[Any]) -> None:
        original_declare(branches, programs)
        for number, program in enumerate(programs):
            program.number = number

    def begin_branch(worker: BranchWorker, branch_worker_comm: Any, program: Any, env: Any) -> None:
        env.progress = env.progress.part(program.number)
        original_begin(worker, branch_worker_comm, program, env)

    def follow_iterations(worker_type: Any) -> None:
        def evaluate(worker: IterationWorker, env: Any, job: Any) -> None:
            env.progress = env.progress.part(job.job_index)
            if env.progress.has_ended:
                job.job_output = env.progress.document
            else:
                original(worker, env, job)

        original = replace(worker_type, "_eval_job", evaluate)

    original_declare = replace(BranchesDecl, "__init__", declare)
    original_begin = replace(BranchWorker, "__init__", begin_branch)
    for worker_type in (IterationWorker, distributed_item_processor_worker.DistributedItemProcessorWorker):
        follow_iterations(worker_type)


def note_steps() -> None:
    """Note every state that is left, and begin programs where they stand."""

    def evaluate(program: Program, env: Any) -> None:
        env.progress.restore(env)
        original_evaluate(program, env)

    def follow_next(state_type: Any) -> None:
        def set_next(state: CommonStateField, env: Any) -> None:
            with env._state_mutex:  # a stop comes before or after, never between the state's end and its note
                was_running = env.is_running()
                original(state, env)
                if was_running and (env.is_running() or isinstance(env._program_state, ProgramEnded)):
                    env.progress.reach(env)

        original = replace(state_type, "_set_next", set_next)

    original_evaluate = replace(Program, "_eval_body", evaluate)
    for state_type in (CommonStateField, StateChoice):
        follow_next(state_type)


def forget_parts() -> None:
    """Forget what no redrive needs: parts of a retried state, of results that are too large, of what has succeeded."""

    def handle_retry(state: ExecutionState, env: Any, failure_event: Any) -> RetryOutcome:
        outcome = original_retry(state, env, failure_event)
        if outcome == RetryOutcome.CanRetry:
            env.progress.parts = {}  # a retry of Map or Parallel begins with none of them, unlike a redrive
        return outcome

    def verify_size(state: CommonStateField, env: Any, value: Any) -> None:
        try:
            original_size(state, env, value)
        except FailureEventException:
            env.progress.parts = {}  # results too large together are no better when they are kept: all parts run again
            raise

    def terminated(communication: BaseExecutionWorkerCommunication) -> None:
        original_terminated(communication)
        if communication.execution.exec_status == ExecutionStatus.SUCCEEDED:
            communication.execution.exec_worker.env.progress = Progress()

    original_retry = replace(ExecutionState, "_handle_retry", handle_retry)
    original_size = replace(CommonStateField, "_verify_size_quota", verify_size)
    original_terminated = replace(BaseExecutionWorkerCommunication, "terminated", terminated)
