"""The Lambda's entry: an API Gateway HTTP API event in, an HTTP response out."""

from __future__ import annotations

import logging

from mangum import Mangum

from functions.score.app import create_app
from functions.score.service import connect
from functions.score.settings import Settings
from greenfraud.faults import edge

# Mangum logs every path, and a path may hold a transaction's id.
logging.getLogger("mangum").setLevel(logging.WARNING)
settings = Settings.from_env()
handler = edge(Mangum(create_app(connect(settings)), lifespan="off"))
