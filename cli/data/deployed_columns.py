"""Whether a platform takes the columns that are declared here: one that was deployed before would drop them without a word."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cli.api import call_api
from cli.errors import CommandError, InputError
from cli.target import Target
from greenfraud.features.manifest import load_manifest


def require_columns(target: Target, note: Callable[[str], None]) -> None:
    """Raise InputError where the platform was deployed with other columns; `note` is told where it cannot be asked."""
    declared = dict(load_manifest().extra_columns)
    try:
        differs = other_columns(target)
    except CommandError as error:
        if declared:
            note(f"whether the platform takes {', '.join(declared)} could not be asked: {error}")
        return
    if differs:
        raise InputError(f"nothing was imported: the platform {differs}. Deploy what is declared first: {way_to_columns(target)}")


def other_columns(target: Target) -> str | None:
    """How what the platform was deployed with differs from what is declared here: "" where it does not, None where it is not told.

    CommandError where the API cannot be asked.
    """
    declared, deployed = dict(load_manifest().extra_columns), call_api(target, "GET", "/v1/model").get("columns")
    return None if deployed is None else _told(deployed, declared)


def way_to_columns(target: Target) -> str:
    """The command that deploys what is declared."""
    return "make deploy" if target.endpoint is None else "make run, anew"


def _told(deployed: Mapping[str, str], declared: Mapping[str, str]) -> str:
    new = [name for name in declared if name not in deployed]
    gone = [name for name in deployed if name not in declared]
    changed = [name for name in declared if name in deployed and deployed[name] != declared[name]]
    said = [
        f"was deployed before {', '.join(new)} was declared" if new else "",
        f"takes {', '.join(gone)}, which feature_repo/columns.toml here does not declare" if gone else "",
        f"takes {', '.join(changed)} as another kind" if changed else "",
    ]
    return "; it ".join(filter(None, said))
