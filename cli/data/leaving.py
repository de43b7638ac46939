"""Leaving Amazon Fraud Detector: what of its definitions is proposed beside a file of events, and what does not come along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.data.looking import asked_of
from cli.errors import InputError
from greenfraud.features.manifest import load_manifest
from intake.afd.columns import Proposed, columns_of
from intake.afd.definitions import Definitions
from intake.afd.events import ENTITY_KIND, Events, described
from intake.afd.folder import read_definitions
from intake.afd.meant import Meanings
from intake.afd.outcomes import meaning_of, parse_outcomes
from intake.afd.rules import Rules, translated
from intake.afd.told import Telling
from intake.afd.written import columns_text, policy_text
from intake.fields import FIELDS
from intake.look.counting import counted
from intake.look.glance import glance_at
from intake.shown import shown

if TYPE_CHECKING:
    from cli.data.importing import ImportOptions
    from cli.screen import Screen

COLUMNS_FILE, POLICY_FILE = "columns-from-afd.toml", "policy-from-afd.toml"
MOST_LEFT = 60  # on a screen; --json has all


@dataclass(frozen=True, kw_only=True)
class Leaving:
    """What comes along: how the file is read, columns that its variables become, files to keep beside it; and what stays behind."""

    options: ImportOptions
    columns: tuple[Proposed, ...]
    rules: Rules | None
    telling: Telling
    files: Mapping[Path, str] = field(default_factory=dict)
    seen: frozenset[str] = frozenset()  # columns of the file that are spoken of here

    @property
    def undeclared(self) -> list[str]:
        """Proposed columns that no feature is made of yet."""
        return [one.name for one in self.columns if one.name not in load_manifest().extra_columns]

    def document(self) -> dict[str, Any]:
        """What --json tells."""
        left = [vars(one) for one in self.telling.left]
        policy = {"rules": [one.name for one in self.rules.rules], "lists": len(self.rules.lists.kept)} if self.rules else None
        return {
            "columns": [one.name for one in self.columns],
            "undeclared": self.undeclared,
            "policy": policy,
            "notes": self.telling.notes,
            "left": left,
        }


def leave_afd(file: Path, folder: Path, options: ImportOptions, said: Sequence[str] = ()) -> Leaving:
    """Read the definitions in `folder`, and tell what they make of the events in `file`; `said` is what outcomes mean.

    InputError names file and remedy.
    """
    outcomes, found, telling = parse_outcomes(said), read_definitions(folder), Telling()
    for name, why in found.unread:
        telling.leave("file", name, why, "look at it: what it says is not here, or not all of it")
    events = Events(glance_at(file, asked_of(options)))
    told = replace(options, description=described(events, found, telling))
    chosen = glance_at(file, asked_of(told)).choice.columns  # also by what a look finds besides
    columns = tuple(columns_of(events, found, {name for of in FIELDS for name in chosen.get(of, ())}, telling))
    rules = translated(
        found,
        Meanings(found, _fields(found, events, chosen), load_manifest(), {one.name: one.word for one in columns}),
        outcomes,
        telling,
    )
    _tell_rest(found, telling)
    if rules is not None and rules.asks_for("amount") and (told.description.money.currency or "currency" in chosen):
        telling.note(f"rules compare amounts in {options.currency}: there they were compared as they were sent, in any currency")
    files = {file.parent / COLUMNS_FILE: columns_text(columns, telling)} if columns else {}
    if rules is not None:
        meant = {name: meaning_of(name, outcomes) or "not said" for name in _outcomes(found, rules)}
        files[file.parent / POLICY_FILE] = policy_text(rules, telling, meant)
    seen = {column for one in found.variables if (column := events.column(one))} | {events.column(ENTITY_KIND) or ""}
    return Leaving(options=told, columns=columns, rules=rules, telling=telling, files=files, seen=frozenset(seen))


def _fields(found: Definitions, events: Events, chosen: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """The field that each variable was chosen for; one that is a part of it can be asked for by no rule, and stands for none."""
    alone = {columns[0]: of for of, columns in chosen.items() if of in FIELDS and len(columns) == 1}
    return {name: alone[column] for name in found.variables if (column := events.column(name)) in alone}


def _outcomes(found: Definitions, rules: Rules) -> list[str]:
    """The outcomes of the rules that a detector asks, in their order."""
    asked = [found.rules[one.key].outcomes for one in rules.detector.rules if one.key in found.rules]
    return list(dict.fromkeys(name for names in asked for name in names))


def _tell_rest(found: Definitions, telling: Telling) -> None:
    """What never comes along: what a model has learned, and what others answer."""
    for model in found.models:
        why = "what a model has learned cannot be taken out of the service"
        telling.leave("model", model.told, why, "train on the same events: greenfraud retrain")
    for endpoint in dict.fromkeys([*found.external_models, *(name for one in found.detectors for name in one.external_models)]):
        telling.leave("model", endpoint, "it answers at SageMaker, and nothing asks it here", "send its score as a column")


def keep_files(leaving: Leaving, screen: Screen) -> None:
    """Write what is proposed beside the file; what lies there already is somebody's own, and stays."""
    for path, text in leaving.files.items():
        try:
            with path.open("x", encoding="utf-8") as stream:
                stream.write(text)
            screen.line(f"proposed, and kept in {path}")
        except FileExistsError:
            if not path.is_file() or path.read_text(encoding="utf-8", errors="replace") != text:
                screen.line(f"{path} is there already, and stays as it is: delete it to have it proposed anew", style="yellow")
        except OSError as error:
            raise InputError(f"{path} cannot be written: {error.strerror}. Copy the file to a folder of yours") from None


def show_leaving(leaving: Leaving, screen: Screen) -> None:
    """Say what comes along, and list everything that does not, with why and what to do instead."""
    for note in leaving.telling.notes:
        screen.line(f"  {shown(note, None)}")
    if leaving.undeclared:
        screen.line(f"  not declared yet: {', '.join(leaving.undeclared)}. Copy the lines of {COLUMNS_FILE} that you want to")
        screen.line("  feature_repo/columns.toml, then make features: an import leaves out what is not declared")
    if leaving.rules is not None:
        rules, lists = len(leaving.rules.rules), len(leaving.rules.lists.kept)
        screen.line(
            f"  rules: {counted(len(leaving.rules.detector.rules), 'rule')} of {shown(leaving.rules.detector.told)} became "
            f"{counted(rules, 'rule')} and {counted(lists, 'list')}: greenfraud policy check {POLICY_FILE}"
        )
    if not leaving.telling.left:
        return
    screen.line()
    screen.line("what does not come along:", style="bold")
    for one in leaving.telling.left[:MOST_LEFT]:
        screen.line(f"  {shown(f'{one.kind} {one.name}: {one.why}')}")
        screen.line(f"    instead: {shown(one.instead)}", style="dim")
    if (more := len(leaving.telling.left) - MOST_LEFT) > 0:
        screen.line(f"  and {more} more: --json lists all")
