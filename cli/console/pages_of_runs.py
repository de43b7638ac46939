"""The pages that executions left in S3, as `greenfraud report` fetches them."""

from __future__ import annotations

import re

from botocore.exceptions import BotoCoreError, ClientError
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from cli.console.console import Console
from cli.console.part import Part, part_of
from cli.errors import CommandError
from cli.report_command import newest
from greenfraud.page_keys import PAGES, REPORT_PAGE

PAGE = re.compile(r"[0-9a-f]{12}/[a-z_-]+\.html")
# They carry their style, and no script: what somebody put into the bucket runs no more here than there.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"


def newest_report(console: Console, request: Request) -> Response:
    """The way to the report that was written last."""
    found = part_of(lambda: newest(console.target))
    if found.fault is not None:
        return console.page(request, "missing", status=404, fault=found.fault)
    return RedirectResponse(f"/reports/{found.value}/{REPORT_PAGE}", 303)


def run_page(console: Console, request: Request) -> Response:
    """One page of an execution: its report, a model card, a validation report."""
    name = request.path_params["name"]
    found = part_of(lambda: _content(console, name)) if PAGE.fullmatch(name) else Part(fault="executions leave no such page")
    if found.fault is not None:
        return console.page(request, "missing", status=404, fault=found.fault)
    return HTMLResponse(found.value, headers={"content-security-policy": POLICY})


def _content(console: Console, name: str) -> bytes:
    target = console.target
    try:
        stored = target.client("s3").get_object(Bucket=target.outputs["ArtifactsBucket"], Key=f"{PAGES}{name}")
    except (ClientError, BotoCoreError) as error:
        raise CommandError(f"the page {name} cannot be read: {error}") from None
    body: bytes = stored["Body"].read()
    return body
