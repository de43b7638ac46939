"""What the steps of the story are and what each one saw: commands, the world they run in, observations."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
from deploy_story import ROOT, Checkout
from people import APPROVER, AUDITOR, OPERATOR, READER, RETRAINER, SCORER, hire, values_of

from local.context import ACCOUNT
from tests.docs.pages import Page
from tests.local.workbench import Embedded

GUIDE = Page(ROOT / "docs/deploy.md")
# What `make bootstrap`, `deploy`, `destroy` and `restore` run, without their questions.
POLICY = "arn:aws:iam::123456789012:policy/GreenFraudDeployment"
BOOTSTRAP = ("bootstrap", "--app", "cdk.out", "--cloudformation-execution-policies", POLICY)
DEPLOY = ("deploy", "--all", "--app", "cdk.out", "--outputs-file", ".local/outputs.json", "--require-approval", "never")
DESTROY = ("destroy", "--all", "--app", "cdk.out", "--force")
RESTORE = ("import", "GreenFraud-Data", "--app", "cdk.out", "--resource-mapping", ".local/kept.json")
CONTROL = ("record", "gate", "promote", "operate", "release", "guard")
FUNCTIONS = ("score", "ingest", "notify", "plan", *(f"control.{verb}" for verb in CONTROL))
OPERATIONS = {
    "check": ("greenfraud import", "--check"),
    "import": ("greenfraud import history.parquet --aws",),
    "append": ("greenfraud import later.parquet",),
    "rates": ("greenfraud rates",),
    "retrain": ("greenfraud retrain",),
    "status": ("greenfraud status",),
    "rollback": ("greenfraud rollback --aws",),
    "proposals": ("greenfraud proposals",),
    "audit": ("greenfraud audit verify --aws",),
}
WHO = {
    "retrain": RETRAINER,  # of a lake that has nothing yet; what is too little is refused before anything starts
    "check": RETRAINER,
    "import": RETRAINER,
    "append": RETRAINER,
    "rates": RETRAINER,
    "status": READER,
    "rollback": OPERATOR,
    "proposals": APPROVER,
    "audit": AUDITOR,
}
# What somebody tries whose policy does not name it. (A file that is there already is imported by nobody: nothing is touched.)
STRANGERS = {
    "rates": READER,
    "retrain": READER,
    "status": RETRAINER,
    "rollback": SCORER,
    "proposals": OPERATOR,
    "audit": READER,
}
People = dict[str, dict[str, str]]  # the variables of each one's shell


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
        """The digest of every function's code, by the package of its handler."""
        listed = self.aws.client("lambda").list_functions()["Functions"]
        handlers = {one["Handler"]: one["CodeSha256"] for one in listed}
        return {name.removeprefix("functions.").removesuffix(".handler.handler"): code for name, code in handlers.items()}

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
    refused: dict[str, str]


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


def staff(world: World) -> People:
    """Everybody but who deployed, hired for what is deployed."""
    written = json.loads((world.checkout.folder / ".local/outputs.json").read_text())
    values = values_of(written, ACCOUNT)
    return {name: hire(world.aws.client("iam"), name, values) for name in (SCORER, OPERATOR, APPROVER, AUDITOR, READER, RETRAINER)}


def bring_files(checkout: Checkout) -> None:
    """Twenty transactions, two later ones, and a table of rates: too few to train on, enough to be imported."""
    days = [f"2026-03-{day:02d}T12:00:00Z" for day in range(1, 21)]
    columns = {"transaction_id": [f"t{n}" for n in range(20)], "occurred_at": days, "customer_id": ["c1"] * 20}
    table = pa.table({**columns, "amount": [10.0] * 20, "is_fraud": [0] * 19 + [1]})
    pq.write_table(table, checkout.folder / "history.parquet")
    added = {"transaction_id": ["t19", "t20", "t21"], "occurred_at": [days[-1], "2026-03-21T12:00:00Z", "2026-03-22T12:00:00Z"]}
    later = pa.table({**added, "customer_id": ["c1", "c1", "c2"], "amount": [10.0] * 3, "is_fraud": [1, 0, 0]})
    pq.write_table(later, checkout.folder / "later.parquet")
    (checkout.folder / "rates.csv").write_text("date,currency,rate\n2026-03-01,USD,0.92\n", encoding="utf-8")


def operate(checkout: Checkout, api: str, people: People) -> dict[str, str]:
    """The guide's operator commands, on the files that were brought."""
    # No name leads to the address that the stack tells. Nothing was ever promoted, so that taking it back is refused.
    return {name: _command(checkout, name, api, people[who], code=int(name == "rollback")) for name, who in WHO.items()}


def others_try(checkout: Checkout, api: str, people: People) -> dict[str, str]:
    """The same commands, by somebody who does something else."""
    return {name: _command(checkout, name, api, people[who], code=1) for name, who in STRANGERS.items()}


def _command(checkout: Checkout, name: str, api: str, person: dict[str, str], *, code: int) -> str:
    return checkout.paste(guide_line(*OPERATIONS[name]), code=code, GREENFRAUD_API_URL=api, **person)


def destroy(world: World, before: dict[str, int] | None = None) -> Gone:
    """What `make destroy` runs."""
    before = before or world.data()
    kept = world.checkout.paste(".venv/bin/python -m toolchain.kept")
    output = world.checkout.cdk(*DESTROY)
    return Gone(kept, output, before, world.data(), world.stacks(), world.health().status_code)
