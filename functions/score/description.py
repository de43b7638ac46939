"""How routes describe themselves in OpenAPI: bodies and problems, referred to by name."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from functions.score.review_schemas import ReviewActionIn
from functions.score.schemas import BatchIn, LabelsIn, Problem, ReleasesIn, TransactionIn
from greenfraud.problems import PROBLEM_TYPE, title_of

REFERENCE = "#/components/schemas/{model}"


def documented(answer: type[BaseModel], *, body: type[BaseModel] | None = None, errors: Sequence[int] = ()) -> dict[str, Any]:
    """The part of a route's decorator that describes it; nothing here runs when a request is served."""
    problem = {PROBLEM_TYPE: {"schema": _refer(Problem)}}
    responses: dict[int, Any] = {code: {"description": title_of(code), "content": problem} for code in errors}
    described: dict[str, Any] = {"responses": {200: {"model": answer, "description": HTTPStatus.OK.phrase}} | responses}
    if body is not None:
        content = {"application/json": {"schema": _refer(body)}}
        described["openapi_extra"] = {"requestBody": {"required": True, "content": content}}
    return described


def describe(app: FastAPI) -> dict[str, Any]:
    """The whole description, with the forms that only requests use."""
    if app.openapi_schema is None:
        schema = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        forms = (TransactionIn, BatchIn, LabelsIn, ReleasesIn, ReviewActionIn, Problem)
        models: list[Any] = [(model, "validation") for model in forms]
        _, definitions = models_json_schema(models, ref_template=REFERENCE)
        components = schema["components"]["schemas"]
        components |= definitions["$defs"]
        schema["components"]["schemas"] = dict(sorted(components.items()))
        app.openapi_schema = schema
    return app.openapi_schema


def _refer(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": REFERENCE.format(model=model.__name__)}
