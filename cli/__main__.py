"""`python -m cli` is `greenfraud`."""

from cli.main import app

app()
