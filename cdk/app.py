"""The CDK app: `python -m cdk.app`, called by the CDK command line; four stacks from one set of settings, five if private."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_cdk import App, Environment, Tags

from cdk.components.review import review
from cdk.settings import Settings
from cdk.stacks.data import DataStack
from cdk.stacks.monitoring import MonitoringStack
from cdk.stacks.network import NetworkStack
from cdk.stacks.serving import ServingStack
from cdk.stacks.training import TrainingStack


def build_app(*, context: Mapping[str, Any] | None = None, outdir: str | None = None) -> App:
    """The app with its stacks, ready to synthesise; `context` is what `-c` gives on the command line."""
    app = App(context=context, outdir=outdir, analytics_reporting=False)
    settings = Settings.from_context(app.node.try_get_context)
    shared: dict[str, Any] = {"env": Environment(account=settings.account, region=settings.region)}
    data = DataStack(app, "GreenFraud-Data", settings=settings, **shared)
    network = NetworkStack(app, "GreenFraud-Network", settings=settings, **shared).network if settings.private else None
    training = TrainingStack(app, "GreenFraud-Training", settings=settings, data=data, network=network, **shared)
    serving = ServingStack(app, "GreenFraud-Serving", settings=settings, data=data, network=network, **shared)
    MonitoringStack(app, "GreenFraud-Monitoring", training=training, serving=serving, **shared)
    Tags.of(app).add("project", "greenfraud")
    review(app)
    return app


if __name__ == "__main__":
    build_app().synth()
