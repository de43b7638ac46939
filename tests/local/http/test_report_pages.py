"""Pages of executions, which this machine's browser opens at /report."""

from __future__ import annotations

import boto3
import pytest
from moto import mock_aws

from local.http import report_pages
from local.http.api_events import Request

PAGES = {"0123456789ab/report.html": "<p>first", "0123456789ac/report.html": "<p>second", "0123456789ac/light-card.html": "<p>card"}


@pytest.fixture
def kept(monkeypatch):
    """Two executions' pages among other objects, of a run that reported later each."""
    monkeypatch.setattr(report_pages, "ACCOUNT", "123456789012")
    with mock_aws():
        s3 = boto3.client("s3", region_name="us-east-1", aws_access_key_id="k", aws_secret_access_key="s")
        for bucket in ("lake", "artifacts"):
            s3.create_bucket(Bucket=bucket)
        s3.put_object(Bucket="lake", Key="reports/quality/20180501-20180508.json", Body=b"{}")
        for name, body in PAGES.items():
            s3.put_object(Bucket="artifacts", Key=f"reports/{name}", Body=body.encode())
        yield s3


def asked(target: str, method: str = "GET"):
    """What the server answers."""
    request = Request(method=method, target=target, protocol="HTTP/1.1", headers={}, body=b"", source_ip="127.0.0.1")
    return report_pages.answer(request)


def test_report_leads_to_the_newest_execution(kept):
    """By its own address, so that links to the cards beside it work."""
    found = asked("/report")
    assert (found.status, dict(found.headers)["Location"]) == (302, "/report/0123456789ac/report.html")


def test_a_page_is_shown_as_one(kept):
    """Whether it is the report or a card."""
    found = asked("/report/0123456789ac/light-card.html")
    assert (found.status, found.body, found.headers[0][1]) == (200, b"<p>card", "text/html; charset=utf-8")


@pytest.mark.parametrize(
    "target", ["/report/quality/20180501-20180508.json", "/report/../lake", "/reports", "/report/x/report.html"]
)
def test_nothing_else_of_the_buckets_is_shown(kept, target):
    """The server has the right to read all of them."""
    assert asked(target) is None


def test_before_any_execution_there_is_no_page(kept):
    """The API's own 404 says so."""
    for name in PAGES:
        kept.delete_object(Bucket="artifacts", Key=f"reports/{name}")
    assert asked("/report") is None


def test_a_page_is_not_written_by_asking(kept):
    """Only GET and HEAD are answered."""
    assert asked("/report", "POST") is None
