"""`greenfraud webhooks`: each command reads its options, asks one module, shows the answer."""

from __future__ import annotations

from cli.options import Aws, DryRun, Region
from cli.place import CommandLine
from cli.screen import Screen

webhooks_app = CommandLine(
    help="Try a webhook, and bring back what its receiver did not take.", no_args_is_help=True, pretty_exceptions_enable=False
)


@webhooks_app.command("test")
def try_command(*, aws: Aws = False, region: Region = "") -> None:
    """Send a test event the whole way: onto the bus, and from there to the webhook, signed.

    Its type is `test` and its data are empty. Whoever listens on the bus gets it
    too. It prints the id that the receiver finds in the header `webhook-id`.
    """
    from cli.target import find_target
    from cli.webhooks.testing import send_test

    send_test(find_target(aws=aws, region=region or None), Screen())


@webhooks_app.command("redrive")
def redrive_command(*, dry_run: DryRun = False, aws: Aws = False, region: Region = "") -> None:
    """Send out again what the webhook's receiver did not take in a day, or was gone for.

    Each event goes back to the webhook's queue, where a new day of tries begins,
    and leaves the queue of undelivered ones only then. With --dry-run it lists
    what waits, with the reason, and moves nothing.
    """
    from cli.target import find_target
    from cli.webhooks.undelivered import redrive

    redrive(find_target(aws=aws, region=region or None), Screen(), only_looks=dry_run)
