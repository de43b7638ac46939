"""`greenfraud run`: the whole platform on this machine, from an empty one to scores over HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cli import emissions, record
from cli.data.dataset import Dataset, HeldBack, hold_back
from cli.data.deployed_columns import require_columns
from cli.data.enough import require_enough
from cli.data.sources import Source
from cli.data.upload import HELD_BACK_KEY, change_label_horizon, imported_document, read_json, upload
from cli.embedded import LOG, deploy, embedded_aws
from cli.errors import CommandError, InputError
from cli.execution import Execution, follow_execution, start_execution
from cli.id_key import ids_told, read_id_key, tokenised
from cli.interruption import told_when_stopped
from cli.models.without_model import tell_without_model
from cli.next_steps import next_steps
from cli.past import last_reported
from cli.permissions import refusals_told
from cli.progress import TrainingView, grams
from cli.scoring import Score, score_held_back, score_table
from cli.screen import Screen
from cli.target import SERVING_FILE, Target
from greenfraud.exchange import Exchange
from greenfraud.naming import DATASET_KEY
from greenfraud.records import Transaction

STOPPED = "stopped, and nothing goes on; what was imported and trained is kept, and the same command goes on with it"
STATE = Path(".local/state")
Prepared = tuple[Dataset, list[HeldBack]]  # to import, and kept back to be scored


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """What `run` was asked for; `label_horizon_days` None leaves the lake's own."""

    source: Source
    label_horizon_days: int | None = None
    port: int = 4566
    http_port: int = 8000
    assembly: Path = Path("cdk.out")
    is_exiting: bool = False


@dataclass
class Run:
    """What a run has found out so far: everything that `.local/run.json` will say."""

    dataset: dict[str, Any] = field(default_factory=dict)
    execution: Execution = field(default_factory=lambda: Execution(""))
    results: Mapping[str, Any] = field(default_factory=dict)
    scores: list[Score] = field(default_factory=list)

    def document(self, seconds: Mapping[str, float]) -> dict[str, Any]:
        """What `.local/run.json` says; `seconds` are those of the steps that the screen has timed."""
        report, plan = self.results.get("report.json") or {}, self.results.get("plan.json") or {}
        chunks = sorted({chunk["chunk"] for family in plan.get("families", []) for chunk in family["chunks"]})
        trained = [document for name, document in sorted(self.results.items()) if name.startswith("train/")]
        return {
            "schema": 1,
            "seconds": {**record.preparation_seconds(), **seconds, **self.execution.seconds()},
            "dataset": self.dataset,
            "rows": self.dataset["rows"],
            "chunks": len(chunks),
            "chunk_ids": chunks,
            "holdout": plan.get("holdout"),
            "families": report.get("families", {}),
            "decision": self.results.get("decision.json") or {"outcome": report.get("decision"), "reasons": []},
            "promoted": report.get("promoted"),
            "scores": [score.document() for score in self.scores],
            "outcome": self.execution.output.get("outcome", "train"),
            "execution_arn": self.execution.arn,
            "reported_by": report.get("execution"),
            "job_names": [job.name for job in self.execution.jobs] or [document["job_name"] for document in trained],
            "template_sha256": record.template_sha256s(),
        }


def run(options: RunOptions, screen: Screen) -> None:
    """Start, deploy, import, train, promote, serve, score; stay up unless `is_exiting`. CommandError when a step fails."""
    _require_assembly(options.assembly)
    state = STATE / options.source.identity
    prepared = None if state.exists() else _prepared(options.source, screen)
    began = time.monotonic()
    with told_when_stopped(STOPPED), _platform(options, state, screen) as (target, has_ended):
        record.RUN_RECORD.unlink(missing_ok=True)
        done = _everything(options, target, screen, prepared)
        record.write_json(record.RUN_RECORD, done.document(screen.seconds))
        screen.line(f"✓ everything done in {time.monotonic() - began:.1f} s; figures in {record.RUN_RECORD}")
        if not options.is_exiting:
            next_steps(screen, target, done.scores[-1].held.transaction)
            from cli.console.server import served_beside

            with served_beside(target, lambda text: screen.line(text, style="bold")):
                _stay_up(screen, has_ended)


def _everything(options: RunOptions, target: Target, screen: Screen, prepared: Prepared | None) -> Run:
    done = Run()
    with screen.step("deploy", f"deploying {options.assembly}"):
        deploy(options.assembly, target.endpoint or "", lambda line: screen.line(f"  {line}"))
    screen.line(f"  customers and terminals: {ids_told(target)}")
    require_columns(target, screen.line)  # a template that was synthesised before they were declared
    held_back = _import(options, prepared, target, screen, done)
    _train(target, screen, done)
    _score(target, screen, done, held_back)
    _account(target, screen, done)
    tell_without_model(target, screen)
    return done


@contextmanager
def _platform(options: RunOptions, state: Path, screen: Screen) -> Iterator[tuple[Target, Callable[[], bool]]]:
    """The embedded AWS as a target, and whether it has ended; while it is up, other commands find it by a file."""
    with ExitStack() as stack:
        watch = stack.enter_context(refusals_told(screen))
        with screen.step("start", "starting the embedded AWS"):
            server = embedded_aws(port=options.port, http_port=options.http_port, state=state, note=screen.line)
            ready = stack.enter_context(server)
            watch(ready.process_id)
        screen.line(f"  {ready.endpoint}, state in {state}")
        target = Target(ready.endpoint, api_url=ready.api)
        record.write_json(
            SERVING_FILE, {"endpoint": ready.endpoint, "api": ready.api, "region": target.region, "state": str(state)}
        )
        try:
            yield target, ready.has_ended
        finally:
            SERVING_FILE.unlink(missing_ok=True)


