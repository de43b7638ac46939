"""A deployment that replaces ids, as it runs: no store, log or bucket holds an id that was sent; then one person is forgotten."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from rich.console import Console

from cli.data.upload import lake_files, upload
from cli.data.world import WorldSpecification, make_world
from cli.forgetting.forget import forget
from cli.id_key import read_id_key, tokenised
from cli.screen import Screen
from cli.target import Target
from greenfraud.identity import token
from tests.e2e.deployed import deployed
from tests.e2e.deployment import ASSEMBLY, ROOT, Deployment, wait_until
from tests.e2e.tokenising import PROD, tokenising_assembly

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("forgotten")]

WORLD = make_world(WorldSpecification(customers=30, days=28))
LAST = WORLD.table.to_pylist()[-1]
PERSON, SHOP = LAST["customer_id"], LAST["terminal_id"]
ACCOUNT = "123456789012"
OTHER = next(row["customer_id"] for row in WORLD.table.to_pylist() if row["customer_id"] != PERSON)
THIRD = next(row["customer_id"] for row in WORLD.table.to_pylist() if row["customer_id"] not in (PERSON, OTHER))


@pytest.fixture(scope="module")
def platform(tmp_path_factory) -> Iterator[Deployment]:
    """A platform with production's tokens, the small world in its lake, and some payments scored."""
    if not (ASSEMBLY / "manifest.json").exists() or not PROD.exists():
        pytest.skip("run `make synth` and `make lint`")
    folder = tmp_path_factory.mktemp("forgotten")
    tree = folder / "tree"
    tokenising_assembly(tree / "cdk.out")
    made = Deployment(folder, tree=tree)
    with deployed(made):
        world = tokenised(WORLD, read_id_key(made.target))
        upload(made.client("s3"), made.outputs["LakeBucket"], world)
        for number, customer in enumerate([PERSON, OTHER, PERSON]):
            assert made.answer("POST", "/v1/score", payment(f"walk-{number}", customer))["decision"]
        wait_until(lambda: len(states(made)) == 2)
        wait_until(lambda: len(keys(made, "decisions/")) > 0)
        yield made


def payment(name: str, customer: str) -> dict[str, object]:
    """A payment at the shop, after all of the world's."""
    when = "2026-02-01T10:00:00Z"
    return {"transaction_id": name, "occurred_at": when, "customer_id": customer, "terminal_id": SHOP, "amount_minor": 4_200}


def states(platform) -> list[dict]:
    """The customers that have an online state."""
    return platform.client("dynamodb").scan(TableName=platform.outputs["CustomerTable"])["Items"]


def keys(platform, prefix: str) -> list[str]:
    """Objects of the lake."""
    listed = platform.client("s3").list_objects_v2(Bucket=platform.outputs["LakeBucket"], Prefix=prefix)
    return [one["Key"] for one in listed.get("Contents", [])]


def everything(platform) -> Iterator[tuple[str, bytes]]:
    """Every item, object, message, log line and file that the platform has, and where it stands."""
    dynamodb, s3, logs = (platform.client(name) for name in ("dynamodb", "s3", "logs"))
    for table in dynamodb.list_tables()["TableNames"]:
        yield table, repr(dynamodb.scan(TableName=table)["Items"]).encode()
    for bucket in (value for name, value in platform.outputs.items() if name.endswith("Bucket")):
        for one in s3.list_objects_v2(Bucket=bucket).get("Contents", []):
            yield f"{bucket}/{one['Key']}", platform.read(bucket, one["Key"])
    for group in logs.describe_log_groups()["logGroups"]:
        for event in logs.filter_log_events(logGroupName=group["logGroupName"])["events"]:
            yield group["logGroupName"], event["message"].encode()
    for file in [platform.folder / "serve.log", *Path(platform.folder / ".local/logs").rglob("*.log")]:
        yield file.name, file.read_bytes()


def places_of(platform, word: str) -> list[str]:
    """Where a word stands: in Parquet by its columns, elsewhere by its bytes."""
    pattern = re.compile(rf"(?<![A-Za-z0-9]){re.escape(word)}(?![A-Za-z0-9])".encode())
    found = []
    for place, content in everything(platform):
        text = readable(content)
        found += [place] if pattern.search(text) else []
    return found


def readable(content: bytes) -> bytes:
    """What a file says, Parquet included."""
    if not content.startswith(b"PAR1"):
        return content
    import io

    import pyarrow.parquet as pq

    return json.dumps(pq.read_table(io.BytesIO(content)).to_pylist(), default=str).encode()


def test_no_store_bucket_or_log_holds_an_id_that_was_sent(platform):
    """The payment's own id does, or this search would find nothing whatever stands there."""
    assert places_of(platform, "walk-0")
    assert places_of(platform, PERSON) == []
    assert places_of(platform, OTHER) == []
    assert places_of(platform, SHOP) == []
    assert lake_files(WORLD)  # the world's own history was imported, too
    assert len(keys(platform, "transactions/")) >= 28


@pytest.fixture(scope="module")
def as_documented(platform) -> Target:
    """The platform as whoever has the role of docs/privacy.md sees it."""
    (policy,) = re.findall(r"```json\n(.*?)```", (ROOT / "docs/privacy.md").read_text(), re.DOTALL)
    names = {re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper(): value for name, value in platform.outputs.items()}
    for word in sorted(set(re.findall(r"\b[A-Z][A-Z_]{5,}\b", policy)), key=len, reverse=True):
        policy = re.sub(rf"\b{word}\b", {**names, "ACCOUNT": ACCOUNT, "REGION": platform.target.region}[word], policy)
    iam, trust = platform.client("iam"), {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}
    document = {"Version": "2012-10-17", "Statement": [{**trust, "Action": "sts:AssumeRole"}]}
    role = iam.create_role(RoleName="forgetter", AssumeRolePolicyDocument=json.dumps(document))["Role"]["Arn"]
    iam.put_role_policy(RoleName="forgetter", PolicyName="forget", PolicyDocument=policy)
    given = platform.client("sts").assume_role(RoleArn=role, RoleSessionName="ada")["Credentials"]
    target = Target(platform.target.endpoint, api_url=platform.target.api)
    target.__dict__["session"] = boto3.Session(
        given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], region_name=platform.target.region
    )
    return target


def test_the_documented_role_may_forget_and_needs_nothing_more(platform, as_documented):
    """Every call of the command is allowed by the policy of the page, on this machine as in AWS."""
    name = token("customer", OTHER, read_id_key(as_documented))
    forget(as_documented, Screen(Console(record=True, width=200)), name)
    assert places_of(platform, name) == []


def test_a_person_is_forgotten_by_a_command_and_comes_back_a_stranger(platform):
    """The command proves it by its own search; the search alone finds somebody else still there."""
    name = token("customer", PERSON, read_id_key(platform.target))
    before = platform.answer("POST", "/v1/score", payment("walk-9", PERSON))
    assert "customer_missing" not in before["degraded"]
    assert places_of(platform, name)
    done = platform.command("forget", PERSON)
    assert done.returncode == 0, done.stdout + done.stderr
    assert places_of(platform, name) == []
    assert "no store names the customer" in done.stdout
    assert platform.command("forget", PERSON, "--search").returncode == 0
    platform.answer("POST", "/v1/score", payment("walk-11", THIRD))
    found = platform.command("forget", THIRD, "--search")
    assert found.returncode == 1
    assert "still named in" in found.stdout + found.stderr
    after = platform.answer("POST", "/v1/score", payment("walk-10", PERSON))
    assert "customer_missing" in after["degraded"]
