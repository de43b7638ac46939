"""`policy diff`: what would have become of the last decisions."""

from __future__ import annotations

import json
from pathlib import Path

from cli.errors import CommandError
from cli.policy import trial_table
from cli.policy.beside import trial_of
from cli.policy.checking import line_of
from cli.policy.in_force import named as policy_named
from cli.policy.in_force import policy_in_force
from cli.policy.kept import Lake, newest
from cli.policy.proposed import candidate as candidate_named
from cli.policy.trial import Both, Document, compared, over_capacity
from cli.screen import Screen
from cli.target import Target

Named = tuple[Path | None, int | None]  # a document, or the number of a proposal


def diff(target: Target, screen: Screen, named: Named, number: int, to_json: Path | None) -> None:
    """Print the candidate beside the policy in force, and write every figure where asked. CommandError where nothing is decided."""
    candidate = candidate_named(target, screen, *named)
    lake = Lake(target)
    with screen.live("reading decisions"):
        both = Both(policy_in_force(target, lambda: newest(lake, number, policy_named)), candidate)
        done = newest(lake, number, both.tried, lambda found: screen.doing(f"trying on decisions: {found:,} of {number:,}"))
        trial = trial_of(target, both, done)
        if not trial.tried and not trial.heading["not_judged"]:
            raise CommandError("the lake holds no decision yet. Score some payments first; they land within minutes")
    document: Document = {**trial.heading, **compared(trial.tried, candidate)}
    trial_table.show_diff(screen, document)
    if (asked := over_capacity(document)) is not None:
        place = f"{named[0]}:{line_of(named[0], ('money', 'reviews_a_day'))}" if named[0] else f"proposal {named[1]}"
        told = f"{asked:,.1f} reviews a day would be asked for, and {document['reviews_a_day']} can be done"
        screen.line(f"{place}: warning: money.reviews_a_day: {told}", style="yellow")
    write(to_json, document, screen)


def write(to_json: Path | None, document: Document, screen: Screen) -> None:
    """Write a document where that was asked for."""
    if to_json is not None:
        to_json.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
        screen.line(f"written: {to_json}")
