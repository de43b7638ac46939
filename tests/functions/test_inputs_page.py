"""docs/inputs.md says what the API does with every input, good or bad; here the API is asked."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from score_world import TRANSACTION, World

from functions.score.app import create_app
from functions.score.memory import connect_nothing

PAGE = Path(__file__).parents[2] / "docs" / "inputs.md"
LABEL = {"transaction_id": "T1", "is_fraud": True, "observed_at": "2018-05-27T12:00:00Z"}
RELEASE = {"transaction_id": "T1", "released_at": "2018-05-27T12:00:00Z"}
BASES = {"transaction": ("/v1/score", TRANSACTION), "label": ("/v1/labels", LABEL), "release": ("/v1/releases", RELEASE)}
REQUEST = re.compile(rf"({'|'.join(BASES)}) `(\{{.*?\}})`")


class Row(NamedTuple):
    """One line of the table."""

    kind: str
    change: str
    after: str
    answer: str


def rows() -> list[Row]:
    """The lines of the page's first table."""
    table = PAGE.read_text(encoding="utf-8").split("|---|---|---|---|\n")[1].split("\n\n")[0]
    return [Row(*(cell.strip() for cell in line.strip("|").split(" | ", 3))) for line in table.replace("| |", "|  |").splitlines()]


def body_of(kind: str, change: str) -> str:
    """The request as JSON text, with what the page abbreviates written out."""
    body: dict[str, Any] = BASES[kind][1] | {name: spelled_out(value) for name, value in json.loads(change).items()}
    return json.dumps({name: value for name, value in body.items() if value != "-"})


def spelled_out(value: Any) -> Any:
    """A moment relative to now, a repeated text, or the value itself."""
    if match := re.fullmatch(r"now \+ (\d+) min", str(value)):
        return (datetime.now(UTC) + timedelta(minutes=int(match[1]))).isoformat()
    if match := re.fullmatch(r"(.) \* (\d+)", str(value)):
        return match[1] * int(match[2])
    return value


def ask(api: TestClient, kind: str, body: str, *, in_list: bool = False) -> tuple[int, dict[str, Any]]:
    """Status and answer, of one request or of the same in a list of one."""
    path = BASES[kind][0]
    if in_list:
        path, body = {"/v1/score": "/v1/score/batch"}.get(path, path), f"[{body}]"
    response = api.post(path, content=body)
    return response.status_code, response.json()


def prepared(row: Row) -> TestClient:
    """An API that was sent what the row says came before."""
    api = TestClient(create_app(connect_nothing({})))
    for kind, change in REQUEST.findall(row.after):
        assert ask(api, kind, body_of(kind, change))[0] == 200
    return api


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row.kind} {row.change} {row.answer}".encode("ascii", "replace").decode())
def test_the_api_answers_as_the_page_says(row):
    """The status, and the field at fault or what became of the label or release."""
    status, body = ask(prepared(row), row.kind, body_of(row.kind, row.change.strip("`")))
    told = body["results"][0] if "results" in body else body.get("field", "")
    assert f"{status} {told}".strip() == row.answer


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row.kind} {row.change} {row.answer}".encode("ascii", "replace").decode())
def test_a_list_has_the_same_outcomes_and_problems_name_the_place(row):
    """A refused field makes the whole list unacceptable; a conflicting transaction is a problem of its own."""
    status, body = ask(prepared(row), row.kind, body_of(row.kind, row.change.strip("`")), in_list=True)
    expected_status, _, told = row.answer.partition(" ")
    if row.kind == "transaction" and expected_status in {"200", "409"}:
        (result,) = body["results"]
        assert (status, str(result.get("status", 200))) == (200, expected_status)
        return
    assert status == int(expected_status)
    if status == 422 and told != "body":
        assert body["field"] == f"{row.kind}s[0].{told}"


def test_the_page_has_a_row_for_everything_that_was_asked():
    """So that a broken parser does not pass for a short page."""
    assert len(rows()) >= 50
    assert {row.kind for row in rows()} == set(BASES)


def test_an_accepted_id_is_found_again_whatever_it_is_made_of(aws):
    """Also with a slash in it, and with what a URL has to escape."""
    world, name = World(), "결제/1 ünïcödé 💶?%#"
    answer = world.score(transaction_id=name)
    assert answer["transaction_id"] == name
    assert world.http.get(f"/v1/decisions?transaction_id={quote(name, safe='')}").json() == answer
