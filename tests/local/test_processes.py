"""Processes end with the server, and jobs start whether or not the warm parent can be used."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from local.jobs.processes import NICENESS, JobStarter
from tests.local.workbench import ROOT, wait_until

NICEST = 19  # whoever runs the tests may step back, too
OWNER = """
import os, subprocess, sys, time
from pathlib import Path
from local import processes
child = processes.start([sys.executable, "-c", "import time; time.sleep(600)"], cwd=Path("."), env=os.environ)
print(child.pid, flush=True)
time.sleep(600)
"""


def is_running(pid):
    """Whether the process exists and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):  # the second where it ends while it is read
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal is Linux's own")
def test_a_killed_server_takes_its_processes_along():
    """Also when it had no chance to clean up."""
    owner = subprocess.Popen([sys.executable, "-c", OWNER], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    child = int(owner.stdout.readline())
    assert is_running(child)
    owner.kill()
    owner.wait()
    assert wait_until(lambda: not is_running(child))


@pytest.fixture
def starter(monkeypatch):
    """Makes a starter whose warm parent imports the given modules."""
    made = []

    def make(modules):
        monkeypatch.setenv("GREENFRAUD_JOB_PRELOAD", modules)
        made.append(JobStarter())
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.mark.parametrize(("modules", "expected"), [("json,wave", "True"), ("json,no_such_module", "False")])
def test_a_job_starts_warm_or_cold(starter, tmp_path, modules, expected):
    """A module the parent imported is there already; where one is missing, jobs start alone. Both step back for scores."""
    log = tmp_path / "log"
    code = "import os, sys; print('wave' in sys.modules, os.environ['MINE'], os.getsid(0) == os.getpid(), os.nice(0)); sys.exit(3)"
    job = starter(modules).start("job", ["python", "-c", code], {"MINE": "1", "PATH": os.environ["PATH"]}, log)
    assert job.ended.wait(300)
    assert (job.exit_code, log.read_text()) == (3, f"{expected} 1 True {min(os.nice(0) + NICENESS, NICEST)}\n")


def test_jobs_of_a_dead_parent_end_and_the_next_one_runs(starter, tmp_path):
    """Whoever waits for a job hears of its end."""
    jobs = starter("json")
    environ = {"PATH": os.environ["PATH"]}
    lost = jobs.start("lost", ["python", "-c", "import time; time.sleep(600)"], environ, tmp_path / "lost")
    assert lost.started.wait(300)
    jobs._zygote.kill()
    assert lost.ended.wait(300)
    assert lost.exit_code == -signal.SIGKILL
    assert wait_until(lambda: not is_running(lost.pid))
    done = jobs.start("next", ["python", "-c", "print('hello')"], environ, tmp_path / "next")
    assert done.ended.wait(300)
    assert (done.exit_code, (tmp_path / "next").read_text()) == (0, "hello\n")
