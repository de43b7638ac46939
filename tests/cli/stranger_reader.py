"""A person who imports a file: agrees to what is proposed, answers what is asked by what they know, and does nothing else."""

from __future__ import annotations

import tomllib
from typing import Any

import tomlkit
from rich.console import Console
from stranger_shapes import Written
from stranger_tables import Shape

from cli.data.importing import load_file
from cli.data.looking import Ways, settle
from cli.errors import InputError
from cli.reading_options import ReadingOptions
from cli.screen import Screen
from intake.look.findings import Look, Question


def as_a_person(file: Written, shape: Shape) -> tuple[str, Any]:
    """What came of it: `read`, `wrong` with the rows that differ, `refused` with what was said, or `untold` with a question."""
    try:
        for _ in range(4):
            looks = list[Look]()
            options = ReadingOptions().import_options(file.path, maturity_days=7, currency=shape.currency)
            try:
                settled = settle(file.path, options, Screen(Console(quiet=True)), Ways(is_yes=True, show=looks.append))
            except InputError:
                if not looks or not looks[0].questions:
                    raise
                if missing := [one for one in looks[0].questions if not _is_answered(one, file.truth)]:
                    return "untold", missing[0]
                _edit(file, looks[0])
                continue
            if looks and _corrected(file, looks[0]):
                continue
            if settled is None:
                return "refused", "not imported"
            try:
                return _compared(load_file(file.path, settled).table.to_pylist(), file.rows)
            except InputError as error:
                if "--refund" not in str(error) or "kind" in file.seen:
                    raise
                _tell_refunds(file)
    except InputError as error:
        return "refused", error
    return "asked on and on", looks[0].questions or looks[0].assumed


def _is_answered(question: Question, truth: dict[str, dict[str, Any]]) -> bool:
    """Tell whether one of its replies is true, but for what only its writer knows, such as a start, or a name."""
    if question.section == "columns" and not question.replies:
        return False
    return any(
        all(
            key in {"start", "file"} or "..." in text or _equal(tomllib.loads(f"x = {text}")["x"], truth[question.section].get(key))
            for key, text in reply.lines.items()
        )
        for reply in question.replies
    )


def _equal(value: Any, known: Any) -> bool:
    listed = [one if isinstance(one, list) else [one] for one in (value, known)]
    return sorted(map(str, listed[0])) == sorted(map(str, listed[1]))


def _edit(file: Written, look: Look) -> None:
    """Write into dataset.toml what was asked."""
    path = file.path.with_name("dataset.toml")
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    for question in look.questions:
        section = document.setdefault(question.section, tomlkit.table())
        known = file.truth[question.section]
        for key in {key for reply in question.replies for key in reply.lines} & set(known):
            section[key] = known[key]
        if question.section == "labels" and "contrary" in question.what and "is_legit" in file.truth["columns"].get("is_fraud", []):
            section |= known
            document.setdefault("columns", tomlkit.table())["is_fraud"] = "is_legit"
    path.write_text(tomlkit.dumps(document), encoding="utf-8")
    _corrected(file, look)


def _corrected(file: Written, look: Look) -> bool:
    """Correct what was taken for granted and is not so, and what is odd; tell whether anything was."""
    path = file.path.with_name("dataset.toml")
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    document = tomlkit.parse(before)
    times, rows = document.setdefault("times", tomlkit.table()), document.setdefault("rows", tomlkit.table())
    if any("taken as UTC" in one for one in look.assumed) and file.truth["times"].get("timezone"):
        times["timezone"] = file.truth["times"]["timezone"]
    if any("since a start that no file tells" in one for one in look.assumed):
        times["start"] = file.truth["times"]["start"]
    if any("refunds are no payments" in one for one in look.warnings) and "kind" in file.truth["rows"]:
        rows["kind"] = file.truth["rows"]["kind"]
    after = tomlkit.dumps(document)
    is_changed = tomllib.loads(after) != {"times": {}, "rows": {}, **tomllib.loads(before)}
    if is_changed:
        path.write_text(after, encoding="utf-8")
    return is_changed


def _tell_refunds(file: Written) -> None:
    """Say which column tells refunds, as the message asks."""
    file.seen.add("kind")
    path = file.path.with_name("dataset.toml")
    document = tomlkit.parse(path.read_text(encoding="utf-8") if path.exists() else "")
    document.setdefault("rows", tomlkit.table())["kind"] = file.truth["rows"]["kind"]
    path.write_text(tomlkit.dumps(document), encoding="utf-8")


def _compared(found: list[dict[str, Any]], expected: list[dict[str, Any]]) -> tuple[str, Any]:
    """The rows, by their content, whatever their order."""
    ours = [{key: one.get(key, True) for key in expected[0]} for one in found]
    keys = sorted(expected[0])
    there, wanted = (sorted(rows, key=lambda one: [str(one[key]) for key in keys]) for rows in (ours, expected))
    if there == wanted:
        return "read", len(there)
    differ = [(left, right) for left, right in zip(there, wanted, strict=False) if left != right]
    return "wrong", (len(there), len(wanted), differ[:1])
