"""The application: routes over a service, every error a problem."""

from __future__ import annotations

import logging
from functools import partial

from fastapi import FastAPI

from functions.score import problems
from functions.score.description import describe
from functions.score.memory import connect_nothing
from functions.score.routes import router
from functions.score.service import Service, connect
from functions.score.settings import Settings, names_no_store

logger = logging.getLogger(__name__)

DESCRIPTION = "Scores card transactions for fraud, explains every doubt, and tells what each answer emits."


def create_app(service: Service) -> FastAPI:
    """The API over a service; any ASGI server can serve it."""
    # No redirects: who signs a request signs its path, and cannot follow to another.
    app = FastAPI(title="GreenFraud", version="1", description=DESCRIPTION, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.service = service
    app.include_router(router)
    problems.install(app)
    app.openapi = partial(describe, app)  # type: ignore[method-assign]
    return app


def development() -> FastAPI:
    """Return the app for `uvicorn --factory functions.score.app:development`; where no table is configured, the rules answer."""
    if names_no_store():
        logger.warning("no table is configured: the rules answer, every answer is degraded, decisions end with this process")
        return create_app(connect_nothing())
    return create_app(connect(Settings.from_env()))
