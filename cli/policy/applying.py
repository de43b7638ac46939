"""Applying a policy, and going back: in force from the next request on, or proposed to somebody else where that is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cli.changes import asked_for, tell_proposed
from cli.policy.checking import read_policy, summary, text_of
from cli.policy.thresholds import lines_told
from cli.screen import Screen
from cli.target import Target

PATH = "/v1/production/policy"


def apply(target: Target, screen: Screen, file: Path, why: str, *, is_emergency: bool = False) -> dict[str, Any]:
    """Send a document; ids of its lists become tokens behind the API, where ids are tokens. Returns its answer."""
    policy = read_policy(screen, file)
    answer = asked_for(target, _path(PATH, is_emergency=is_emergency), {"document": text_of(file), "reason": why}, "policy apply")
    _tell(answer, summary(policy), target, screen)
    return answer


def undo(target: Target, screen: Screen, why: str, *, is_emergency: bool = False) -> dict[str, Any]:
    """Let the policy before the one in force decide again. Returns the API's answer."""
    answer = asked_for(target, _path(f"{PATH}/undo", is_emergency=is_emergency), {"reason": why}, "policy undo")
    _tell(answer, f"version {answer.get('policy', {}).get('version')}", target, screen)
    return answer


def _path(path: str, *, is_emergency: bool) -> str:
    return path.replace("/v1/", "/v1/emergency/") if is_emergency else path


def _tell(answer: Mapping[str, Any], told: str, target: Target, screen: Screen) -> None:
    if tell_proposed(answer, screen):
        return
    screen.line(f"now deciding: {told}; revision {answer['revision']}")
    for line in lines_told(answer["policy"], target.currency):
        screen.line(f"  {line}")