def _require_assembly(assembly: Path) -> None:
    if not (assembly / "manifest.json").exists():
        raise InputError(f"there is no synthesised template in {assembly}. Run `make synth` first, in the project's folder")


def _import(options: RunOptions, prepared: Prepared | None, target: Target, screen: Screen, done: Run) -> list[HeldBack]:
    """Fill the lake, unless it holds this data set already; the transactions kept back for scoring.

    Where ids are replaced, what is kept back never enters the lake: it is scored by the ids it was sent with.
    """
    s3, bucket, source = target.client("s3"), target.outputs["LakeBucket"], options.source
    key = read_id_key(target)
    found = imported_document(s3, bucket)
    if found is None or found["source_sha256"] != source.sha256:
        with screen.step("import", f"importing {source.description}"):
            dataset, held_back = prepared or _prepared(source, screen)
            kept = held_back if key is None else None
            upload(s3, bucket, tokenised(dataset, key), kept, done=lambda now, of: screen.doing(f"importing: file {now} of {of}"))
    if options.label_horizon_days is not None:
        change_label_horizon(s3, bucket, options.label_horizon_days)
    done.dataset = read_json(s3, bucket, DATASET_KEY)
    if key is not None:
        held_back = (prepared or hold_back(source.load()))[1]  # what is imported was enough
    else:
        held_back = [_held(document) for document in read_json(s3, bucket, HELD_BACK_KEY) or []]
    screen.line(f"  {_described(done.dataset)}{_told(held_back)}")
    return held_back


def _prepared(source: Source, screen: Screen) -> Prepared:
    """The data set to import and what is kept back of it. InputError when no model could come of the rest."""
    dataset, held_back = hold_back(source.load())
    require_enough(dataset, screen)
    return dataset, held_back


def _described(dataset: Mapping[str, Any]) -> str:
    counted = ", ".join(
        f"{dataset[name]:,} {word}" for name, word in (("rows", "transactions"), ("frauds", "frauds"), ("customers", "customers"))
    )
    return f"{dataset['name']}: {counted}, from {dataset['first_day']} to {dataset['newest_occurred_at'][:10]}"


def _told(held_back: list[HeldBack]) -> str:
    """Why a file has a few more payments and frauds than were imported of it."""
    frauds = sum(held.is_fraud for held in held_back)
    return f"; {len(held_back)} of the newest, {frauds} of them frauds, are kept back to be scored" if held_back else ""


def _held(document: Mapping[str, Any]) -> HeldBack:
    transaction = document["transaction"]
    return HeldBack(Transaction.from_json(transaction, exchange=Exchange(transaction["currency"])), document["is_fraud"])


def _train(target: Target, screen: Screen, done: Run) -> None:
    """Start the pipeline with `{}` and follow it; where nothing is new, the last execution's report speaks."""
    with screen.step("pipeline", "training, evaluating, promoting"):
        done.execution = follow_execution(target, start_execution(target, {}), TrainingView(screen))
    if done.execution.is_idle:
        screen.line(f"  NothingToTrain: {done.execution.output.get('reason', 'every mature chunk is trained')}")
        done.results = last_reported(target)
    else:
        done.results = done.execution.results


def _score(target: Target, screen: Screen, done: Run, held_back: list[HeldBack]) -> None:
    """Score what was kept back, in its order, over HTTP."""
    began = time.monotonic()
    for score in score_held_back(target, held_back):
        if not done.scores:
            screen.seconds["first_score"] = round(time.monotonic() - began, 3)
        done.scores.append(score)
    screen.line(f"✓ scored over HTTP at {target.api} (first answer after {screen.seconds.get('first_score', 0):.2f} s)")
    screen.table(score_table(done.scores))
    promoted = done.results.get("report.json", {}).get("promoted")
    if promoted and not all(score.answer.get("model") for score in done.scores):
        raise CommandError(
            f"{promoted['family']}/{promoted['version']} was promoted, yet some scores were made by rules. See .local/logs"
        )


def _account(target: Target, screen: Screen, done: Run) -> None:
    """Compile logs/emissions.csv once inference has reached the lake too."""
    with screen.step("emissions", "accounting for emissions"):
        records = emissions.wait_for_inference(target, len(done.scores))
        path = emissions.write_csv(records)
    accounted = emissions.scores_accounted(records)
    if accounted < len(done.scores):
        raise CommandError(
            f"only {accounted} of {len(done.scores)} scores reached the lake: the ingest function failed. See .local/logs"
        )
    totals = ", ".join(f"{stage} {grams(value)}" for stage, value in emissions.grams_by_stage(records).items())
    screen.line(f"  {path}: {totals} CO2e")


def _stay_up(screen: Screen, has_ended: Callable[[], bool]) -> None:
    screen.line("Up. Ctrl-C stops everything and keeps its state.", style="bold")
    try:
        while not has_ended():
            time.sleep(1)
    except KeyboardInterrupt:
        screen.line("stopping, saving state …")
        return
    raise CommandError(f"the embedded AWS ended by itself; its log: {LOG}")
