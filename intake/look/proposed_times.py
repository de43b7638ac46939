"""What a description should say of times; what two readings allow is asked."""

from __future__ import annotations

from datetime import UTC, date, datetime

from intake.described_values import STEPS
from intake.layout import HANDBOOK
from intake.look.choosing import quoted
from intake.look.draft import Draft, Seen
from intake.look.findings import Question, Reply, TimeForm
from intake.shown import shown

MOST_SHOWN = 40
START = date(2024, 1, 1)


def propose_times(draft: Draft, form: TimeForm, seen: Seen) -> None:
    """Propose a format, steps or a time zone, and ask where a time can be read in two ways or in none."""
    told = seen.given.times
    if form.style == STEPS and told.format is None:
        _steps(draft, form)
    elif form.style.startswith("epoch") and told.format is None:
        draft.say("times", format=form.style)
    elif form.style == "written" and form.other_formats:
        draft.questions.append(
            Question(
                section="times",
                what=f"{', '.join(form.columns)}: day, month and year may stand in several orders, and nothing tells which",
                replies=tuple(
                    Reply(lines={"format": quoted(one)}, meaning=_order(one)) for one in (form.format, *form.other_formats)
                ),
            )
        )
    elif form.style == "written" and not form.is_iso and told.format is None:
        draft.say("times", format=form.format)
    elif form.style == "unreadable":
        draft.questions.append(
            Question(
                section="times",
                what=f"{', '.join(form.columns)}: these times follow no pattern that is known here{_such_as(form)}",
                replies=(Reply(lines={"format": '"%d/%m/%Y %H:%M"'}, meaning="as strptime writes it"),),
            )
        )
    if not form.has_offset and told.timezone is None and not _is_handbook(seen):
        draft.say("times", timezone="UTC")
        draft.assumed.append("times have no offset: taken as UTC; timezone says where the clock was, such as Europe/Stockholm")
    if not form.has_clock:
        draft.assumed.append("times are days alone: payments of one day come in the order of their ids, and hours say nothing")


def _such_as(form: TimeForm) -> str:
    return f", such as {' and '.join(f'`{shown(one, MOST_SHOWN)}`' for one in form.examples)}" if form.examples else ""


def _is_handbook(seen: Seen) -> bool:
    return set(HANDBOOK.values()) <= set(seen.names) and seen.time is not None and seen.time.style == "stored"


def _order(pattern: str) -> str:
    return {"%d": "the day first", "%y": "the year first"}.get(pattern[:2], "the month first")


def _steps(draft: Draft, form: TimeForm) -> None:
    """Steps need a unit and a start: the start is assumed and said, a unit that is not sure is asked for."""
    start = datetime(START.year, START.month, START.day, tzinfo=UTC)
    if len(form.units) == 1 and not form.is_serial:
        draft.say("times", format=STEPS, step=form.units[0], start=start)
        draft.assumed.append(
            f"times are steps, of {form.units[0]} by their range, since a start that no file tells: taken as {START}"
        )
        return
    lines = {"format": quoted(STEPS), "start": f"{START}T00:00:00Z"}
    serial = {"format": quoted(STEPS), "start": "1899-12-30T00:00:00Z", "step": quoted("days")}
    serials = (Reply(lines=serial, meaning="a spreadsheet's days since 1899-12-30, in UTC"),) if form.is_serial else ()
    draft.questions.append(
        Question(
            section="times",
            what=f"{form.columns[0]} counts steps, and their range allows several {'readings' if form.is_serial else 'units'}",
            replies=(*serials, *(Reply(lines={**lines, "step": quoted(unit)}, meaning=f"steps of {unit}") for unit in form.units)),
        )
    )
