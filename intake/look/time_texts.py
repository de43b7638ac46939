"""The pattern that a column of written times follows, told from its values: which part is the day, which the month."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from intake.time_marks import plain_time
from intake.zone_names import OFFSETS

NAMED = "|".join(sorted(OFFSETS, key=len, reverse=True))
ZONE = rf"(?P<zone> ?(?:{NAMED}|[+-]\d{{2}}:?\d{{2}}|[+-]\d{{2}}))?"
HALF = r"(?P<half> ?[AaPp]\.?[Mm]\.?)?"
CLOCK = (
    rf"(?P<hour>\d{{1,2}})(?P<colon>[:.])(?P<minute>\d{{2}})(?:(?P=colon)(?P<second>\d{{2}})(?P<fraction>[.,]\d{{1,9}})?)?{HALF}"
)
WEEKDAY = r"(?P<weekday>(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?"
DATED = re.compile(
    rf"{WEEKDAY}(?P<first>\d{{1,4}}|[A-Za-z]{{3,9}})(?P<mark>[-./ ]|(?=[A-Za-z]))"
    rf"(?P<second_part>\d{{1,2}}|[A-Za-z]{{3,9}})(?P<comma>,?)(?P<mark2>[-./ ]|(?<=[A-Za-z]))"
    rf"(?P<third>\d{{1,4}})(?:(?P<between>T|,? +|:){CLOCK})?{ZONE}"
)
COMPACT = re.compile(
    r"(?P<date>(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(?P<clock>[T ]?\d{4}(?:\d{2})?)?(?P<zone>Z)?"
)
SHORT = 3  # letters of a short name
MONTHS = frozenset(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"])
PIVOT = 69  # a year of two digits from so many on is 19..
DIGITS_OF_CLOCK = re.compile(r"(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?")
CLOCK_ALONE = re.compile(CLOCK.replace("[:.]", ":"))  # 12.50 is more likely an amount
ENOUGH = 0.9  # the share of values that one pattern must explain: a file has its faults


@dataclass(frozen=True)
class Written:
    """A pattern of strptime for a column of texts; `others` have day, month or year elsewhere, where that is possible as well."""

    pattern: str
    has_offset: bool
    has_date: bool = True
    has_clock: bool = True
    others: tuple[str, ...] = ()
    is_padded: bool = True  # month, day and hour have two digits each

    @property
    def is_number(self) -> bool:
        """Tell whether it has no marks at all, as in 20260301."""
        return self.pattern.startswith("%Y%m%d")

    @property
    def date_pattern(self) -> str:
        """The pattern of the day alone."""
        return re.split(r"[T, :]*%[HI]|%[zZ]", self.pattern)[0]

    @property
    def is_iso(self) -> bool:
        """Tell whether the importer reads it without being told."""
        date, _, clock = self.pattern.partition("%H")
        is_known = date in {"%Y-%m-%dT", "%Y-%m-%d ", "%Y/%m/%d "}
        return self.is_padded and is_known and clock.removesuffix("%z").strip() in {":%M", ":%M:%S", ":%M:%S.%f"}


def written_as(texts: Sequence[str]) -> Written | None:
    """Return the one pattern that nearly all of the texts follow, None where there is none.

    >>> written_as(["18.03.2026 02:47:11"]).pattern, written_as(["3/4/26 2:47", "3/18/26 2:47"]).pattern
    ('%d.%m.%Y %H:%M:%S', '%m/%d/%y %H:%M')
    >>> written_as(["Mon, 02 Mar 2026 17.20.29 EST"]).pattern
    '%a, %d %b %Y %H.%M.%S %Z'
    >>> written_as(["03/04/2026"]).others, written_as(["26-03-18"]).others
    (('%m/%d/%Y',), ('%y-%m-%d',))
    """
    if not texts:
        return None
    texts = [plain_time(text) for text in texts]
    for reader in (_compact, _clock_alone, _dated):
        if found := reader(texts):
            return found
    return None


def clock_of_digits(texts: Sequence[str]) -> str:
    """Return the pattern of a clock without marks, and nothing where one text is none.

    >>> clock_of_digits(["093000", "235959"]), clock_of_digits(["0930"]), clock_of_digits(["93000"])
    ('%H%M%S', '%H%M', '')
    """
    lengths = {len(text) for text in texts}
    is_clock = all(map(DIGITS_OF_CLOCK.fullmatch, texts)) and len(lengths) == 1
    return ("%H%M%S" if lengths == {6} else "%H%M") if is_clock else ""


def _matches(pattern: re.Pattern[str], texts: Sequence[str]) -> list[re.Match[str]]:
    """Return the matches if nearly all texts have one, else nothing."""
    found = [match for match in map(pattern.fullmatch, texts) if match]
    return found if len(found) >= ENOUGH * len(texts) else []


def _compact(texts: Sequence[str]) -> Written | None:
    found = _matches(COMPACT, texts)
    if not found or len({len(match["clock"] or "") for match in found}) > 1:
        return None
    clock = found[0]["clock"] or ""
    digits = len(clock.lstrip("T "))
    after = clock[: len(clock) - digits] + ("%H%M%S" if digits == 6 else "%H%M" if digits else "")
    return Written(f"%Y%m%d{after}{'%z' if found[0]['zone'] else ''}", bool(found[0]["zone"]), has_clock=bool(clock))


def _clock_alone(texts: Sequence[str]) -> Written | None:
    found = _matches(CLOCK_ALONE, texts)
    return Written(_clock_pattern(found), has_offset=False, has_date=False) if found else None


def _dated(texts: Sequence[str]) -> Written | None:
    found = _matches(DATED, texts)
    if not found or len({(match["mark"], match["comma"], match["mark2"]) for match in found}) > 1:
        return None
    orders = _orders(found)
    if not orders:
        return None
    has_clock = any(match["hour"] for match in found)
    if len({match["colon"] for match in found if match["colon"]}) > 1 or len({bool(match["weekday"]) for match in found}) > 1:
        return None
    tail = f"{found[0]['between'] or ' '}{_clock_pattern(found)}" if has_clock else ""
    zone = next((match["zone"] for match in found if match["zone"]), "")
    marks = (found[0]["mark"], found[0]["comma"] + found[0]["mark2"])
    weekday = _weekday_pattern(found[0]["weekday"] or "")
    patterns = [weekday + "".join((a, marks[0], b, marks[1], c, tail, _zone_pattern(zone))) for a, b, c in orders]
    short = [match for match in found if any(len(match[name] or "00") < 2 for name in ("first", "second_part", "third", "hour"))]
    return Written(patterns[0], bool(zone), has_clock=has_clock, others=tuple(patterns[1:]), is_padded=not short)


def _zone_pattern(zone: str) -> str:
    """Return how an offset or a zone's name is read, with the blank before it."""
    is_named = zone.strip().isalpha() and zone.strip() != "Z"
    return f"{zone[: len(zone) - len(zone.lstrip())]}{'%Z' if is_named else '%z'}" if zone else ""


