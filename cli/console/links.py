"""Where to go from here: reports, MLflow, the API."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from cli.console.console import Console
from cli.console.part import part_of

LOCAL_MLFLOW, MLFLOW_IN_AWS = (
    "greenfraud mlflow-ui shows its pages over the last run",
    "its app in SageMaker AI, in the AWS console",
)


def links(console: Console, request: Request) -> Response:
    """The page of ways on."""
    api = part_of(lambda: console.target.api)
    mlflow = LOCAL_MLFLOW if console.target.endpoint else MLFLOW_IN_AWS
    return console.page(request, "links", api=api.value or f"unavailable: {api.fault}", mlflow=mlflow)
