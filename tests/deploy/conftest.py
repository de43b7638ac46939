"""The story told once, step by step; each step starts where the one before ended."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from deploy_steps import (
    BOOTSTRAP,
    DEPLOY,
    RESTORE,
    Deployed,
    Edited,
    Gone,
    Restored,
    World,
    bring_files,
    destroy,
    guide_line,
    operate,
    others_try,
    staff,
)
from deploy_story import ADMINISTRATOR, ROOT, make_checkout, missing_tool
from people import DEPLOYER, SCORER, hire

from local.context import ACCOUNT
from tests.local.workbench import start


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
    """Bootstrap as the administrator, deploy as who may, then every line of the guide that talks to what is deployed."""
    checkout, aws = world.checkout, world.aws
    checkout.cdk(*BOOTSTRAP)
    checkout.record_image(aws.client("ecr"))
    checkout.person = hire(aws.client("iam"), DEPLOYER, {"ACCOUNT": ACCOUNT})
    output = checkout.cdk(*DEPLOY)
    people = staff(world)
    bring_files(checkout)
    health, score, decision = (guide_line(f"$API{path}") for path in ("/health", "/v1/score", "/v1/decisions"))
    unsigned = score.replace('--aws-sigv4 "aws:amz:eu-north-1:execute-api" ', "").replace(" -d ", " -w '%{http_code}' -d ")
    return Deployed(
        output=output,
        address=checkout.paste(f"{guide_line('API=')}; echo $API").strip(),
        health=world.ask(health),
        unsigned=checkout.paste(unsigned, API=aws.api),
        score=world.ask(score, **people[SCORER]),
        with_token=world.ask(score, AWS_SESSION_TOKEN="a/session+token==", **people[SCORER]),
        decision=world.ask(decision, **people[SCORER]),
        refused=others_try(checkout, aws.api, people),  # before there is anything that is too little to train on
        commands=operate(checkout, aws.api, people),
    )


@pytest.fixture(scope="session")
def deployed_again(world: World, deployed: Deployed) -> str:
    """What the same deployment says a second time."""
    return world.checkout.cdk(*DEPLOY)


@pytest.fixture(scope="session")
def edited(world: World, deployed_again: str) -> Edited:
    """One function changes in the sources; the CDK synthesises and deploys."""
    before = world.code()
    world.checkout.edit("functions/score/routes.py", '{"status": word}', '{"edited": True, "status": word}')
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
    return Restored(output, world.data(), world.ask(guide_line("$API/v1/decisions"), **ADMINISTRATOR))


@pytest.fixture(scope="session")
def deleted(world: World, restored: Restored) -> Gone:
    """`cdk destroy --all` after the data were asked to go with it, and the buckets emptied."""
    world.checkout.edit("cdk.json", '"context": {', '"context": {\n    "retain_data": false,')
    world.checkout.cdk("deploy", "--all", "--require-approval", "never", "--outputs-file", ".local/outputs.json")
    before = world.data()
    world.checkout.paste(guide_line("object_versions.delete"), **ADMINISTRATOR)
    return destroy(world, before)
