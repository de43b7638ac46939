"""`greenfraud audit`: each command reads its options, asks one module, shows the answer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import Aws, Region
from cli.place import CommandLine
from cli.screen import Screen

audit_app = CommandLine(
    help="Prove that the ledger of changes is whole, or take it with you.", no_args_is_help=True, pretty_exceptions_enable=False
)


@audit_app.command("verify")
def verify_command(*, aws: Aws = False, region: Region = "") -> None:
    """Find what was changed, removed or cut off in the ledger of what serves.

    Every entry holds the digest of all before it, and lies a second time in a
    bucket where nobody may overwrite or remove it (S3 Object Lock). This reads
    both, and the document in force, with your own rights, and compares them.

    Ends with 1 when anything is found, and says which entry, and what.
    """
    from cli.audit.verification import verify_ledger
    from cli.target import find_target

    verify_ledger(find_target(aws=aws, region=region or None), Screen())


@audit_app.command("export")
def export_command(
    *,
    to: Annotated[Path, typer.Option(help="where the file is written")] = Path(".local/ledger.jsonl"),
    aws: Aws = False,
    region: Region = "",
) -> None:
    """Write every entry of the ledger, one JSON object a line, to a file.

    Each line is an entry as it is stored, letter by letter, so that whoever
    receives the file can compute the chain anew: the digest after an entry is
    SHA-256 of the digest before it, as text, and the line; before the first it
    is 64 zeros. What `audit verify` finds is printed too; the file is written
    all the same, and the command ends with 1.
    """
    from cli.audit.verification import export_ledger
    from cli.target import find_target

    export_ledger(find_target(aws=aws, region=region or None), Screen(), to)
