"""What to try while the platform is up: lines that work when pasted."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

from cli.screen import Screen
from cli.target import LOCAL_KEY, Target
from greenfraud.records import Transaction

HOUR_US = 3_600_000_000


def next_steps(screen: Screen, target: Target, like: Transaction) -> None:
    """Print the lines; the transaction to score is `like` a known customer's, an hour later and for more."""
    screen.line()
    screen.line("Try next (paste into another terminal, in this folder):", style="bold")
    for line in (*_api_lines(target.api, _example(like)), *_pipeline_lines(target), *_command_lines()):
        screen.line(f"  {line}")
    screen.line()


def _example(like: Transaction) -> dict[str, object]:
    sent = like.customer_id, like.terminal_id, 51_240, like.currency
    later = Transaction("try-1", like.occurred_us + HOUR_US, *sent, extras=like.extras)
    return later.to_json()


def _api_lines(api: str, example: dict[str, object]) -> list[str]:
    body = shlex.quote(json.dumps(example))
    return [
        f"curl -s {api}/health",
        f"curl -s {api}/v1/model",
        f"curl -s -X POST '{api}/v1/score?reasons=true' -H 'content-type: application/json' -d {body}",
        f"curl -s {api}/v1/decisions/{example['transaction_id']}",
    ]


def _pipeline_lines(target: Target) -> list[str]:
    machine = target.outputs["StateMachineArn"]
    key = f"AWS_ACCESS_KEY_ID={LOCAL_KEY} AWS_SECRET_ACCESS_KEY={LOCAL_KEY}"
    who = f"{key} aws --endpoint-url {target.endpoint} --region {target.region}"
    inputs = ("{}", '{"families":["light"],"force":true}')
    return [f"{who} stepfunctions start-execution --state-machine-arn {machine} --input {shlex.quote(text)}" for text in inputs]


def _command_lines() -> list[str]:
    command = Path(sys.executable).with_name("greenfraud")
    shown = command.relative_to(Path.cwd()) if command.is_relative_to(Path.cwd()) else command
    return [
        f"{shlex.quote(str(shown))} {rest}"
        for rest in ("status", "report", "retrain --families light --force", "rollback --yes --reason 'trying it'")
    ]
