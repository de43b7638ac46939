"""The Lambda's entry: an API Gateway HTTP API event in, an HTTP response out."""

from __future__ import annotations

from mangum import Mangum

from functions.score.app import create_app
from functions.score.service import connect
from functions.score.settings import Settings

settings = Settings.from_env()
handler = Mangum(create_app(connect(settings)), lifespan="off")
