"""`python -m local serve` runs the embedded AWS; `python -m local deploy` sends it a synthesised cloud assembly.

`python -m local objects` serves only the S3 objects that an embedded AWS saved when it stopped.
"""

from __future__ import annotations

import argparse
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from local.limits import Quotas
from local.loopback import HostNameError, host_name


def build_parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    environ = os.environ
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="run the embedded AWS until stopped")
    serve.add_argument("--port", type=int, default=int(environ.get("GREENFRAUD_PORT", "4566")))
    serve.add_argument("--http-port", type=int, default=int(environ.get("GREENFRAUD_HTTP_PORT", "8000")))
    serve.add_argument("--state", type=Path, default=Path(".local/state"))
    serve.add_argument("--allow-host", action="append", default=None, metavar="NAME", help="answer requests to this host name, too")
    serve.add_argument(
        "--training-slots",
        type=not_negative,
        default=Quotas.training_slots,
        metavar="N",
        help="instances of a type that train at once, spot counted apart",
    )
    serve.add_argument(
        "--lambda-concurrency", type=not_negative, default=Quotas.lambda_concurrency, metavar="N", help="invocations at once"
    )
    serve.add_argument("--deliver-twice", action="store_true", help="deliver every scheduled event and alarm twice")
    serve.add_argument(
        "--skip-waits",
        action="store_true",
        default=environ.get("GREENFRAUD_SKIP_WAITS") == "1",
        help="end Wait states of state machines at once; their clock goes on as if they had waited",
    )
    serve.add_argument(
        "--clock",
        type=since_hour,
        default=environ.get("GREENFRAUD_CLOCK") or timedelta(),
        metavar="HH:MM",
        help="begin when it was last this hour, in UTC, by the clock of state machines",
    )
    serve.add_argument(
        "--front", type=Path, metavar="FILE", help="lead a browser that asks the HTTP API for / to the address in this file"
    )
    serve.add_argument("--auth", choices=("on", "off"), default="off", help="check signatures on the HTTP API")
    deploy = commands.add_parser("deploy", help="publish the assets and create or update the stacks")
    deploy.add_argument("assembly", type=Path, metavar="CDK_OUT")
    deploy.add_argument("--endpoint", default=environ.get("AWS_ENDPOINT_URL", "http://127.0.0.1:4566"))
    objects = commands.add_parser("objects", help="serve saved S3 objects alone")
    objects.add_argument("--port", type=int, required=True)
    objects.add_argument("--state", type=Path, required=True)
    objects.add_argument("--prefix", default="", help="only keys that begin so")
    return parser


def since_hour(text: str) -> timedelta:
    """How far back that time of the day was, in UTC: zero or less; ArgumentTypeError where it is none."""
    now = datetime.now(UTC)
    try:
        hour = datetime.strptime(text, "%H:%M").replace(tzinfo=UTC)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no hour such as 02:00") from None
    return -((now - datetime.combine(now, hour.timetz())) % timedelta(days=1))


def not_negative(text: str) -> int:
    """A quota, which may be 0; ArgumentTypeError for anything else."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number of 0 or more")
    return int(text)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit code of the process."""
    chosen = build_parser().parse_args(arguments)
    return {"serve": run_serve, "deploy": run_deploy, "objects": run_objects}[chosen.command](chosen)


def run_objects(chosen: argparse.Namespace) -> int:
    """Serve saved objects; 2 when the port is taken."""
    from local.saved_objects import serve
    from local.server import PortInUseError

    try:
        return serve(chosen.state, port=chosen.port, prefix=chosen.prefix)
    except PortInUseError as failure:
        print(failure, file=sys.stderr)
        return 2


def run_serve(chosen: argparse.Namespace) -> int:
    """Serve; 2 when a port is taken, an allowed host is no name, or moto is not the version we patch."""
    from local.patches import PatchError
    from local.server import PortInUseError, serve

    try:
        return serve(
            port=chosen.port,
            http_port=chosen.http_port,
            state_dir=chosen.state,
            auth=chosen.auth == "on",
            allowed_hosts=allowed_hosts(chosen.allow_host),
            quotas=Quotas(training_slots=chosen.training_slots, lambda_concurrency=chosen.lambda_concurrency),
            deliveries=2 if chosen.deliver_twice else 1,
            skips_waits=chosen.skip_waits,
            clock_shift=chosen.clock,
            front=chosen.front,
        )
    except (PortInUseError, PatchError, HostNameError) as failure:
        print(failure, file=sys.stderr)
        return 2


def allowed_hosts(given: list[str] | None) -> tuple[str, ...]:
    """The names of `--allow-host`, or those that the variable lists with commas between; raises HostNameError."""
    listed = os.environ.get("GREENFRAUD_ALLOW_HOST", "").split(",") if given is None else given
    return tuple(host_name(name) for name in listed if name or given is not None)


def run_deploy(chosen: argparse.Namespace) -> int:
    """Deploy; 1 with the failing resource and its reason."""
    from local.cloudformation.deploy import DeployError, deploy

    try:
        deploy(chosen.assembly, endpoint=chosen.endpoint)
    except DeployError as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
