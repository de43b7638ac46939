"""The commands about the policy: check a document, apply it, show what decides."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.errors import InputError
from cli.options import AsJson, Aws, Currency, Region, print_json
from cli.place import CommandLine
from cli.screen import Screen
from cli.typed import PLACE, refuse_unused

policy_app = CommandLine(help="The policy that decides beside the model: lists, guardrails, rules, money.", no_args_is_help=True)

Document = Annotated[Path, typer.Argument(help="a policy, as TOML")]
Candidate = Annotated[Path | None, typer.Argument(help="a policy, as TOML")]
Proposal = Annotated[int | None, typer.Option("--proposal", min=1, help="instead of a document: what somebody proposed")]
ToJson = Annotated[Path | None, typer.Option("--json", help="write every figure as JSON")]
Why = Annotated[str, typer.Option(help="why, for the ledger")]
Emergency = Annotated[
    bool, typer.Option("--emergency", help="at once, without a second person: the ledger says so, and an alarm rings")
]


@policy_app.command("check")
def check_command(file: Document, *, currency: Currency = "") -> None:
    """Read a policy and tell every fault by its line; nothing is applied, and nothing has to be up."""
    from cli.policy.checking import check
    from greenfraud.money import EURO

    check(Screen(), file, currency or EURO)


@policy_app.command("apply")
def apply_command(  # noqa: PLR0913 - the options of a command
    file: Document, *, why: Why, emergency: Emergency = False, as_json: AsJson = False, aws: Aws = False, region: Region = ""
) -> None:
    """Let a policy decide from the next request on; the ledger keeps why, and who signed.

    Where four eyes are asked for, it is proposed, and somebody else approves it.
    """
    from cli.policy.applying import apply
    from cli.target import find_target

    target, screen = find_target(aws=aws, region=region or None), Screen.beside(is_json=as_json)
    answer = apply(target, screen, file, why, is_emergency=emergency)
    if as_json:
        print_json(answer)


@policy_app.command("diff")
def diff_command(  # noqa: PLR0913 - the options of a command
    file: Candidate = None,
    *,
    proposal: Proposal = None,
    decisions: Annotated[int, typer.Option(min=1, max=1_000_000, help="how many of the last ones are judged")] = 10_000,
    to_json: ToJson = None,
    aws: Aws = False,
    region: Region = "",
) -> None:
    """What a policy would have made of the last decisions, on exactly the values that each kept; nothing is applied."""
    from cli.policy.diffing import diff
    from cli.target import find_target

    diff(find_target(aws=aws, region=region or None), Screen(), (file, proposal), decisions, to_json)


@policy_app.command("backtest")
def backtest_command(  # noqa: PLR0913 - the options of a command
    file: Candidate = None,
    *,
    proposal: Proposal = None,
    weeks: Annotated[int, typer.Option(min=1, max=104, help="how many of the last weeks whose labels are mature")] = 4,
    to_json: ToJson = None,
    aws: Aws = False,
    region: Region = "",
) -> None:
    """What a policy would have caught, missed and hindered, on decisions whose labels are mature; nothing is applied.

    What was declined or held and never labelled is counted apart: nobody knows
    what it was. What exploration let through by chance stands for it.
    """
    from cli.policy.backtesting import backtest
    from cli.target import find_target

    backtest(find_target(aws=aws, region=region or None), Screen(), (file, proposal), weeks, to_json)


@policy_app.command("undo")
def undo_command(*, why: Why, emergency: Emergency = False, as_json: AsJson = False, aws: Aws = False, region: Region = "") -> None:
    """Let the policy decide again that stood before; repeated, it goes further back, at last to the default."""
    from cli.policy.applying import undo
    from cli.target import find_target

    target, screen = find_target(aws=aws, region=region or None), Screen.beside(is_json=as_json)
    answer = undo(target, screen, why, is_emergency=emergency)
    if as_json:
        print_json(answer)


@policy_app.command("history")
def history_command(*, as_json: AsJson = False, aws: Aws = False, region: Region = "") -> None:
    """Who let which policy decide, when and why, the newest first; read from the ledger with your own rights."""
    from cli.policy.history import policy_entries, show_history
    from cli.target import find_target

    target = find_target(aws=aws, region=region or None)
    if as_json:
        print_json({"schema": 1, "entries": policy_entries(target)})
    else:
        show_history(target, Screen())


@policy_app.command("show")
def show_command(  # noqa: PLR0913 - the options of a command
    context: typer.Context,
    *,
    is_default: Annotated[bool, typer.Option("--default", help="the document of the default, to begin with")] = False,
    proposal: Annotated[int | None, typer.Option("--proposal", min=1, help="what somebody proposed, before it is approved")] = None,
    as_json: AsJson = False,
    aws: Aws = False,
    region: Region = "",
) -> None:
    """What decides now, or would: rules in words, thresholds, and how many stand on each list."""
    from cli.policy.showing import document_of, show, show_proposed
    from cli.target import find_target
    from greenfraud.policy.default import DEFAULT_PATH

    if is_default and (as_json or proposal is not None):
        raise InputError("--default prints the document that one begins with, as TOML: leave --json and --proposal out")
    if is_default:
        refuse_unused(context, PLACE, "--default prints the document that this release comes with")
    if as_json:
        print_json(document_of(find_target(aws=aws, region=region or None), proposal))
    elif is_default:
        typer.echo(DEFAULT_PATH.read_text(encoding="utf-8"), nl=False)
    elif proposal is not None:
        show_proposed(find_target(aws=aws, region=region or None), Screen(), proposal)
    else:
        show(find_target(aws=aws, region=region or None), Screen())
