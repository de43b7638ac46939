"""What a description should say of labels; a word that nobody knows is asked for."""

from __future__ import annotations

from collections.abc import Mapping

from intake.described_values import STEPS
from intake.label_words import FRAUD, LEGITIMATE
from intake.look.choosing import quoted
from intake.look.counting import counted
from intake.look.draft import Draft, Seen
from intake.look.findings import LabelForm, Question, Reply, TimeForm
from intake.look.label_words import FILLED

_NOBODY_KNOWS = Reply(
    lines={"fraud": '["..."]', "legitimate": '["..."]'},
    meaning="each word in its list; not_investigated has those nobody looked at",
)
RARE = 0.005
ISO_DAYS = {"%Y-%m-%d", "%Y/%m/%d"}  # read without being told
PLAIN_WORDS = frozenset([*FRAUD, *LEGITIMATE])


def propose_labels(draft: Draft, form: LabelForm, seen: Seen) -> None:
    """Propose what words mean where the importer does not know them, and ask for those that nobody knows."""
    told = seen.given.labels
    if told.file is not None or form.fraud == (FILLED,):
        return
    words = {"fraud": form.fraud, "legitimate": form.legitimate, "not_investigated": form.uninvestigated}
    if form.unknown:
        draft.questions.append(
            Question(
                section="labels",
                what=f"{form.column}: nobody knows what {', '.join(f'`{word}`' for word in form.unknown)} means{_rarely(form)}",
                replies=tuple(_meant(words, form.unknown, meaning) for meaning in ("not_investigated", "legitimate", "fraud"))
                if form.fraud or form.legitimate or len(form.unknown) == 1
                else (_NOBODY_KNOWS,),
            )
        )
    elif not {word.strip().lower() for some in words.values() for word in some} <= PLAIN_WORDS:
        changed = {name: _once(some) for name, some in words.items() if some and not getattr(told, name)}
        if changed:
            draft.say("labels", **changed)


def _rarely(form: LabelForm) -> str:
    """What to say of words in so few rows that these may be none, such as a line of totals."""
    rows = sum(form.counts.get(word, 0) for word in form.unknown)
    return f", in {counted(rows, 'row')} of {form.rows:,}: a line of totals is to be taken out" if rows < RARE * form.rows else ""


def propose_reports(draft: Draft, form: TimeForm, seen: Seen) -> None:
    """Propose how moments of reports are written where not as times are, and ask where they can be read in two ways."""
    told = seen.given
    is_as_times = seen.time is not None and (form.style, form.format) == (seen.time.style, seen.time.format)
    if told.labels.format is not None or form.style in {"stored", "unreadable", STEPS}:
        return
    if form.style == "written" and form.other_formats:
        replies = tuple(Reply(lines={"format": quoted(one)}) for one in (form.format, *form.other_formats))
        what = f"{form.columns[0]}: day, month and year may stand in several orders, and nothing tells which"
        draft.questions.append(Question(section="labels", what=what, replies=replies))
    elif not is_as_times and form.format not in ISO_DAYS and not (form.is_iso and _is_iso(draft, seen)):
        draft.say("labels", format=form.format or form.style)
    if not form.has_offset and told.times.timezone is None and "timezone" not in draft.sections.get("times", {}):
        draft.say("times", timezone="UTC")
        draft.assumed.append(f"{form.columns[0]}: no offset: taken as UTC; timezone says where the clock was")


def _is_iso(draft: Draft, seen: Seen) -> bool:
    """Tell whether nothing says another format for all times of the file."""
    return seen.given.times.format is None and "format" not in draft.sections.get("times", {})


def _once(words: tuple[str, ...]) -> tuple[str, ...]:
    """Words of which no two differ in blanks and case alone: to whoever reads them they are one."""
    return tuple({word.strip().lower(): word.strip() for word in reversed(words)}.values())[::-1]


def _meant(words: Mapping[str, tuple[str, ...]], unknown: tuple[str, ...], meaning: str) -> Reply:
    all_words = {name: (*some, *unknown) if name == meaning else some for name, some in words.items()}
    lines = {name: f"[{', '.join(map(quoted, _once(some)))}]" for name, some in all_words.items() if some}
    return Reply(lines=lines, meaning=f"{', '.join(unknown)} is {meaning.replace('_', ' ')}")
