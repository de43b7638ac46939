"""One embedded AWS that checks signatures, one checkout, and the whole story told once, step by step, each after the one before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deploy_story import ROOT, Checkout, make_checkout, missing_tool

from tests.docs.pages import Page
from tests.local.workbench import Embedded, start

GUIDE = Page(ROOT / "docs/deploy.md")
# What `make bootstrap`, `deploy`, `destroy` and `restore` run, without their questions.
BOOTSTRAP = ("bootstrap", "--app", "cdk.out")
DEPLOY = ("deploy", "--all", "--app", "cdk.out", "--outputs-file", ".local/outputs.json", "--require-approval", "never")
DESTROY = ("destroy", "--all", "--app", "cdk.out", "--force")
RESTORE = ("import", "GreenFraud-Data", "--app", "cdk.out", "--resource-mapping", ".local/kept.json")
FUNCTIONS = ("score", "ingest", "plan", "control")


def guide_line(*fragments: str) -> str:
    """The one command of the guide that holds every fragment."""
    (line,) = [command for command in GUIDE.commands if all(fragment in command for fragment in fragments)]
    return line


@dataclass(frozen=True)
class World:
    """The account and the checkout."""

    aws: Embedded
    checkout: Checkout

    def health(self) -> httpx.Response:
        """What GET /health answers."""
        return httpx.get(f"{self.aws.api}/health", timeout=60)

    def outputs(self, stack: str) -> dict[str, str]:
        """What the deployment wrote of a stack's outputs."""
        written: dict[str, dict[str, str]] = json.loads((self.checkout.folder / ".local/outputs.json").read_text())
        return written[f"GreenFraud-{stack}"]

    def stacks(self) -> set[str]:
        """The platform's stacks that stand."""
        described = self.aws.client("cloudformation").describe_stacks()["Stacks"]
        return {one["StackName"] for one in described if one["StackName"].startswith("GreenFraud-")}

    def code(self) -> dict[str, str]:
        """The digest of every function's code, by its folder."""
        listed = self.aws.client("lambda").list_functions()["Functions"]
        return {one["Handler"].split(".")[1]: one["CodeSha256"] for one in listed}

    def data(self) -> dict[str, int]:
        """How much lies in every bucket and table of the platform."""
        s3, dynamodb = self.aws.client("s3"), self.aws.client("dynamodb")
        buckets = [one["Name"] for one in s3.list_buckets()["Buckets"] if not one["Name"].startswith("cdk-")]
        tables = dynamodb.list_tables()["TableNames"]
        return {name: s3.list_objects_v2(Bucket=name)["KeyCount"] for name in buckets} | {
            name: dynamodb.scan(TableName=name)["Count"] for name in tables
        }

    def ask(self, line: str, **variables: str) -> Any:
        """Run a curl line of the guide against the HTTP front; its JSON."""
        return json.loads(self.checkout.paste(line, API=self.aws.api, **variables))


@dataclass(frozen=True)
class Deployed:
    """After `cdk bootstrap` and the first deployment, and what the guide's lines answered then."""

    output: str
    address: str
    health: Any
    unsigned: str
    score: Any
    with_token: Any
    decision: Any
    commands: dict[str, str]


@dataclass(frozen=True)
class Edited:
    """After the deployment of one edited function."""

    output: str
    before: dict[str, str]
    after: dict[str, str]
    health: Any


@dataclass(frozen=True)
class Gone:
    """After a destruction: what it said, what stood before and what is left."""

    kept: str
    output: str
    before: dict[str, int]
    left: dict[str, int]
    stacks: set[str]
    health: int


