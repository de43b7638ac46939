"""The private network, where the settings ask for one."""

from __future__ import annotations

from typing import Any

from aws_cdk import Stack
from constructs import Construct

from cdk.components.network import Network
from cdk.settings import Settings


class NetworkStack(Stack):
    """Where functions and training jobs run without the internet."""

    def __init__(self, scope: Construct, id_: str, *, settings: Settings, **stack: Any) -> None:
        super().__init__(scope, id_, **stack)
        self.network = Network(self, "Network", log_retention_days=settings.log_retention_days, tokens=settings.tokenise_ids)
