"""How a model comes to serve where none does: what served before by its name, else a training."""

from __future__ import annotations

from cli.api import call_api
from cli.audit.entries import read_entries
from cli.changes import model_name
from cli.errors import CommandError
from cli.screen import Screen
from cli.target import Target
from greenfraud.items.ledger import PROMOTE, ROLL_BACK

TRAIN = "`greenfraud retrain` trains one; where one was trained, `greenfraud report` says why it was not promoted"
LOOK = "`greenfraud history` names what served before, and `greenfraud promote FAMILY/VERSION --reason ...` makes it serve again"


def tell_without_model(target: Target, screen: Screen) -> None:
    """Say that no model serves, and how one does again; nothing where one serves."""
    if call_api(target, "GET", "/v1/production").get("production") is None:
        screen.line(f"no model serves: the rules answer. {way_to_a_model(target)}")


def way_to_a_model(target: Target) -> str:
    """What to do where no model serves, in a sentence without its full stop."""
    try:
        changes = [entry for entry in read_entries(target) if entry["verb"] in (PROMOTE, ROLL_BACK)]
    except CommandError:  # whoever may roll back may not always read the ledger
        return LOOK
    if not changes:
        return TRAIN
    served = changes[-1]["production"] or changes[-1].get("previous")
    return f"`greenfraud promote {model_name(served)} --reason ...` makes what served before serve again" if served else LOOK
