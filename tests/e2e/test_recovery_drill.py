"""The drill: the store of states is away for longer than the stream tries, payments go on, and afterwards nothing is lost.

Then a day of the lake is deleted and comes back, and the emptied store is rebuilt while payments go on. The states are judged by
the offline build of the lake, to the bit. `python -m benchmarks.recovery` does the last part with 10,000 entities.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from cli.data.upload import keys_below
from greenfraud.features.manifest import load_manifest
from greenfraud.instants import format_rfc3339
from tests.docs.pages import Page
from tests.e2e.deployed import deployed
from tests.e2e.deployment import ASSEMBLY, PATIENT_SECONDS, ROOT, Deployment, wait_until
from tests.e2e.landed import ids_in

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("recovery-drill"),
    pytest.mark.skipif(not (ASSEMBLY / "manifest.json").exists(), reason="cdk.out is missing: run `make synth`"),
]

MANIFEST = load_manifest()
FIRST_US = int(datetime.now(UTC).timestamp() - 6 * 3_600) * 1_000_000
LANDED_SECONDS = 5
Recoverer = Callable[..., subprocess.CompletedProcess[str]]


class Payer:
    """Pays at a few terminals, some of it late, and remembers what it was told."""

    def __init__(self, platform: Deployment) -> None:
        self._platform, self.paid = platform, 0
        self.answers: list[dict] = []
        self.events = 0  # payments and reports

    @property
    def ids(self) -> set[str]:
        """Of every payment that was answered."""
        return {answer["transaction_id"] for answer in self.answers}

    def pay(self, count: int) -> None:
        """Every fifth payment comes three days late, every seventh is a fraud that is reported."""
        for _ in range(count):
            number = self.paid = self.paid + 1
            self.events += 2 if number % 7 == 0 else 1
            late_us = 3 * 86_400_000_000 if number % 5 == 0 else 0
            occurred_us = FIRST_US + number * 1_000_000 - late_us
            transaction = {
                "transaction_id": f"drill-{number}",
                "occurred_at": format_rfc3339(occurred_us),
                "customer_id": f"c{number % 11}",
                "terminal_id": f"t{number % 3}",
                "amount_minor": 100 + number,
            }
            self.answers.append(self._platform.answer("POST", "/v1/score", transaction))
            if number % 7 == 0:
                report = {"transaction_id": f"drill-{number}", "is_fraud": True, "observed_at": format_rfc3339(occurred_us + 1)}
                self._platform.answer("POST", "/v1/labels", report)


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """A platform of its own; a reconciliation is told that events land within seconds, as they do here."""
    folder = tmp_path_factory.mktemp("recovery")
    # What is refused here is meant to be: it is kept apart from what `make permissions` reads.
    made = Deployment(folder, environ={**os.environ, "GREENFRAUD_PERMISSIONS": str(folder / "permissions")})
    with deployed(made):
        machine = made.outputs["UpkeepStateMachineArn"]
        client = made.client("stepfunctions")
        definition = json.loads(client.describe_state_machine(stateMachineArn=machine)["definition"])
        definition["States"]["Reconcile"]["Parameters"]["HyperParameters"]["landed_seconds"] = str(LANDED_SECONDS)
        client.update_state_machine(stateMachineArn=machine, definition=json.dumps(definition))
        yield made


@pytest.fixture(scope="module")
def payer(platform: Deployment) -> Payer:
    """Its payments."""
    return Payer(platform)


@pytest.fixture(scope="module")
def recoverer(platform: Deployment) -> Recoverer:
    """The person whom the page tells what to run, with the page's rights and no others."""
    (policy,) = [body for language, body in Page(ROOT / "docs/recovery.md").blocks if language == "json"]
    words = {"ACCOUNT": "123456789012", "ABANDONED": platform.outputs["AbandonedBucket"], "LAKE": platform.outputs["LakeBucket"]}
    for word, value in words.items():
        policy = re.sub(rf"\b{word}\b", value, policy)
    iam = platform.client("iam")
    iam.create_user(UserName="Recovers")
    iam.put_user_policy(UserName="Recovers", PolicyName="page", PolicyDocument=policy)
    key = iam.create_access_key(UserName="Recovers")["AccessKey"]
    person = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
    environ = {**os.environ, **person, "AWS_ENDPOINT_URL": str(platform.target.endpoint), "AWS_REGION": platform.target.region}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "cli", *arguments, "--aws"]
        return subprocess.run(
            command, cwd=platform.folder, env=environ, capture_output=True, text=True, check=False, timeout=PATIENT_SECONDS
        )

    return run


def ingest_role(platform: Deployment) -> str:
    """The name of the role by which the ingest function works."""
    configured = platform.client("lambda").get_function_configuration(FunctionName=platform.outputs["IngestFunction"])
    return str(configured["Role"].rpartition("/")[2])


def take_store_away(platform: Deployment) -> None:
    """From now on, no state can be read or written by ingestion."""
    table = "arn:aws:dynamodb:eu-north-1:123456789012:table/greenfraud.*"
    deny = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "dynamodb:*", "Resource": table}]}
    platform.client("iam").put_role_policy(RoleName=ingest_role(platform), PolicyName="away", PolicyDocument=json.dumps(deny))


def give_store_back(platform: Deployment) -> None:
    """As before."""
    platform.client("iam").delete_role_policy(RoleName=ingest_role(platform), PolicyName="away")


