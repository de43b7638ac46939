"""What decides now, or would, in words: never who stands on a list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cli.api import call_api
from cli.policy.proposed import proposal_of, proposed
from cli.policy.thresholds import lines_told
from cli.screen import Screen
from cli.target import Target


def document_of(target: Target, proposal: int | None) -> dict[str, Any]:
    """The policy in force, or that of a proposal, as the API describes policies: of lists it tells how long they are."""
    if proposal is None:
        document = call_api(target, "GET", "/v1/production")
        found = {name: document.get(name) for name in ("revision", "policy_object")}
        return {"schema": 1, "policy": document["policy"], **found}
    reference, policy = proposed(target, proposal)
    return {"schema": 1, "policy": policy.described(), "policy_object": {"version": reference.version, "sha256": reference.sha256}}


def show(target: Target, screen: Screen) -> None:
    """The policy in force, as the API tells it."""
    document = call_api(target, "GET", "/v1/production")
    policy = document["policy"]
    origin = f"sha256 {document['policy_object']['sha256'][:12]}" if document.get("policy_object") else "nobody applied another"
    screen.line(f"policy     {policy['version']}, revision {document['revision']}, {origin}")
    _tell(target, screen, policy)


def show_proposed(target: Target, screen: Screen, number: int) -> None:
    """The policy of a proposal, read by its digest, and who asks for it."""
    proposal, (reference, policy) = proposal_of(target, number), proposed(target, number)
    screen.line(f"policy     {reference.version}, sha256 {reference.sha256[:12]}, as it is stored")
    screen.line(f"proposal   {number}, {proposal['status']}, by {proposal['proposer']}: {proposal['reason']}")
    _tell(target, screen, policy.described())


def lines_of(policy: Mapping[str, Any], currency: str) -> Iterator[str]:
    """What a policy says, a line for each of its parts."""
    for line in lines_told(policy, currency):
        yield f"model      {line}"
    yield from (*_rules(policy, "guardrails"), *_lists(policy), *_rules(policy, "rules"))


def _tell(target: Target, screen: Screen, policy: Mapping[str, Any]) -> None:
    for line in lines_of(policy, target.currency):
        screen.line(line)


def _rules(policy: Mapping[str, Any], kind: str) -> Iterator[str]:
    for rule in policy[kind]:
        outcome = rule["outcome"]
        beside = f", beside a model {rule['beside_model']}" if rule["beside_model"] != outcome and outcome == "block" else ""
        priority = f", priority {rule['priority']}" if rule["priority"] else ""
        mode = "" if rule["is_live"] else ", in shadow"
        yield f"{kind[:-1]:<10} {rule['name']}: {rule['when']} -> {outcome}{beside}{priority}{mode}"


def _lists(policy: Mapping[str, Any]) -> Iterator[str]:
    for one in policy["lists"]:
        does = (
            "marks"
            if one["effect"] == "mark"
            else f"{one['effect']}s {one['outcome']}"
            if one["effect"] == "force"
            else "suppresses"
        )
        until = f" to {one['outcome']}" if one["effect"] == "suppress" else ""
        yield f"list       {one['name']}: {one['entries']:,} of column {one['column']}, {does}{until}"
