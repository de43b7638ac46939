"""The commands about models: each reads its options, asks one module, shows the answer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.changes import tell_change
from cli.errors import InputError
from cli.models.asking import Care, ask
from cli.models.without_model import way_to_a_model
from cli.options import AsJson, Aws, Region, print_json
from cli.screen import Screen
from cli.target import Target, find_target
from cli.typed import refuse_unused

OFF = "off"
COMPARED = ("days", "to_json")  # parameters of a comparison
Reason = Annotated[str, typer.Option(help="why, for the ledger")]
Emergency = Annotated[
    bool, typer.Option("--emergency", help="at once, without a second person: the ledger says so, and an alarm rings")
]
Yes = Annotated[bool, typer.Option("--yes", help="do not ask, also where the gate said no or only the rules would answer")]
Seen = Annotated[int | None, typer.Option(min=0, help="the revision that you saw: where something changed since, nothing is done")]
Days = Annotated[int, typer.Option(min=1, max=400, help="how many days of payments are compared at most, the newest")]
ToJson = Annotated[Path | None, typer.Option("--json", help="write every figure as JSON")]


def promote_command(  # noqa: PLR0913 - the options of a command
    model: Annotated[str, typer.Argument(help="family/version")],
    *,
    reason: Reason,
    yes: Yes = False,
    emergency: Emergency = False,
    seen: Seen = None,
    as_json: AsJson = False,
    aws: Aws = False,
    region: Region = "",
) -> None:
    """Make a model serve, from the next request on.

    It must be the very bundle that the gate judged. One that the gate did not
    let in is asked about first, and the ledger says so. A canary ends.
    """
    care = Care(reason=reason, is_emergency=emergency, is_sure=yes, seen=seen)
    _change(_target(aws, region), "promote", {"model": model}, care, as_json=as_json)


def rollback_command(  # noqa: PLR0913 - the options of a command
    model: Annotated[str, typer.Argument(help="what stood before, family/version or `rules`; by default the one before")] = "",
    *,
    reason: Reason,
    yes: Yes = False,
    emergency: Emergency = False,
    seen: Seen = None,
    as_json: AsJson = False,
    aws: Aws = False,
    region: Region = "",
) -> None:
    """Make the previous model serve again, or one before it.

    Where only the rules would answer, it is asked about first. A canary ends.
    """
    care = Care(reason=reason, is_emergency=emergency, is_sure=yes, seen=seen)
    _change(_target(aws, region), "rollback", {"model": model} if model else {}, care, as_json=as_json)


def shadow_command(  # noqa: PLR0913 - the options of a command
    context: typer.Context,
    model: Annotated[str, typer.Argument(help="family/version, or `off`; without one, what the shadow said so far")] = "",
    *,
    reason: Reason = "",
    days: Days = 30,
    seen: Seen = None,
    to_json: ToJson = None,
    aws: Aws = False,
    region: Region = "",
) -> None:
    """Let a model score each payment beside what answers, only logged.

    It answers nobody. Without a model, the command compares what the shadow
    said with what was answered, on the same payments.
    """
    if model:
        refuse_unused(context, COMPARED, "a model is put into shadow, and nothing compared")
    else:
        from cli.models.comparing import compare_shadow

        refuse_unused(context, ("reason", "seen"), "without a model nothing is changed, only compared")
        compare_shadow(_target(aws, region), Screen(), days, to_json)
        return
    _change(_target(aws, region), "shadow", {"model": model}, Care(reason=reason, seen=seen))


def canary_command(  # noqa: PLR0913 - the options of a command
    context: typer.Context,
    percent: Annotated[str, typer.Argument(help="of the customers, 1 to 99, or `off`; without one, both sides so far")] = "",
    *,
    model: Annotated[str, typer.Option(help="family/version; by default the canary there is, or else the shadow")] = "",
    reason: Reason = "",
    days: Days = 30,
    yes: Yes = False,
    emergency: Emergency = False,
    seen: Seen = None,
    to_json: ToJson = None,
    aws: Aws = False,
    region: Region = "",
) -> None:
    """Let a model answer a share of the customers.

    Who is in stays in when the share is raised. Without a share, the command
    compares the canary with production: traffic, alerts, scores, trouble,
    time, and labels so far.
    """
    if percent:
        refuse_unused(context, COMPARED, "a share is changed, and nothing compared")
    else:
        from cli.models.comparing import compare_canary

        refuse_unused(context, ("model", "reason", "yes", "emergency", "seen"), "without a share nothing is changed, only compared")
        compare_canary(_target(aws, region), Screen(), days, to_json)
        return
    body: dict[str, Any] = {"percent": _percent(percent)}
    care = Care(reason=reason, is_emergency=emergency, is_sure=yes, seen=seen)
    _change(_target(aws, region), "canary", body | ({"model": model} if model else {}), care)


def history_command(
    *,
    limit: Annotated[int, typer.Option(min=1, help="how many changes, the newest")] = 20,
    as_json: AsJson = False,
    aws: Aws = False,
    region: Region = "",
) -> None:
    """Who changed what serves, when, to what, and why: the ledger, the newest first.

    Of a promotion a line tells what it changed on the payments it was judged on.
    """
    from cli.models.history import newest, show_history

    if as_json:
        print_json({"schema": 1, "entries": newest(_target(aws, region), limit)})
    else:
        show_history(_target(aws, region), Screen(), limit)


def _percent(text: str) -> int:
    if text == OFF:
        return 0
    if not (text.isascii() and text.isdigit()):
        raise InputError(f"{text!r} is no share: give a whole number of percent, 1 to 99, or off")
    return int(text)


def _change(target: Target, change: str, body: dict[str, Any], care: Care, *, as_json: bool = False) -> None:
    screen = Screen.beside(is_json=as_json)
    answer = ask(target, screen, change, body, care)
    tell_change(answer, screen)
    if change == "rollback" and not (answer.get("proposal") or answer.get("production")):
        screen.line(f"the way back: {way_to_a_model(target)}")
    if as_json:
        print_json(answer)


def _target(aws: bool, region: str) -> Target:
    return find_target(aws=aws, region=region or None)