def abandoned(platform: Deployment) -> list[str]:
    """Keys of the batches that Lambda gave up."""
    pages = platform.client("s3").get_paginator("list_objects_v2").paginate(Bucket=platform.outputs["AbandonedBucket"])
    return [entry["Key"] for page in pages for entry in page.get("Contents", [])]


def landed(platform: Deployment, kind: str) -> Counter[str]:
    """How often each transaction stands in the lake's files of a kind."""
    keys = keys_below(platform.client("s3"), platform.outputs["LakeBucket"], f"{kind}/")
    return Counter(name for key in keys for name in ids_in(platform, key))


def compared(recoverer: Recoverer, *arguments: str) -> tuple[int, int]:
    """Entities, and how many differ, as `greenfraud rebuild` prints them."""
    shown = recoverer("rebuild", *arguments)
    counts = re.search(r"([\d,]+) entities, ([\d,]+) differing", shown.stdout)
    assert counts, shown.stdout + shown.stderr
    assert (shown.returncode == 0) == (counts[2] == "0"), shown.stdout + shown.stderr
    return int(counts[1].replace(",", "")), int(counts[2].replace(",", ""))


def test_a_store_that_is_away_for_longer_than_the_retries_loses_nothing(
    platform: Deployment, payer: Payer, recoverer: Recoverer
) -> None:
    """Payments are answered meanwhile; the redrive brings all of them, once; the alarm has rung."""
    payer.pay(30)
    wait_until(lambda: set(landed(platform, "decisions")) == payer.ids)
    take_store_away(platform)
    before = payer.events
    payer.pay(8)  # each is tried for seconds, one after the other
    wait_until(lambda: len(abandoned(platform)) == payer.events - before)
    assert len(landed(platform, "decisions")) == 30
    vain = recoverer("redrive")
    assert vain.returncode == 1
    assert "nothing is taken any more: the store did not take it" in vain.stderr
    looked = recoverer("redrive", "--dry-run")
    assert looked.returncode == 0, looked.stderr
    give_store_back(platform)
    payer.pay(10)
    shown = recoverer("redrive")
    assert shown.returncode == 0, shown.stdout + shown.stderr
    assert abandoned(platform) == []
    wait_until(lambda: set(landed(platform, "decisions")) == payer.ids)
    assert set(landed(platform, "transactions")) == payer.ids
    assert compared(recoverer, "--dry-run") == (11 + 3, 0)


def test_what_neither_bucket_nor_queue_knows_is_found_in_the_decisions_table(
    platform: Deployment, payer: Payer, recoverer: Recoverer
) -> None:
    """Somebody emptied the bucket; the table still has every decision."""
    take_store_away(platform)
    before = payer.events
    payer.pay(3)
    wait_until(lambda: len(abandoned(platform)) == payer.events - before)
    for key in abandoned(platform):
        platform.client("s3").delete_object(Bucket=platform.outputs["AbandonedBucket"], Key=key)
    give_store_back(platform)
    yesterday, tomorrow = (f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%dT%H:%MZ}" for days in (-1, 1))
    shown = recoverer("redrive", "--since", yesterday, "--until", tomorrow)
    assert shown.returncode == 0, shown.stdout + shown.stderr
    assert (
        f"decisions table: {payer.events - before} events taken ({payer.events - before} events new, 0 counted before)"
        in shown.stdout
    )
    assert set(landed(platform, "decisions")) == payer.ids


def test_a_deleted_day_of_the_lake_comes_back(platform: Deployment, recoverer: Recoverer) -> None:
    """From its versions, by one command; then the skewed past is the past again."""
    s3, bucket = platform.client("s3"), platform.outputs["LakeBucket"]
    day = datetime.fromtimestamp(FIRST_US / 1e6, UTC).date()
    before = {kind: landed(platform, kind) for kind in ("transactions", "decisions", "labels")}
    for kind in before:
        for entry in s3.list_objects_v2(Bucket=bucket, Prefix=f"{kind}/dt={day}/").get("Contents", []):
            s3.delete_object(Bucket=bucket, Key=entry["Key"])
    assert landed(platform, "transactions") != before["transactions"]  # decisions lie under the day they were made on
    looked = recoverer("restore-day", str(day), "--dry-run")
    assert (looked.returncode, "nothing was written" in looked.stdout) == (0, True), looked.stderr
    assert landed(platform, "transactions") != before["transactions"]
    shown = recoverer("restore-day", str(day))
    assert shown.returncode == 0, shown.stderr
    # A compaction just before the mistake had deleted the files it merged: they come back too, and readers tell records apart.
    assert {kind: set(ids) for kind, ids in before.items()} == {kind: set(landed(platform, kind)) for kind in before}
    assert recoverer("restore-day", str(day)).returncode == 2


def test_an_emptied_store_is_rebuilt_while_payments_go_on(platform: Deployment, payer: Payer, recoverer: Recoverer) -> None:
    """What was paid meanwhile stays, and in the end every entity is that of the lake."""
    client = platform.client("dynamodb")
    for view in MANIFEST.views.values():
        for item in client.scan(TableName=view.table)["Items"]:
            client.delete_item(TableName=view.table, Key={"entity_id": item["entity_id"]})
    payer.pay(8)
    assert compared(recoverer, "--dry-run")[1] > 0
    payer.pay(5)
    entities, differing = compared(recoverer)
    assert (entities, differing) == (11 + 3, 0)
    time.sleep(LANDED_SECONDS)
    assert compared(recoverer, "--dry-run") == (11 + 3, 0)
