"""One column for each field, of those that could be it; where two are as likely, a question."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from intake.layout import HANDBOOK
from intake.look.columns import Sampled
from intake.look.findings import Candidate, Question, Reply
from intake.look.names import OWN, points_of, time_part_of
from intake.look.time_texts import clock_of_digits

ANY_WILL_DO = ("transaction_id", "currency", "decision")  # of these a second candidate changes nothing
ALONE = ("transaction_id", "occurred_at", "amount", "currency", "is_fraud")  # told by content alone where only one column has it
MOST_CHOICES = 6


@dataclass(frozen=True)
class Choice:
    """The column or columns of each field, why each was taken, and which fields have rivals."""

    columns: Mapping[str, tuple[str, ...]]
    reasons: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    doubts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rivals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unsure: tuple[str, ...] = ()  # fields whose column may be something else

    def questions(self) -> list[Question]:
        """What a person must choose."""
        told = {of: (*self.columns[of], *others)[:MOST_CHOICES] for of, others in self.rivals.items()}
        unsure = [of for of in self.unsure if of not in told]
        return [_perhaps(of, self.columns[of][0]) for of in unsure] + [
            Question(
                section="columns",
                what=f"{' and '.join(f'`{name}`' for name in names)} could each be `{of}`",
                replies=tuple(Reply(lines={of: quoted(name)}) for name in names),
            )
            for of, names in told.items()
        ]


def _perhaps(of: str, name: str) -> Question:
    return Question(
        section="columns",
        what=f"`{name}` may be `{of}`, or say something else, such as that it was approved; another file is named by labels.file",
        replies=(Reply(lines={of: quoted(name)}, meaning="what fraud is called there: labels.fraud"),),
    )


def quoted(text: str) -> str:
    """Return a text as TOML writes it."""
    return json.dumps(text, ensure_ascii=not text.isprintable())


def choose(found: Mapping[str, Sequence[Candidate]], given: Mapping[str, tuple[str, ...]], sampled: Sequence[Sampled]) -> Choice:
    """Give each column to the field that it speaks of most clearly; what is `given` is settled."""
    free = {of: _free(of, some, given, found) for of, some in found.items() if of not in given}
    ranked = sorted((one for some in free.values() for one in some), key=lambda one: one.rank)
    chosen, taken = dict[str, Candidate](), {name for names in given.values() for name in names}
    for one in ranked:
        if one.field not in chosen and one.column not in taken and _is_enough(one, free[one.field]):
            chosen[one.field] = one
            taken.add(one.column)
    if "amount" in chosen and "amount_minor" in chosen:
        del chosen["amount"]
    columns = {**{of: (one.column,) for of, one in chosen.items()}, **given}
    rivals = {of: _rivals(one, free[of], taken) for of, one in chosen.items() if of not in ANY_WILL_DO}
    if "occurred_at" not in given and (parts := _parts(chosen.get("occurred_at"), sampled, taken)):
        columns["occurred_at"] = parts
    if len(columns.get("occurred_at", ())) > 1:
        chosen.pop("occurred_at", None)
    together = {of: ("read together",) for of, names in columns.items() if len(names) > 1}
    return Choice(
        columns=columns,
        reasons={**{of: one.reasons for of, one in chosen.items()}, **together},
        doubts={of: (*one.doubts, *_said(rivals.get(of, ()))) for of, one in chosen.items() if one.doubts or rivals.get(of)},
        rivals={of: names for of, names in rivals.items() if names},
        unsure=tuple(of for of, one in chosen.items() if of == "is_fraud" and one.is_weak and one.points < OWN),
    )


def _free(
    of: str, some: Sequence[Candidate], given: Mapping[str, tuple[str, ...]], found: Mapping[str, Sequence[Candidate]]
) -> list[Candidate]:
    """The candidates that are not settled as something else; of amounts, one of both kinds is enough."""
    if of in {"amount", "amount_minor"} and {"amount", "amount_minor"} & set(given):
        return []
    settled = {name for names in given.values() for name in names}
    own = {one.column for others in found.values() for one in others if one.points == OWN and one.field != of}
    return [one for one in some if one.column not in settled | own]


def _is_enough(one: Candidate, rivals: Sequence[Candidate]) -> bool:
    """Content alone is enough where no other column has it; of ids of rows any will do."""
    return one.points > 0 or (one.field in ALONE and (len(rivals) == 1 or one.field == "transaction_id"))


def _rivals(one: Candidate, some: Sequence[Candidate], taken: set[str]) -> tuple[str, ...]:
    if one.points == OWN:
        return ()
    equal = [other for other in some if other.rank == one.rank]
    return tuple(other.column for other in equal if other.column not in taken)


def _said(rivals: tuple[str, ...]) -> tuple[str, ...]:
    return (f"so could be {', '.join(rivals[:MOST_CHOICES])}",) if rivals else ()


def _parts(one: Candidate | None, sampled: Sequence[Sampled], taken: set[str]) -> tuple[str, ...]:
    """The columns that tell a moment together: year, month, day and a clock or an hour; or a day and a clock."""
    clocks = [col.name for col in sampled if col.written is not None and not col.written.has_date and col.name not in taken]
    clocks += [col.name for col in sampled if col.name not in {*taken, *clocks} and _is_clock_of_digits(col)]
    if one is not None:
        column = next(col for col in sampled if col.name == one.column)
        is_day = column.written is not None and not column.written.has_clock
        return (one.column, *clocks[:1]) if is_day and clocks and one.points != OWN else ()
    named = {time_part_of(col.name): col.name for col in reversed(sampled) if time_part_of(col.name)}
    if not {"year", "month", "day"} <= set(named):
        return ()
    hour = clocks[:1] or [named[part] for part in ("hour",) if part in named]
    return (named["year"], named["month"], named["day"], *hour)


def _is_clock_of_digits(column: Sampled) -> bool:
    is_named = bool(points_of(column.name, "occurred_at")) or time_part_of(column.name) == "hour"
    return is_named and bool(column.looked_at) and bool(clock_of_digits(column.looked_at))


def is_own(of: str, columns: tuple[str, ...], names: Sequence[str]) -> bool:
    """Tell whether the importer finds the column without being told: its own name, or the handbook's where that is not there."""
    own = of if of in names else HANDBOOK.get(of)
    return columns == (own,)
