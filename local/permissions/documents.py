"""Policy documents, parsed once: which statements apply to a request, and what they say.

moto's own evaluation takes a statement whose condition does not hold for a refusal, knows conditions of trust policies
alone and no principals but `*`; so its store of policies is used, and not its judgement (decision 17).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import Any

from local.context import ACCOUNT
from local.permissions.callers import Caller
from local.permissions.conditions import RequestContext, UnsupportedPolicyError, as_list, check_block, hold, pattern_of

ELEMENTS: tuple[str, ...] = ("Action", "NotAction", "Resource", "NotResource")
ROOT = f"arn:aws:iam::{ACCOUNT}:root"


@dataclass(frozen=True)
class Request:
    """One permission that a call needs."""

    caller: Caller
    action: str
    resource: str
    context: RequestContext = field(default_factory=dict)


class Verdict(Enum):
    """What a document says about a request."""

    ALLOWED = "allowed"
    DENIED = "denied"
    SILENT = "silent"


@dataclass(frozen=True)
class Statement:
    """One statement; `principals` is None in identity policies, which belong to their holder."""

    effect: str
    elements: Mapping[str, tuple[str, ...]]
    principals: Mapping[str, tuple[str, ...]] | None
    conditions: Mapping[str, Mapping[str, object]]

    def applies(self, request: Request) -> bool:
        """Whether the statement speaks of the request."""
        return (
            self._names("Action", request.action, any_case=True)
            and self._names("Resource", request.resource)
            and self._names_caller(request.caller)
            and hold(self.conditions, request.context)
        )

    def _names(self, element: str, value: str, *, any_case: bool = False) -> bool:
        for name, wanted in ((element, True), (f"Not{element}", False)):
            if name in self.elements:
                found = any(pattern_of(one, any_case=any_case).fullmatch(value) for one in self.elements[name])
                return found is wanted
        return True  # trust policies name no resource: it is the role they belong to

    def _names_caller(self, caller: Caller) -> bool:
        if self.principals is None:
            return True
        if "*" in self.principals.get("*", ()) or "*" in self.principals.get("AWS", ()):
            return True
        if caller.service is not None:
            return caller.service in self.principals.get("Service", ())
        account = {ROOT, ACCOUNT} if self.effect == "Deny" else set()  # to allow, the account leaves it to identity policies
        return not {caller.arn, caller.role_arn, *account}.isdisjoint(self.principals.get("AWS", ()))

    @property
    def delegates(self) -> bool:
        """Whether the statement names the account, which leaves the choice to its identity policies."""
        return not {ROOT, ACCOUNT}.isdisjoint((self.principals or {}).get("AWS", ()))


@dataclass(frozen=True)
class Document:
    """A parsed policy."""

    statements: tuple[Statement, ...]

    def verdict(self, request: Request) -> Verdict:
        """What the document says; a denial outweighs whatever allows."""
        effects = {statement.effect for statement in self.statements if statement.applies(request)}
        if "Deny" in effects:
            return Verdict.DENIED
        return Verdict.ALLOWED if effects else Verdict.SILENT

    @property
    def delegates(self) -> bool:
        """Whether a statement leaves the choice to the account."""
        return any(statement.delegates for statement in self.statements)


@lru_cache(maxsize=4096)
def parse(text: str) -> Document:
    """The document of a policy's JSON text. Raises UnsupportedPolicyError where it cannot be evaluated here."""
    given = json.loads(text)
    statements = given["Statement"]
    many: Iterable[dict[str, Any]] = statements if isinstance(statements, list) else [statements]
    return Document(tuple(statement_of(one) for one in many if one is not None))  # moto leaves a gap for AWS::NoValue


def statement_of(given: dict[str, Any]) -> Statement:
    """One statement, checked."""
    if "NotPrincipal" in given:
        raise UnsupportedPolicyError("the embedded AWS evaluates no NotPrincipal")
    conditions = given.get("Condition", {})
    check_block(conditions)
    elements = {name: tuple(as_list(given[name])) for name in ELEMENTS if name in given}
    if any("${" in value for values in elements.values() for value in values):
        raise UnsupportedPolicyError(f"the embedded AWS knows no policy variables: {elements}")
    return Statement(given["Effect"], elements, principals_of(given), conditions)


def principals_of(given: dict[str, Any]) -> dict[str, tuple[str, ...]] | None:
    """Kinds of principals with their names; `*` alone stands for everybody."""
    stated = given.get("Principal")
    if stated is None:
        return None
    if isinstance(stated, str):
        return {stated: (stated,)}
    return {kind: tuple(as_list(names)) for kind, names in stated.items()}