def _weekday_pattern(text: str) -> str:
    """Return how a day of the week is read that stands before a date, with what is between them."""
    name = text.strip(", ")
    return f"{'%a' if len(name) == SHORT else '%A'}{text[len(name) :]}" if text else ""


def _clock_pattern(found: Sequence[re.Match[str]]) -> str:
    half = next((match["half"] for match in found if match["half"]), "")
    hour = "%I" if half else "%H"
    colon = next((match["colon"] for match in found if match["colon"]), ":")
    seconds = f"{colon}%S" if any(match["second"] for match in found) else ""
    fraction = next((f"{match['fraction'][0]}%f" for match in found if match["fraction"]), "")
    return f"{hour}{colon}%M{seconds}{fraction}{' %p' if half.startswith(' ') else '%p' if half else ''}"


def _orders(found: Sequence[re.Match[str]]) -> list[tuple[str, str, str]]:
    """Return the orders of year, month and day that no value contradicts; the likelier one first."""
    first, second, third = ([match[name] for match in found] for name in ("first", "second_part", "third"))
    words = _word_pattern(first), _word_pattern(second)
    if any(text[:SHORT].lower() not in MONTHS for text in (*first, *second) if text.isalpha()):
        return []
    years = "%Y" if all(len(text) == 4 for text in third) else "%y" if all(len(text) == 2 for text in third) else ""
    if all(len(text) == 4 and text.isdigit() for text in first):
        return [("%Y", words[1] or "%m", "%d")] if _within(third, 31) and (words[1] or _within(second, 12)) else []
    if not years:
        return []
    orders = _year_last(first, second, words, years)
    is_year_first = all(re.fullmatch(r"\d{2}", text) for text in first) and _within(third, 31) and (words[1] or _within(second, 12))
    if years == "%Y" or not is_year_first:
        return orders
    year_first = [("%y", words[1] or "%m", "%d")]
    likely = [*(orders if _are_years(third) else []), *(year_first if _are_years(first) else [])]
    return likely or [*orders, *year_first]


def _year_last(first: list[str], second: list[str], words: tuple[str, str], years: str) -> list[tuple[str, str, str]]:
    if words[0] or words[1]:
        return [(words[0], "%d", years) if words[0] else ("%d", words[1], years)]
    day_first = ("%d", "%m", years) if _within(first, 31) and _within(second, 12) else None
    month_first = ("%m", "%d", years) if _within(first, 12) and _within(second, 31) else None
    return [order for order in (day_first, month_first) if order]


def _are_years(texts: Sequence[str]) -> bool:
    """Tell whether none of such years of two digits is ahead."""
    return max(int(text) + (1900 if int(text) >= PIVOT else 2000) for text in texts) <= datetime.now(UTC).year


def _word_pattern(texts: Sequence[str]) -> str:
    if not all(text.isalpha() for text in texts):
        return ""
    return "%b" if all(len(text) == 3 for text in texts) else "%B"


def _within(texts: Sequence[str], most: int) -> bool:
    return all(text.isdigit() and 1 <= int(text) <= most for text in texts)
