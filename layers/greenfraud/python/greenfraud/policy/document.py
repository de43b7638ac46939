"""A policy as a team writes it, in TOML: read, checked whole, and compiled. Every fault is told by its line and what mends it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from greenfraud.errors import ContractError, InvalidInput
from greenfraud.features.manifest import Manifest, load_manifest
from greenfraud.policy.checks import check_rules
from greenfraud.policy.faults import Fault, Report
from greenfraud.policy.grammar import Vocabulary
from greenfraud.policy.lines import Lines
from greenfraud.policy.money import USUAL_AMOUNT_MINOR
from greenfraud.policy.policy import Policy
from greenfraud.policy.read_lists import ListReader, Naming, as_named, column_by_list
from greenfraud.policy.read_money import read_money, read_thresholds
from greenfraud.policy.read_rules import read_rules

LONGEST_VERSION = 64


@dataclass(frozen=True)
class Reading:
    """What a document says: the policy, None where it cannot be applied, and everything that was found, in order of lines."""

    policy: Policy | None
    faults: list[Fault] = field(default_factory=list)

    @property
    def errors(self) -> list[Fault]:
        """What keeps it from being applied."""
        return [fault for fault in self.faults if fault.is_error]

    @property
    def warnings(self) -> list[Fault]:
        """What may be meant so."""
        return [fault for fault in self.faults if not fault.is_error]

    def applicable(self, name: str = "policy") -> Policy:
        """Return the policy. Raises InvalidInput that tells every error by `name` and line."""
        if self.policy is None:
            raise InvalidInput(name, "; ".join(fault.words for fault in self.errors))
        return self.policy


def read_document(text: str, *, now_us: int, manifest: Manifest | None = None, naming: Naming = as_named) -> Reading:
    """Read a document. `now_us` tells which list entries are over; `naming` makes of a column and an id what is stored of it."""
    text = text.removeprefix("\ufeff")  # by which some editors begin a file
    try:
        body = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Reading(None, [_of_syntax(error)])
    except (ValueError, RecursionError):  # a number of thousands of digits, brackets within brackets
        return Reading(None, [Fault(1, "document", "holds a number too long or brackets too deep to be read")])
    report = Report(Lines(text))
    vocabulary = Vocabulary.of(manifest or load_manifest(), column_by_list(body))
    policy = _policy(body, report, vocabulary, now_us, naming)
    faults = sorted(report.faults)
    return Reading(None if any(fault.is_error for fault in faults) else policy, faults)


def _policy(body: Mapping[str, Any], report: Report, vocabulary: Vocabulary, now_us: int, naming: Naming) -> Policy | None:
    report.check_keys((), body, {"version", "thresholds", "money", "lists", "guardrails", "rules"})
    version = report.text((), body, "version", LONGEST_VERSION)
    if version != version.strip():
        report.error(("version",), "must not begin or end with a space: nobody sees it in a decision")
    if ("money" in body) == ("thresholds" in body):
        path = ("money",) if "money" in body else ()
        report.error(path, "give [money], or [thresholds] with review_at and block_at: one of the two")
    money = read_money(body, report)
    thresholds = read_thresholds(body, report)
    if money is not None:
        thresholds = (
            min(1.0, money.at_least("challenge", USUAL_AMOUNT_MINOR)),
            min(1.0, money.at_least("block", USUAL_AMOUNT_MINOR)),
        )
    lists = ListReader(report, vocabulary, now_us, naming).read(body)
    guardrails = read_rules(body, "guardrails", report, vocabulary)
    rules = read_rules(body, "rules", report, vocabulary)
    check_rules(report, guardrails, rules, vocabulary.domains)
    try:
        return Policy(version, *thresholds, tuple(rules.values()), tuple(guardrails.values()), lists, money)
    except ContractError as error:
        report.error(("thresholds",), str(error))
        return None


def _of_syntax(error: tomllib.TOMLDecodeError) -> Fault:
    """What tomllib says up to the first thing that it quotes, and the line, which it tells at the end."""
    message = f"{error}"
    line = re.search(r"at line (\d+)", message)
    reason = re.split(r"[('\"]", message, maxsplit=1)[0].strip()
    return Fault(int(line[1]) if line else message.count("\n") + 1, "", f"this is no TOML: {reason or 'unknown fault'}")
