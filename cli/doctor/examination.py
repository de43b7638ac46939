"""In which order the doctor looks, and where it stops: what rests on something that is not there is not looked at."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from cli.doctor import deployment, machine, project
from cli.doctor.finding import Finding, look
from cli.target import SERVING_FILE, NothingIsUp, Target, find_target

HERE = "platform"


def examine_here(folder: Path, port: int, http_port: int, region: str | None = None) -> Iterator[Finding]:
    """Look at this machine, the project's folder, and the platform where one is up."""
    yield from look(machine.PART, "python", machine.python, "")
    yield from look(machine.PART, "disk", lambda: machine.disk(folder), "Look at the file system")
    yield from look(machine.PART, "memory", machine.memory, "")
    yield from look(machine.PART, "clock", lambda: machine.clock(folder), "")
    yield from look(project.PART, "folder", lambda: project.ready(folder), "make install")
    yield from look(project.PART, "states", lambda: project.states(folder), "make clean")
    target = _up(region)
    if target is None:
        yield from look(machine.PART, f"port {port}", lambda: machine.port(port, "PORT"), "")
        yield from look(machine.PART, f"port {http_port}", lambda: machine.port(http_port, "HTTP_PORT"), "")
        yield Finding(HERE, "embedded AWS", "note", "is not up", "make run; or --aws looks at the one in your account")
    elif not _answers(target.endpoint or ""):
        mend = f"It was killed: `make run` brings it up as it was last saved. Else delete {SERVING_FILE}, or unset AWS_ENDPOINT_URL"
        yield Finding(HERE, "embedded AWS", "wrong", f"nothing answers at {target.endpoint}", mend)
    else:
        yield Finding(HERE, "embedded AWS", "well", f"answers at {target.endpoint}")
        yield from examine_deployment(target)


def examine_aws(target: Target) -> Iterator[Finding]:
    """The deployment in an account: nothing more is asked where the credentials are none."""
    advice = "Configure credentials and region as for the aws command line: `aws sts get-caller-identity` must answer"
    found = look(deployment.PART, "credentials", lambda: deployment.caller(target), advice)
    yield from found
    if not _is_wrong(found):
        yield from examine_deployment(target)


def examine_deployment(target: Target) -> Iterator[Finding]:
    """A deployment's parts, wherever it is."""
    allowed = "docs/deploy.md, Who may do what, has the permission"
    found = look(deployment.PART, "stacks", lambda: deployment.stacks(target), allowed)
    found += [] if _is_wrong(found) else look(deployment.PART, "outputs", lambda: deployment.outputs(target), allowed)
    yield from found
    if _is_wrong(found):
        return
    yield from look(deployment.PART, "api", lambda: deployment.health(target), "docs/bad-day.md")
    yield from look(deployment.PART, "model", lambda: deployment.model(target), allowed)
    yield from look(deployment.PART, "columns", lambda: deployment.columns(target), allowed)
    yield from look(deployment.PART, "alarms", lambda: deployment.alarms(target), allowed)
    yield from look(deployment.PART, "training", lambda: deployment.training(target), allowed)
    yield from look(deployment.PART, "upkeep", lambda: deployment.upkeep(target), allowed)
    yield from look(deployment.PART, "data", lambda: deployment.lake(target), allowed)


def _up(region: str | None) -> Target | None:
    try:
        return find_target(aws=False, region=region)
    except NothingIsUp:
        return None


def _answers(endpoint: str) -> bool:
    address = urlsplit(endpoint)
    try:
        with socket.create_connection((address.hostname or "", address.port or 443), timeout=5):
            return True
    except OSError:
        return False


def _is_wrong(findings: list[Finding]) -> bool:
    return any(finding.state == "wrong" for finding in findings)
