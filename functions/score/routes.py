"""The routes: each validates, asks one part of the service, and responds."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, Literal, TypeVar

import orjson
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse

from functions.score import pages, review_schemas, schemas
from functions.score.asked import id_of_path, id_of_query
from functions.score.deadline import give_up_at
from functions.score.decisions import parse_day
from functions.score.description import documented
from functions.score.explanation_schemas import Explanation
from functions.score.inputs import label_of, release_of, transaction_of
from functions.score.review_action import Action, action_of
from functions.score.service import Service
from functions.score.worklist import LIST_LIMIT
from greenfraud.callers import caller_of
from greenfraud.errors import GreenFraudError, InvalidInput
from greenfraud.problems import problem_of
from greenfraud.records import MAXIMUM_ID_LENGTH, Label, Release, Transaction

BATCH_LIMIT = 100
REVIEW_ERRORS = (400, 403, 404, 409, 422, 503)

router = APIRouter()
Record = TypeVar("Record", Transaction, Label, Release, Action)
TransactionId = Annotated[str, Query(min_length=1, max_length=MAXIMUM_ID_LENGTH, description="Percent-encoded UTF-8.")]
Limit = Annotated[int | None, Query(ge=1, le=LIST_LIMIT, description="By default what the team can do in a day.")]
ListedState = Annotated[Literal["open", "all"], Query(description="Whether what is decided is listed too.")]
Reasons = Annotated[bool, Query(description="Give reasons for an allowed transaction too.")]


@router.post("/v1/score", **documented(schemas.Scored, body=schemas.TransactionIn, errors=(400, 409, 422, 503)))
async def score(request: Request, reasons: Reasons = False) -> Response:
    """Score one transaction; the same one again gets the stored answer, other content under its id a 409."""
    service = _service(request)
    transaction = service.tokens.of(_read(partial(transaction_of, exchange=service.exchange), await _json(request)))
    (outcome,) = _service(request).scorer.score([transaction], with_reasons=reasons)
    if isinstance(outcome, GreenFraudError):
        raise outcome
    return _respond(outcome)


@router.post("/v1/score/batch", **documented(schemas.BatchScored, body=schemas.BatchIn, errors=(400, 422)))
async def score_batch(request: Request, reasons: Reasons = False) -> Response:
    """Score up to 100 transactions; none is scored unless all are valid."""
    body = await _json(request)
    listed = body.get("transactions") if isinstance(body, dict) else body
    service = _service(request)
    listed = _read_all(partial(transaction_of, exchange=service.exchange), listed, "transactions")
    transactions = [service.tokens.of(one) for one in listed]
    outcomes = service.scorer.score(transactions, with_reasons=reasons, give_up_at=_give_up_at(request))
    results = [problem_of(outcome) if isinstance(outcome, GreenFraudError) else outcome for outcome in outcomes]
    return _respond({"results": results})


@router.get("/v1/decisions", **documented(schemas.Scored, errors=(404, 422)))
async def decision(request: Request, transaction_id: TransactionId) -> Response:
    """The answer that was given to a transaction, whatever its id is made of."""
    del transaction_id  # described and required here; read from the query's own bytes
    return _respond(_service(request).decisions.get(id_of_query(request.scope["query_string"])))


@router.get("/v1/decisions/{transaction_id:path}", **documented(schemas.Scored, errors=(404,)))
async def decision_by_path(request: Request, transaction_id: str) -> Response:
    """The same, for an id of letters, digits and `-._~`; a path may arrive with any other one changed."""
    return _respond(_service(request).decisions.get(id_of_path(transaction_id)))


@router.get("/v1/explanations", **documented(Explanation, errors=(404, 422)))
async def explanation(request: Request, transaction_id: TransactionId) -> Response:
    """Why a transaction was decided as it was, on which values, and what became of it since; not for those who may only score."""
    del transaction_id
    return _respond(_service(request).explain(id_of_query(request.scope["query_string"])))


@router.get("/v1/explanations/{transaction_id:path}", **documented(Explanation, errors=(404,)))
async def explanation_by_path(request: Request, transaction_id: str) -> Response:
    """The same, for an id that a path carries unchanged."""
    return _respond(_service(request).explain(id_of_path(transaction_id, of="explanations")))


@router.get("/v1/reviews", **documented(review_schemas.Reviews, errors=(422, 503)))
async def reviews(request: Request, day: str | None = None, limit: Limit = None, state: ListedState = "open") -> Response:
    """What asks for a person and is not decided, by what is expected to be lost: of the last 7 days, or of one."""
    parsed = None if day is None else parse_day(day)
    return _respond(_service(request).reviews(parsed, limit, is_all=state == "all"))


@router.post("/v1/reviews", **documented(review_schemas.Review, body=review_schemas.ReviewActionIn, errors=REVIEW_ERRORS))
async def review(request: Request, transaction_id: TransactionId) -> Response:
    """Claim, unclaim, note or decide one of the review list, whatever its id is made of, as whoever signed the request."""
    del transaction_id
    return await _act(request, id_of_query(request.scope["query_string"]))


@router.post(
    "/v1/reviews/{transaction_id:path}",
    **documented(review_schemas.Review, body=review_schemas.ReviewActionIn, errors=REVIEW_ERRORS),
)
async def review_by_path(request: Request, transaction_id: str) -> Response:
    """The same, for an id that a path carries unchanged."""
    return await _act(request, id_of_path(transaction_id, of="reviews"))


@router.post("/v1/labels", **documented(schemas.LabelsTaken, body=schemas.LabelsIn, errors=(400, 404, 409, 422, 503)))
async def labels(request: Request) -> Response:
    """Take one label, or a list of up to 100 whole; one that contradicts an earlier one is a correction if observed later."""
    body = await _json(request)
    is_list = isinstance(body, list)
    listed = _read_all(label_of, body, "labels") if is_list else [_read(label_of, body)]
    place = "labels[{}]." if is_list else ""
    return _respond({"results": _service(request).labels.put_all(listed, place=place, give_up_at=_give_up_at(request))})


@router.post("/v1/releases", **documented(schemas.ReleasesTaken, body=schemas.ReleasesIn, errors=(400, 404, 409, 422, 503)))
async def releases(request: Request) -> Response:
    """Let one held payment go, or up to 100: from then on it is part of what is usual for its customer."""
    body = await _json(request)
    is_list = isinstance(body, list)
    listed = _read_all(release_of, body, "releases") if is_list else [_read(release_of, body)]
    return _respond({"results": _service(request).releases.put_all(listed, place="releases[{}]." if is_list else "")})


@router.get("/v1/model", **documented(schemas.ModelCard))
async def model(request: Request) -> Response:
    """The model in production, what answers and why, and which policy decides."""
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


async def _act(request: Request, transaction_id: str) -> Response:
    action = _read(action_of, await _json(request))
    caller = caller_of(request.scope.get("aws.event", {}))
    return _respond(_service(request).desk.act(transaction_id, action, caller))


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


def _give_up_at(request: Request) -> float:
    return give_up_at(request.scope, _service(request).longest_call_seconds)


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
