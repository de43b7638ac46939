"""The routes: each validates, asks one part of the service, and responds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import orjson
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from functions.score import pages, schemas
from functions.score.decisions import parse_day
from functions.score.description import documented
from functions.score.inputs import label_of, transaction_of
from functions.score.service import Service
from greenfraud.errors import GreenFraudError, InvalidInput
from greenfraud.problems import problem_of
from greenfraud.records import Label, Transaction

BATCH_LIMIT = 100
LIST_LIMIT = 1000

router = APIRouter()
Record = TypeVar("Record", Transaction, Label)
Reasons = Annotated[bool, Query(description="Give reasons for an allowed transaction too.")]


@router.post("/v1/score", **documented(schemas.Scored, body=schemas.TransactionIn, errors=(400, 409, 422, 503)))
async def score(request: Request, reasons: Reasons = False) -> Response:
    """Score one transaction; the same one again gets the stored answer, other content under its id a 409."""
    transaction = _service(request).tokens.of(_read(transaction_of, await _json(request)))
    (outcome,) = _service(request).scorer.score([transaction], with_reasons=reasons)
    if isinstance(outcome, GreenFraudError):
        raise outcome
    return _respond(outcome)


@router.post("/v1/score/batch", **documented(schemas.BatchScored, body=schemas.BatchIn, errors=(400, 422)))
async def score_batch(request: Request, reasons: Reasons = False) -> Response:
    """Score up to 100 transactions; none is scored unless all are valid."""
    body = await _json(request)
    listed = body.get("transactions") if isinstance(body, dict) else body
    transactions = [_service(request).tokens.of(one) for one in _read_all(transaction_of, listed, "transactions")]
    outcomes = _service(request).scorer.score(transactions, with_reasons=reasons)
    results = [problem_of(outcome) if isinstance(outcome, GreenFraudError) else outcome for outcome in outcomes]
    return _respond({"results": results})


@router.get("/v1/decisions/{transaction_id:path}", **documented(schemas.Scored, errors=(404,)))
async def decision(request: Request, transaction_id: str) -> Response:
    """The answer that was given to a transaction."""
    return _respond(_service(request).decisions.get(transaction_id))


@router.get("/v1/reviews", **documented(schemas.Reviews, errors=(422,)))
async def reviews(request: Request, day: str, limit: Annotated[int, Query(ge=1, le=LIST_LIMIT)] = 100) -> Response:
    """The day's transactions that ask for a person, riskiest first."""
    day = parse_day(day)
    return _respond({"day": day, "reviews": _service(request).decisions.reviews(day, limit)})


@router.post("/v1/labels", **documented(schemas.LabelsTaken, body=schemas.LabelsIn, errors=(400, 404, 409, 422)))
async def labels(request: Request) -> Response:
    """Take one label or a list of up to 100; one that contradicts an earlier one is a correction if observed later."""
    body = await _json(request)
    if isinstance(body, list):
        listed = _read_all(label_of, body, "labels")
        return _respond({"results": _service(request).labels.put_all(listed, place="labels[{}].")})
    return _respond({"results": _service(request).labels.put_all([_read(label_of, body)])})


@router.get("/v1/model", **documented(schemas.ModelCard))
async def model(request: Request) -> Response:
    """The model in production, the one that answers, and the policy."""
    return _respond(_service(request).model_card())


@router.get("/health", **documented(schemas.Health, errors=(503,)))
async def health(request: Request) -> Response:
    """Whether the service can answer, in one word; what answers is told by the model's route."""
    word = _service(request).health.word()
    return _respond({"status": word}, 503 if word == "unavailable" else 200)


@router.get("/", include_in_schema=False)
async def home(request: Request) -> HTMLResponse:
    """A page for a person."""
    return HTMLResponse(pages.home(_service(request).summary()))


@router.get("/report", include_in_schema=False)
async def report(request: Request) -> HTMLResponse:
    """The model card as a page."""
    return HTMLResponse(pages.report(_service(request).model_card()))


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


async def _json(request: Request) -> Any:
    try:
        return orjson.loads(await request.body())
    except orjson.JSONDecodeError:
        raise InvalidInput("body", "must be JSON") from None


def _read(parse: Callable[[dict[str, Any]], Record], body: Any) -> Record:
    if not isinstance(body, dict):
        raise InvalidInput("body", "must be a JSON object")
    return parse(body)


def _read_all(parse: Callable[[dict[str, Any]], Record], listed: Any, name: str) -> list[Record]:
    if not isinstance(listed, list) or not 1 <= len(listed) <= BATCH_LIMIT:
        raise InvalidInput(name, f"must be a list of 1 to {BATCH_LIMIT}")
    records = []
    for index, body in enumerate(listed):
        try:
            records.append(_read(parse, body))
        except InvalidInput as error:
            raise InvalidInput(f"{name}[{index}].{error.field}", error.reason) from None
    return records


def _respond(body: dict[str, Any], status: int = 200) -> Response:
    return Response(orjson.dumps(body), status_code=status, media_type="application/json")
