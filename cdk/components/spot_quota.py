"""How many machines the account must allow at once, and how long a job waits where all of them are taken.

See docs/decisions/0018-waiting-for-machines.md.
"""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_stepfunctions as sfn

from cdk.components.job_names import FAMILIES

# The families side by side, the online state filled beside them, and one job of the nightly upkeep at the same time.
SPOT_SLOTS = len(FAMILIES) + 2
FULL = "SageMaker.ResourceLimitExceededException"
# SageMaker's words for an account that may run none, whatever is running:
# "The account-level service limit 'ml.m5.large for spot training job usage' is 0 Instances, with current utilization ..."
MAY_RUN_NONE = "*is 0 Instances*"


@dataclass(frozen=True)
class Wait:
    """Attempts after a refusal: the pause doubles from the first one up to the longest. No jitter: at most five callers wait."""

    first_seconds: int
    longest_seconds: int
    attempts: int

    @property
    def seconds(self) -> int:
        """How long a job waits in all.

        >>> HOURS.seconds / 3600, BRIEFLY.seconds
        (6.0, 90)
        """
        return sum(min(self.first_seconds * 2**attempt, self.longest_seconds) for attempt in range(self.attempts))

    def retry(self, state: sfn.CustomState) -> None:
        """Gives the state this wait for a full quota."""
        state.add_retry(
            errors=[FULL],
            interval=Duration.seconds(self.first_seconds),
            backoff_rate=2,
            max_attempts=self.attempts,
            max_delay=Duration.seconds(self.longest_seconds),
        )


# Longer than one job of the other machine can hold a slot: two attempts of two hours, spot capacity waited for.
HOURS = Wait(first_seconds=60, longest_seconds=900, attempts=27)
BRIEFLY = Wait(first_seconds=30, longest_seconds=60, attempts=2)
