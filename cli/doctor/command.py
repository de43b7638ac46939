"""`greenfraud doctor`: reads its options, looks, says what it found."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import typer

from cli.doctor.finding import Finding
from cli.errors import InputError
from cli.options import AsJson, Aws, HttpPort, Port, Region, print_json
from cli.screen import Screen
from cli.typed import refuse_unused

MARKS = {"well": "✓", "note": "·", "wrong": "✗"}
STYLES = {"well": "green", "note": "dim", "wrong": "bold red"}
REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")


def doctor_command(  # noqa: PLR0913 - the options of a command
    context: typer.Context,
    *,
    as_json: AsJson = False,
    port: Port = 4566,
    http_port: HttpPort = 8000,
    aws: Aws = False,
    region: Region = "",
) -> None:
    """Find out what is wrong, and how to mend it. Starts nothing, changes nothing.

    Without options: this machine (Python, disk, memory, clock, ports), the project's folder (environments, Node, the template), and
    the platform where one is up: its stacks, its API, what rings, the last training and upkeep, the data. With --aws: what is in
    your account, and whether your credentials reach it.

    greenfraud doctor

    greenfraud doctor --aws --region eu-north-1

    greenfraud doctor --json > findings.json

    Ends with 0 when nothing is wrong, and with 1 otherwise.
    """
    from cli.doctor.examination import examine_aws, examine_here
    from cli.target import find_target

    if region and not REGION.fullmatch(region):
        raise InputError(f"--region is {region!r}, expected one such as eu-north-1")
    if aws:
        refuse_unused(context, ("port", "http_port"), "--aws looks at your account, which has no ports")
    looked = (
        examine_aws(find_target(aws=True, region=region or None)) if aws else examine_here(Path(), port, http_port, region or None)
    )
    findings = list(looked) if as_json else shown(Screen(), looked)
    wrong = sum(finding.state == "wrong" for finding in findings)
    if as_json:
        document = {"schema": 1, "is_well": not wrong, "findings": [finding.document() for finding in findings]}
        print_json(document)
    if wrong:
        raise typer.Exit(1)


def shown(screen: Screen, looked: Iterable[Finding]) -> list[Finding]:
    """Say each finding as it is made, with what mends it, then how many are wrong; returns them."""
    findings = []
    for finding in looked:
        findings.append(finding)
        style = STYLES[finding.state] if screen.console.is_terminal else None
        screen.line(f"{MARKS[finding.state]} {finding.part:<10} {finding.place:<14} {finding.found}", style=style)
        if finding.mend:
            screen.line(f"{'':<28}→ {finding.mend}")
    wrong = sum(finding.state == "wrong" for finding in findings)
    screen.line("nothing is wrong" if not wrong else f"{wrong} of {len(findings)} {'is' if wrong == 1 else 'are'} wrong")
    return findings
