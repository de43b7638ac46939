"""What a rule of Amazon Fraud Detector says, as a tree of small records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, Union


@dataclass(frozen=True)
class Variable:
    """What an event or a model says: `$name`."""

    name: str


@dataclass(frozen=True)
class ListName:
    """A list of the account: `@name`."""

    name: str


@dataclass(frozen=True)
class Literal:
    """A number, a text, true, false or null."""

    value: float | str | bool | None


@dataclass(frozen=True)
class Several:
    """A list that stands in the rule: `[5, 10]`."""

    items: tuple[Expression, ...]


@dataclass(frozen=True)
class Call:
    """A function of some arguments: `regex_match(".*", $email)`."""

    name: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True)
class Arithmetic:
    """Two numbers with + - * / or % between."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True)
class Comparison:
    """Two values with < <= > >= == or != between."""

    test: str
    left: Expression
    right: Expression


@dataclass(frozen=True)
class Membership:
    """Whether a value is in a list, or is not."""

    value: Expression
    among: Expression
    is_in: bool


@dataclass(frozen=True)
class Not:
    """The contrary."""

    of: Expression


@dataclass(frozen=True)
class Joined:
    """`and` of all parts, or `or`."""

    word: str
    parts: tuple[Expression, ...]


Expression: TypeAlias = Union[  # noqa: UP007 - evaluated when the module is read
    Variable, ListName, Literal, Several, Call, Arithmetic, Comparison, Membership, Not, Joined
]
