"""The proposal as `dataset.toml`: what was found as lines, what is to be decided as lines to uncomment, each with its meaning."""

from __future__ import annotations

from collections.abc import Iterable

from intake.description_file import dump_description
from intake.look.declaring import line_of
from intake.look.findings import Look, Question, Suggestion
from intake.shown import shown

DECIDE = "# decide: "
HOW_DECLARED = (
    "# Columns that could become features. Take the mark off the lines of those that are to become some, then run",
    "# `greenfraud import <file> --declare`. What each kind becomes: docs/columns.md.",
)
ORDER = ("file", "columns", "times", "money", "labels", "rows")


def proposal_text(look: Look) -> str:
    """Return the file: each section with what is proposed, then the questions about it."""
    head = [
        f"# How {shown(look.name)} is written, as `greenfraud import` found it. Edit what is wrong: the next import reads this.",
        *(f"# assumed: {shown(text)}" for text in look.assumed),
        *(f"# first, in the file itself: {shown(one.what)}" for one in look.questions if not one.replies),
    ]
    sections = _sections(dump_description(look.proposal))
    for one in look.questions:
        if one.replies:
            sections.setdefault(one.section, []).extend(_asked(one))
    sections |= {"features": [*HOW_DECLARED, *suggested_lines(look.suggested)]} if look.suggested else {}
    ordered = [name for name in (*ORDER, *sections) if name in sections]
    return "\n".join([*head, *(line for name in dict.fromkeys(ordered) for line in ("", f"[{name}]", *sections[name])), ""])


def suggested_lines(suggested: Iterable[Suggestion]) -> list[str]:
    """Return each suggestion as a line to take the mark off, below what is to be known of it."""
    return [line for one in suggested for line in (*(f"# {shown(text)}:" for text in one.remarks), f"# {line_of(one)}")]


def lines_of(look: Look, text: str) -> list[tuple[int | None, Question]]:
    """Return each question with the line of `text` on which it stands, counted from 1; None where it is not in there."""
    lines = text.split("\n")
    heads = {one.what: f"{DECIDE}{shown(one.what)}" for one in look.questions}
    return [(lines.index(heads[one.what]) + 1 if heads[one.what] in lines else None, one) for one in look.questions]


def _asked(question: Question) -> list[str]:
    """A question as comments, one reply after the other; whichever is true loses its mark."""
    found = [f"{DECIDE}{shown(question.what)}"]
    for reply in question.replies:
        texts = [f"# {key} = {value}" for key, value in reply.lines.items()]
        meaning = shown(reply.meaning)
        if meaning and len(texts) == 1:
            texts[0] += f"  # {meaning}"
        found += [f"# {meaning}, all of:", *texts] if meaning and len(texts) > 1 else texts
    return found


def _sections(text: str) -> dict[str, list[str]]:
    """The lines of a TOML document by section, without the headers."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in text.split("\n"):  # no other mark ends a line of TOML: a name may have U+2028
        if line.startswith("[") and line.rstrip().endswith("]"):
            name = line.strip()[1:-1]
            found[name] = []
        elif line.strip():
            found.setdefault(name, []).append(line)
    return found
