"""The command line `greenfraud`: each command reads its options, asks one module, shows the answer."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.audit.commands import audit_app
from cli.carbon.command import emissions_command
from cli.changes import approve_command, proposals_command, withdraw_command
from cli.compare.command import compare_command
from cli.console.command import console_command
from cli.doctor.command import doctor_command
from cli.errors import InputError
from cli.explain.command import explain_command
from cli.faults import FaultReportingGroup
from cli.import_commands import import_command, rates_command
from cli.interruption import end_like_ctrl_c
from cli.labels.command import label_command
from cli.models.commands import canary_command, history_command, promote_command, rollback_command, shadow_command
from cli.options import (
    Aws,
    Currency,
    HorizonOfLake,
    HttpPort,
    Maturity,
    Port,
    Rates,
    Region,
    in_paragraphs,
)
from cli.place import CommandLine
from cli.policy.commands import policy_app
from cli.reading_options import ReadingOptions, with_reading_options
from cli.recovery.commands import rebuild_command, redrive_command, restore_day_command
from cli.report_command import report_command
from cli.retrain_command import retrain_command
from cli.reviews.commands import list_command, reviews_app
from cli.score_command import score_command
from cli.screen import Screen
from cli.status_command import status_command
from cli.typed import refuse_unused
from cli.webhooks.commands import webhooks_app

app = CommandLine(
    cls=FaultReportingGroup, help="The operator's commands of GreenFraud.", no_args_is_help=True, pretty_exceptions_enable=False
)


@app.command("run")
@with_reading_options
def run_command(  # noqa: PLR0913 - the options of a command
    context: typer.Context,
    *,
    data: Annotated[Path | None, typer.Option(help="your own Parquet or CSV instead of the generated world")] = None,
    reading: ReadingOptions,
    maturity_days: Maturity = 7,
    label_horizon_days: HorizonOfLake = None,
    currency: Currency = "",
    rates: Rates = None,
    port: Port = 4566,
    http_port: HttpPort = 8000,
    is_exiting: Annotated[bool, typer.Option("--exit", help="end when everything is done")] = False,
    seed: Annotated[int, typer.Option(help="another generated world")] = 2026,
    customers: Annotated[int, typer.Option(min=10, max=50_000, help="size of the generated world")] = 1_000,
    days: Annotated[int, typer.Option(min=28, max=1_000, help="length of the generated world")] = 90,
    fraud_changes_on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="when frauds of the generated world change, such as 2026-02-20")
    ] = None,
) -> None:
    """The whole platform on this machine: deploy, train, promote, serve, score; then up until Ctrl-C."""
    from cli.currency import currency_of_assembly
    from cli.data.sources import FileSource, Source, WorldSource
    from cli.data.world import WorldSpecification
    from cli.run import RunOptions, run

    if data is None:
        refuse_unused(context, ("maturity_days", "rates"), "a generated world is known to the end, and has one currency")
    else:
        refuse_unused(context, ("seed", "customers", "days", "fraud_changes_on"), "--data is a file, no generated world")
    end_like_ctrl_c()
    screen = Screen()
    changes = fraud_changes_on.date() if fraud_changes_on else None
    own = currency_of_assembly(Path("cdk.out"), currency)
    world = WorldSpecification(seed=seed, customers=customers, days=days, fraud_changes_on=changes)
    source: Source = WorldSource(world, own)
    if data is None and reading != ReadingOptions():
        raise InputError("a description, a map and the like say how a file is read: name it, --data <file>")
    if data is not None:

        def note(text: str) -> None:
            screen.line(f"  {text}")

        options = reading.import_options(data, maturity_days=maturity_days, currency=own, rates=rates, note=note)
        source = FileSource(data, options, note)
    asked = RunOptions(source=source, label_horizon_days=label_horizon_days, port=port, http_port=http_port, is_exiting=is_exiting)
    run(asked, screen)


app.add_typer(policy_app, name="policy")
app.command("import")(import_command)
app.command("rates")(rates_command)
app.command("compare", help=in_paragraphs(compare_command))(compare_command)
app.command("label", help=in_paragraphs(label_command))(label_command)
app.command("retrain")(retrain_command)
app.command("console", help=in_paragraphs(console_command))(console_command)
app.command("status", help=in_paragraphs(status_command))(status_command)
app.command("doctor", help=in_paragraphs(doctor_command))(doctor_command)
app.command("score", help=in_paragraphs(score_command))(score_command)
app.command("explain", help=in_paragraphs(explain_command))(explain_command)
app.add_typer(reviews_app, name="reviews", help=in_paragraphs(list_command))
app.command("promote", help=in_paragraphs(promote_command))(promote_command)
app.command("rollback", help=in_paragraphs(rollback_command))(rollback_command)
app.command("shadow", help=in_paragraphs(shadow_command))(shadow_command)
app.command("canary", help=in_paragraphs(canary_command))(canary_command)
app.command("history")(history_command)
app.command("proposals")(proposals_command)
app.command("approve")(approve_command)
app.command("withdraw")(withdraw_command)
app.add_typer(audit_app, name="audit")
app.add_typer(webhooks_app, name="webhooks")


@app.command("forget")
def forget_command(
    customer: Annotated[str, typer.Argument(help="the customer's id, as your systems send it")],
    *,
    only_search: Annotated[bool, typer.Option("--search", help="change nothing: tell where the customer is named")] = False,
    aws: Aws = False,
    region: Region = "",
) -> None:
    """Cut every link to a customer in lake, features, online state, decisions and artifacts; prove it by a search."""
    from cli.forgetting.forget import forget, search
    from cli.id_key import read_id_key
    from cli.target import find_target
    from greenfraud.identity import token

    target = find_target(aws=aws, region=region or None)
    (search if only_search else forget)(target, Screen(), token("customer", customer, read_id_key(target)))


@app.command("dashboard")
def dashboard_command(
    context: typer.Context,
    *,
    to: Annotated[Path, typer.Option(help="where the page is written")] = Path(".local/dashboard.html"),
    aws: Aws = False,
    region: Region = "",
) -> None:
    """One page of plots: emissions, value against grams, decisions with reasons. Opens in any browser."""
    from cli.dashboard.build import build_dashboard
    from cli.target import find_target

    if not aws:
        refuse_unused(context, ("region", "profile", "stage"), "without --aws it is about this machine")
    build_dashboard(Screen(), to, aws=find_target(aws=True, region=region or None) if aws else None)


@app.command("mlflow-ui")
def mlflow_ui_command(
    *, port: Annotated[int, typer.Option(min=1, max=65535, help="port of MLflow's pages, on 127.0.0.1 only")] = 5000
) -> None:
    """MLflow's own pages over the last run: runs, metrics, plots, models; up until Ctrl-C."""
    from cli.mlflow_ui import show_mlflow

    end_like_ctrl_c()
    show_mlflow(Screen(), port)


app.command("report", help=in_paragraphs(report_command))(report_command)
app.command("emissions", help=in_paragraphs(emissions_command))(emissions_command)
for name, command in (("redrive", redrive_command), ("rebuild", rebuild_command), ("restore-day", restore_day_command)):
    app.command(name)(command)