@dataclass(frozen=True)
class Restored:
    """After the kept data were taken into a new stack."""

    output: str
    data: dict[str, int]
    decision: Any


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An account nothing was ever deployed to, and a checkout with its synthesised assembly."""
    if reason := missing_tool():
        pytest.skip(reason)
    folder: Path = tmp_path_factory.mktemp("deploy") / "greenfraud"
    folder.mkdir()
    checkout = make_checkout(folder, ROOT / ".local/deploy-transcript.txt")
    aws = start(tmp_path_factory.mktemp("aws") / "state", "--auth", "on")
    checkout.endpoint = aws.endpoint.replace("127.0.0.1", "localhost")
    yield World(aws, checkout)
    aws.stop()


@pytest.fixture(scope="session")
def deployed(world: World) -> Deployed:
    """Bootstrap, deploy, then every line of the guide that talks to what is deployed."""
    checkout, aws = world.checkout, world.aws
    checkout.cdk(*BOOTSTRAP)
    checkout.record_image(aws.client("ecr"))
    output = checkout.cdk(*DEPLOY)
    health, score, decision = (guide_line(f"$API{path}") for path in ("/health", "/v1/score", "/v1/decisions"))
    unsigned = score.replace('--aws-sigv4 "aws:amz:eu-north-1:execute-api" ', "").replace(" -d ", " -w '%{http_code}' -d ")
    return Deployed(
        output=output,
        address=checkout.paste(f"{guide_line('API=')}; echo $API").strip(),
        health=world.ask(health),
        unsigned=checkout.paste(unsigned, API=aws.api),
        score=world.ask(score),
        with_token=world.ask(score, AWS_SESSION_TOKEN="a/session+token=="),
        decision=world.ask(decision),
        commands=operate(checkout),
    )


def operate(checkout: Checkout) -> dict[str, str]:
    """The guide's operator commands, on twenty transactions: too few to train on, enough to be imported."""
    days = [f"2026-03-{day:02d}T12:00:00Z" for day in range(1, 21)]
    columns = {"transaction_id": [f"t{n}" for n in range(20)], "occurred_at": days, "customer_id": ["c1"] * 20}
    table = pa.table({**columns, "amount": [10.0] * 20, "is_fraud": [0] * 19 + [1]})
    pq.write_table(table, checkout.folder / "history.parquet")
    lines = {name: guide_line(*fragments) for name, fragments in OPERATIONS.items()}
    # Nothing was ever promoted here, so that taking it back is refused.
    return {name: checkout.paste(line, code=int(name == "rollback")) for name, line in lines.items()}


OPERATIONS = {
    "check": ("greenfraud import", "--check"),
    "import": ("greenfraud import", "--aws"),
    "retrain": ("greenfraud retrain",),
    "status": ("greenfraud status",),
    "rollback": ("greenfraud rollback",),
}


@pytest.fixture(scope="session")
def deployed_again(world: World, deployed: Deployed) -> str:
    """What the same deployment says a second time."""
    return world.checkout.cdk(*DEPLOY)


@pytest.fixture(scope="session")
def edited(world: World, deployed_again: str) -> Edited:
    """One function changes in the sources; the CDK synthesises and deploys."""
    before = world.code()
    world.checkout.edit("functions/score/service.py", '"status": "ok"', '"edited": True, "status": "ok"')
    output = world.checkout.cdk("deploy", "--all", "--require-approval", "never")
    return Edited(output, before, world.code(), world.ask(guide_line("$API/health")))


@pytest.fixture(scope="session")
def destroyed(world: World, edited: Edited) -> Gone:
    """`cdk destroy --all`, as it is by default."""
    return destroy(world)


@pytest.fixture(scope="session")
def restored(world: World, destroyed: Gone) -> Restored:
    """What was kept is imported, and the rest deployed beside it."""
    output = world.checkout.cdk(*RESTORE) + world.checkout.cdk(*DEPLOY)
    return Restored(output, world.data(), world.ask(guide_line("$API/v1/decisions")))


@pytest.fixture(scope="session")
def deleted(world: World, restored: Restored) -> Gone:
    """`cdk destroy --all` after the data were asked to go with it, and the buckets emptied."""
    world.checkout.edit("cdk.json", '"context": {', '"context": {\n    "retain_data": false,')
    world.checkout.cdk("deploy", "--all", "--require-approval", "never", "--outputs-file", ".local/outputs.json")
    before = world.data()
    world.checkout.paste(guide_line("object_versions.delete"))
    return destroy(world, before)


def destroy(world: World, before: dict[str, int] | None = None) -> Gone:
    """What `make destroy` runs."""
    before = before or world.data()
    kept = world.checkout.paste(".venv/bin/python -m toolchain.kept")
    output = world.checkout.cdk(*DESTROY)
    return Gone(kept, output, before, world.data(), world.stacks(), world.health().status_code)
