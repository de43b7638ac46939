"""The command `greenfraud emissions`: what was emitted, by stage, family and chunk, and by 1,000 scores."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.errors import InputError
from cli.options import AsJson, Aws, Region, print_json
from cli.screen import Screen
from cli.typed import refuse_unused


def emissions_command(
    context: typer.Context,
    *,
    sci: Annotated[bool, typer.Option("--sci", help="print all that a claim of SCI (ISO/IEC 21031) asks for, as Markdown")] = False,
    as_json: AsJson = False,
    aws: Aws = False,
    region: Region = "",
) -> None:
    """What training and answering emitted: by stage, by family and chunk, and per 1,000 scores.

    Reads the platform that is up, else the last `logs/emissions.csv`. Of use is electricity times the grid's intensity; of making
    is the share of building the hardware. CodeCarbon's own figure of the same jobs stands beside the reserved one.

    greenfraud emissions

    greenfraud emissions --sci > sci.md
    """
    from cli.carbon.accounts import document_of
    from cli.carbon.sci_page import claim_page
    from cli.carbon.showing import show
    from cli.dashboard.emissions_file import read_csv
    from cli.dashboard.inputs import target_that_answers
    from cli.emissions import CSV, read_emissions
    from cli.target import find_target

    if sci and as_json:
        raise InputError("--sci prints a page in Markdown: leave --json out")
    if not aws:
        refuse_unused(context, ("region", "profile", "stage"), "without --aws it is about this machine")
    target = find_target(aws=True, region=region or None) if aws else target_that_answers()
    records = (target and read_emissions(target)) or ([] if aws else read_csv(CSV))
    if sci:
        typer.echo(claim_page(records), nl=False)
    elif as_json:
        print_json(document_of(records))
    else:
        show(Screen(), records)
