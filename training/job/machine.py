"""The machine that a job holds, since when, and for how long after its last line: from SageMaker where it knows, else estimated.

On AWS a job has an instance of its own and reserves all of it. Locally jobs share one machine, and each reserves its share:
so no machine is ever charged twice. Which of the two it is stands in the record, as `hardware`.
"""

from __future__ import annotations

import logging
import os
import platform
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from greenfraud.carbon import Reservation, of_instance, of_share
from training.job.bucket import client
from training.job.contract import JobPaths, job_name

if TYPE_CHECKING:
    from collections.abc import Mapping

log = logging.getLogger(__name__)
LOCAL = "local"
STARTTIME = 19  # of the fields behind the name (proc(5): field 22), in ticks since the machine started
# From the start of the instance to the first line of a job, where SageMaker does not say it: channels and image on their way.
BOOT_SECONDS = 60.0
# After a job's figures are known it still stores and tells them; then SageMaker archives an empty model folder and stops.
REST_SECONDS = 20.0
LOCAL_REST_SECONDS = 1.0  # here without an archive to upload and a machine to stop


@dataclass(frozen=True)
class Held:
    """A reservation from `started_at`, seconds since the epoch; `unseen_seconds` before or after no clock showed."""

    reservation: Reservation
    started_at: float
    boot_seconds: float
    rest_seconds: float

    @property
    def unseen_seconds(self) -> float:
        """Seconds of the whole that are estimated."""
        return self.boot_seconds + self.rest_seconds

    def seconds_until(self, now: float) -> float:
        """Seconds from the start of the machine to the end of the job, of which `now` is the last that a clock has seen."""
        return max(now - self.started_at, 0.0) + self.unseen_seconds


def held(began_at: float) -> Held:
    """Return what this job holds; `began_at` is when it began to work, as far as nothing older is known."""
    resources = JobPaths.from_env().resources()
    kind = resources.get("current_instance_type")
    if kind is None:
        return Held(this_machine("this machine", {}), began_at, 0.0, 0.0)
    if kind == LOCAL:
        share = float(resources.get("share_of_machine", 1.0))
        name = f"local, {share:.0%} of a machine of {os.cpu_count()} CPUs"
        return Held(this_machine(name, resources), process_start(began_at), 0.0, LOCAL_REST_SECONDS)
    started_at = sagemaker_start()
    known = of_instance(kind) or this_machine(f"{kind}, not in the table: a common server", resources)
    if started_at is None:
        return Held(known, process_start(began_at), BOOT_SECONDS, REST_SECONDS)
    return Held(known, started_at, 0.0, REST_SECONDS)


def this_machine(name: str, resources: Mapping[str, Any]) -> Reservation:
    """Return what is reserved of a machine that is only known by its size."""
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    share = float(resources.get("share_of_machine", 1.0))
    return of_share(name, platform.machine(), vcpus=os.cpu_count() or 1, memory_gb=gigabytes, share=share)


def sagemaker_start() -> float | None:
    """Return when SageMaker began to bill this job's instance, None where it does not say: a job never fails of it."""
    try:
        described = client("sagemaker").describe_training_job(TrainingJobName=job_name())
    except Exception as fault:  # whatever it is, the time is then estimated, and the record says so
        log.warning("the job's start is estimated: %s", type(fault).__name__)
        return None
    started = described.get("TrainingStartTime")
    return started.timestamp() if started is not None else None


def process_start(otherwise: float) -> float:
    """Return when this process started, as the kernel tells it; `otherwise` where it does not."""
    stat = Path("/proc/self/stat")
    if not stat.is_file():
        return otherwise
    ticks = int(stat.read_text().rpartition(")")[2].split()[STARTTIME])
    uptime_seconds = float(Path("/proc/uptime").read_text().split()[0])
    age_seconds = uptime_seconds - ticks / os.sysconf("SC_CLK_TCK")
    return min(time.time() - age_seconds, otherwise)
