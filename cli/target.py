"""Where commands go: the embedded AWS that `run` started, or the account of the person's own credentials."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from cli.errors import CommandError
from greenfraud.money import EURO

STACKS = ("Data", "Training", "Serving")
DEFAULT_REGION = "eu-north-1"
SERVING_FILE = Path(".local/serving.json")
LOCAL_KEY = "embedded"
API_VARIABLE = "GREENFRAUD_API_URL"  # where the API is reached otherwise than its stack says: a proxy, a domain of one's own


@dataclass
class Target:
    """One deployment of the platform: clients of its AWS, outputs of its stacks, the address of its API."""

    endpoint: str | None
    region: str = DEFAULT_REGION
    api_url: str | None = None
    _clients: dict[str, Any] = field(default_factory=dict)
    _making: Lock = field(default_factory=Lock, repr=False, compare=False)  # a boto3 session makes one client at a time

    @cached_property
    def session(self) -> boto3.Session:
        """Credentials: the person's own in AWS, any at all in the embedded one."""
        if self.endpoint is None:
            return boto3.Session(region_name=self.region)
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
        except (ClientError, BotoCoreError, ValueError) as error:
            raise CommandError(f"stack {stack} cannot be read: {error}. {self._advice()}") from None
        return {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}

    def _advice(self) -> str:
        if self.endpoint is None:
            return "Check the credentials and the region, or deploy first: cdk deploy --all"
        return f"Is the platform up at {self.endpoint}? Run `make run` first"


def find_target(*, aws: bool, region: str | None = None) -> Target:
    """The deployment to talk to: AWS when asked for, else AWS_ENDPOINT_URL, else what `run` says it serves.

    CommandError when nothing is up here.
    """
    api = os.environ.get(API_VARIABLE) or None
    if aws:
        region = region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or DEFAULT_REGION
        return Target(None, region, api)
    serving = _serving()
    endpoint = os.environ.get("AWS_ENDPOINT_URL") or serving.get("endpoint")
    if endpoint is None:
        raise CommandError("nothing is up here. Run `make run` first, or give --aws for the platform in your AWS account")
    is_ours = endpoint == serving.get("endpoint")
    return Target(endpoint, region or serving.get("region") or DEFAULT_REGION, api or (serving.get("api") if is_ours else None))


def _serving() -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads(SERVING_FILE.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found
