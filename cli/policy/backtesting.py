"""`policy backtest`: what a candidate would have caught, missed and hindered, on decisions whose labels are mature."""

from __future__ import annotations

from pathlib import Path

from cli.policy import backtest_table
from cli.policy.beside import trial_of
from cli.policy.diffing import Named, write
from cli.policy.in_force import named as policy_named
from cli.policy.in_force import policy_in_force
from cli.policy.kept import Lake
from cli.policy.known import Known, mature_window, within
from cli.policy.past_figures import Judged, figures
from cli.policy.proposed import candidate as candidate_named
from cli.policy.trial import Both, Document
from cli.screen import Screen
from cli.target import Target
from greenfraud.instants import day_of, format_rfc3339


def backtest(target: Target, screen: Screen, named: Named, weeks: int, to_json: Path | None) -> None:
    """Print the candidate beside the policy in force, and write every figure where asked. CommandError where nothing is mature."""
    candidate, lake = candidate_named(target, screen, *named), Lake(target)
    with screen.live("reading decisions"):
        window = mature_window(lake, weeks)
        both = Both(policy_in_force(target, lambda: within(lake, window, policy_named)), candidate)
        done = within(lake, window, both.tried, lambda found: screen.doing(f"trying on decisions: {found:,}"))
        trial = trial_of(target, both, done)
        screen.doing("reading labels")
        known = Known.read(lake, day_of(window.start_us))
        document: Document = {
            **trial.heading,
            "from": format_rfc3339(window.start_us),
            "to": format_rfc3339(window.end_us),
            **figures([Judged(one, known.of(one.kept)) for one in trial.tried], candidate),
        }
    backtest_table.show_backtest(screen, document)
    write(to_json, document, screen)
