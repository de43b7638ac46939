"""What rooms share: one deployed platform for everything that is tested from end to end."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

ACCOUNTS = ("AWS_", "CDK_", "GIT_", "GREENFRAUD_", "MLFLOW_")
TERMINALS = ("COLUMNS", "LINES", "FORCE_COLOR", "NO_COLOR", "PY_COLORS", "GITHUB_ACTIONS")
NOBODYS = ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "GIT_CONFIG_GLOBAL")

# The shell of whoever runs the tests tells them nothing: no account, no platform, not how wide or colourful his terminal is.
for name in list(os.environ):
    if name.startswith((*ACCOUNTS, *TERMINALS)) and name != "GREENFRAUD_PERMISSIONS":
        del os.environ[name]
os.environ |= dict.fromkeys(NOBODYS, os.devnull) | {"AWS_EC2_METADATA_DISABLED": "true"}
# What a proxy is for, it is not for the servers that tests start.
for name in ("NO_PROXY", "no_proxy"):
    os.environ[name] = ",".join(filter(None, [os.environ.get(name), "127.0.0.1", "localhost"]))

# Whatever folder a walk runs in, what its roles used is kept in one place, for `make permissions`.
os.environ.setdefault("GREENFRAUD_PERMISSIONS", str(Path(__file__).resolve().parents[1] / ".local/permissions"))

# Whoever was started in the background ignores Ctrl-C, and so would the processes that tests stop by it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# A busy machine is no failure: speed is measured in benchmarks/. The CDK's environment has no hypothesis.
with contextlib.suppress(ImportError):
    from hypothesis import HealthCheck, settings

    settings.register_profile("greenfraud", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("greenfraud")

if TYPE_CHECKING:
    from tests.e2e.deployment import Deployment
    from tests.e2e.first_run import FirstRun


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """The embedded AWS with the synthesised stacks, and nothing in them; skips where nothing is synthesised."""
    from tests.e2e.deployed import deployed
    from tests.e2e.deployment import ASSEMBLY, Deployment

    if not (ASSEMBLY / "manifest.json").exists():
        pytest.skip("cdk.out is missing: run `make synth`")
    made = Deployment(tmp_path_factory.mktemp("e2e"))
    with deployed(made):
        yield made


@pytest.fixture(scope="session")
def first_run(deployment: Deployment) -> FirstRun:
    """A small world imported, all three families trained on it, the best one promoted."""
    from tests.e2e.first_run import run_first

    return run_first(deployment)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where workers share the tests, the longest start first."""
    if hasattr(config, "workerinput"):
        from tests.scheduling import put_longest_first

        put_longest_first(items)


def pytest_collection_finish() -> None:
    """Spare every test what needs doing once: looking for garbage among the imports, and parsing what AWS services look like."""
    gc.collect()
    gc.freeze()
    if sessions := sys.modules.get("botocore.session"):
        sessions.create_loader = cache(sessions.create_loader)  # each session would parse megabytes anew


def pytest_sessionfinish() -> None:
    """Stop the servers that last: a worker that has told its end is killed soon, and would leave them running."""
    if workbench := sys.modules.get("tests.local.workbench"):
        workbench.stop_lasting()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Files of one group share a worker, so that what they share is made once."""
    from tests.scheduling import GroupScheduling

    return GroupScheduling(config, log) if config.getvalue("dist") == "loadgroup" else None
