"""Where commands go: the embedded AWS that `run` started, or the account of the person's own credentials."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ProfileNotFound
from botocore.parsers import ResponseParserError

from cli.errors import CommandError, InputError
from greenfraud.money import EURO

STACKS = ("Data", "Training", "Serving")
STAGES = ("dev", "prod")
DEFAULT_REGION = "eu-north-1"
SERVING_FILE = Path(".local/serving.json")
LOCAL_KEY = "embedded"
API_VARIABLE = "GREENFRAUD_API_URL"  # where the API is reached otherwise than its stack says: a proxy, a domain of one's own


class NothingIsUp(CommandError):  # noqa: N818 - reads better where it is raised
    """No platform runs on this machine."""


@dataclass
class Target:
    """One deployment of the platform: clients of its AWS, outputs of its stacks, the address of its API."""

    endpoint: str | None
    region: str = DEFAULT_REGION
    api_url: str | None = None
    profile: str | None = None
    _clients: dict[str, Any] = field(default_factory=dict)
    _making: Lock = field(default_factory=Lock, repr=False, compare=False)  # a boto3 session makes one client at a time

    @cached_property
    def session(self) -> boto3.Session:
        """Credentials: the person's own in AWS, any at all in the embedded one."""
        if self.endpoint is None:
            return boto3.Session(profile_name=self.profile, region_name=self.region)
        return boto3.Session(aws_access_key_id=LOCAL_KEY, aws_secret_access_key=LOCAL_KEY, region_name=self.region)

    def client(self, service: str) -> Any:
        """The boto3 client of `service`."""
        with self._making:
            if service not in self._clients:
                config = Config(connect_timeout=5, read_timeout=120, max_pool_connections=16, s3={"addressing_style": "path"})
                self._clients[service] = self.session.client(service, endpoint_url=self.endpoint, config=config)
            return self._clients[service]

    @cached_property
    def outputs(self) -> dict[str, str]:
        """Outputs of the stacks by name. CommandError when a stack is not there."""
        found: dict[str, str] = {}
        for stack in STACKS:
            found |= self._outputs_of(f"GreenFraud-{stack}")
        return found

    @property
    def api(self) -> str:
        """The HTTP API's address, without a slash at its end."""
        return (self.api_url or self.outputs["ApiUrl"]).rstrip("/")

    @property
    def currency(self) -> str:
        """The platform's currency; of one that an earlier release deployed, EUR."""
        return self.outputs.get("Currency", EURO)

    def _outputs_of(self, stack: str) -> dict[str, str]:
        try:
            (described,) = self.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
        except (ClientError, BotoCoreError, ResponseParserError, ValueError) as error:
            raise CommandError(f"stack {stack} cannot be read: {error}. {self._advice()}") from None
        return {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}

    def _advice(self) -> str:
        if self.endpoint is None:
            return "Check the credentials and the region, or deploy first: cdk deploy --all"
        return f"Is the platform up at {self.endpoint}? Run `make run` first"


@dataclass(frozen=True)
class Asked:
    """What a command was told of its platform beside `--aws` and `--region`."""

    profile: str = ""
    stage: str = ""

    def and_then(self, later: Asked) -> Asked:
        """Both, as a command adds to what its group was told."""
        return Asked(later.profile or self.profile, later.stage or self.stage)


NOTHING = Asked()
_ASKED: ContextVar[Asked] = ContextVar("asked", default=NOTHING)


@contextmanager
def asking(asked: Asked) -> Iterator[None]:
    """Find targets as was asked while the block runs."""
    token = _ASKED.set(_ASKED.get().and_then(asked))
    try:
        yield
    finally:
        _ASKED.reset(token)


def find_target(*, aws: bool, region: str | None = None) -> Target:
    """The deployment to talk to: AWS when asked for, else AWS_ENDPOINT_URL, else what `run` says it serves.

    CommandError when nothing is up here, or it is of another stage than was asked for. InputError for a profile without `aws`, one
    that is not known, or a stage that does not exist.
    """
    asked = _ASKED.get()
    if asked.stage and asked.stage not in STAGES:
        raise InputError(f"--stage is {asked.stage!r}, choose one of {', '.join(STAGES)}")
    if asked.profile and not aws:
        raise InputError("--profile chooses credentials for AWS: give --aws too")
    target = _in_aws(region, asked.profile) if aws else _here(region)
    if asked.stage:
        _require_stage(target, asked.stage)
    return target


def _in_aws(region: str | None, profile: str) -> Target:
    region = region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    _address("AWS_ENDPOINT_URL")  # which the SDK goes by
    if profile:
        try:
            region = region or boto3.Session(profile_name=profile).region_name
        except ProfileNotFound:
            raise InputError(f"--profile {profile}: your AWS configuration has no such profile") from None
    return Target(None, region or DEFAULT_REGION, _address(API_VARIABLE), profile or None)


def _here(region: str | None) -> Target:
    api, serving = _address(API_VARIABLE), _serving()
    endpoint = _address("AWS_ENDPOINT_URL") or serving.get("endpoint")
    if not endpoint:
        raise NothingIsUp("nothing is up here. Run `make run` first, or give --aws for the platform in your AWS account")
    is_ours = endpoint == serving.get("endpoint")
    return Target(endpoint, region or serving.get("region") or DEFAULT_REGION, api or (serving.get("api") if is_ours else None))


def _require_stage(target: Target, stage: str) -> None:
    found = target.outputs.get("Stage")
    if found != stage:
        told = "of an earlier release, which does not tell its stage" if found is None else f"of stage {found}"
        place = "on this machine" if target.endpoint else f"in AWS, {target.region},"
        raise CommandError(f"--stage {stage}: the platform {place} is {told}. Nothing was done")


def _address(variable: str) -> str | None:
    """The address in a variable, None without one. InputError where that is none."""
    given = os.environ.get(variable)
    if not given:
        return None
    try:
        parts = urlsplit(given)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none, half an IPv6 address
        is_address = False
    if not is_address:
        raise InputError(f"{variable} is {given!r}, expected an address such as http://127.0.0.1:4566")
    return given


def _serving() -> dict[str, str]:
    """What `run` wrote down of itself; nothing where that is not whole."""
    try:
        found = json.loads(SERVING_FILE.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {name: value for name, value in found.items() if isinstance(value, str)} if isinstance(found, dict) else {}
