"""Errors of the core.

GreenFraudError
├── InvalidInput     a caller sent something unusable; names the field
├── ContractError    stored data breaks a contract between rooms
│   ├── DamagedItem  a stored item cannot be read; names its kind and attribute
│   └── PolicyError  an applied policy that must not be obeyed; names the class of its fault
├── GrammarError     a rule that cannot be understood; says what mends it
├── BundleError      a model bundle is incomplete, altered or unusable
│   ├── BundleLostError        a file of it is not there
│   ├── BundleUnreadableError  the store did not say
│   └── UnservableError        it is whole, and this release cannot serve it
│       ├── UnknownSchemaError   it is of a schema that this release does not read
│       ├── UnknownFeatureError  this release does not compute an input: the code is older than the model, or not deployed yet
│       └── ChangedFeatureError  this release computes an input otherwise than the model learned it
├── SettingsError    an environment variable is missing or unusable; names it
├── StateConflict    someone else changed the item first; read again and retry
├── Unconfirmed      what was asked for is done once whoever asks says that it is meant
├── Overtaken        someone else came first, and no retry mends that: start anew
├── NotFound         the named thing does not exist
├── UnknownCaller    nobody who checked it says who acts
├── IntensityUnavailable  who foresees the grid's intensity gave no usable answer
└── StoreUnavailableError  the store does not answer
    └── NotReachedError    time was up before its turn
"""

from __future__ import annotations

from typing import ClassVar


class GreenFraudError(Exception):
    """Root of every error raised on purpose."""


class InvalidInput(GreenFraudError):  # noqa: N818  reads better where it is raised
    """A value that a caller must correct.

    >>> str(InvalidInput("amount_minor", "must be an integer"))
    'amount_minor: must be an integer'
    """

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason

    def __reduce__(self) -> tuple[type[InvalidInput], tuple[str, str]]:
        """Pickle by both arguments: pytest and executors send errors between processes."""
        return type(self), (self.field, self.reason)


class ContractError(GreenFraudError):
    """Stored or exchanged data does not have the agreed shape."""


class DamagedItem(ContractError):  # noqa: N818  reads better where it is raised
    """A DynamoDB item that cannot be read: an attribute is missing, of another type or cut off. Values are never quoted.

    >>> str(DamagedItem("decision", "answer", KeyError("a card number")))
    'decision.answer: KeyError'
    """

    def __init__(self, kind: str, attribute: str, error: Exception | str) -> None:
        self.reason = error if isinstance(error, str) else type(error).__name__
        super().__init__(f"{kind}.{attribute}: {self.reason}")
        self.kind = kind
        self.attribute = attribute

    def __reduce__(self) -> tuple[type[DamagedItem], tuple[str, str, str]]:
        """Pickle by all arguments: pytest and executors send errors between processes."""
        return type(self), (self.kind, self.attribute, self.reason)


class PolicyError(ContractError):
    """An applied policy that must not be obeyed; `fault` is the class of what is wrong, in one word."""

    def __init__(self, fault: str, reason: str) -> None:
        super().__init__(reason)
        self.fault = fault

    def __reduce__(self) -> tuple[type[PolicyError], tuple[str, str]]:
        """Pickle by both arguments: pytest and executors send errors between processes."""
        return type(self), (self.fault, str(self))


class GrammarError(GreenFraudError):
    """A rule that cannot be understood; the message says what mends it."""


class BundleError(GreenFraudError):
    """A model bundle that must not be served; `fault` is the class of what is wrong, in one word."""

    fault: ClassVar[str] = "damaged"


class BundleLostError(BundleError):
    """A file of the bundle does not exist."""

    fault = "lost"


class BundleUnreadableError(BundleError):
    """Nobody knows what the bundle is: its store did not answer."""

    fault = "unreadable"


class UnservableError(BundleError):
    """A whole bundle that another release can serve."""


class UnknownSchemaError(UnservableError):
    """The bundle's shape is another release's."""

    fault = "unknown_schema"


class UnknownFeatureError(UnservableError):
    """The model needs a feature that is not computed."""

    fault = "unknown_feature"


class ChangedFeatureError(UnservableError):
    """The model learned a feature that is computed otherwise now."""

    fault = "changed_feature"


class SettingsError(GreenFraudError):
    """A variable that whoever deploys must set otherwise.

    >>> str(SettingsError("PUE", "is not set"))
    'environment variable PUE is not set'
    """

    def __init__(self, variable: str, reason: str) -> None:
        super().__init__(f"environment variable {variable} {reason}")
        self.variable = variable
        self.reason = reason

    def __reduce__(self) -> tuple[type[SettingsError], tuple[str, str]]:
        """Pickle by both arguments, as InvalidInput does."""
        return type(self), (self.variable, self.reason)


class StateConflict(GreenFraudError):  # noqa: N818  reads better where it is raised
    """An item changed between reading and writing it."""


class Unconfirmed(GreenFraudError):  # noqa: N818  reads better where it is raised
    """What was asked for has a consequence that whoever asks may not know of; asked again with a yes, it is done."""


class Overtaken(GreenFraudError):  # noqa: N818  reads better where it is raised
    """What an execution was to do is another's now, or no longer what should be done; a new execution is the way on."""


class NotFound(GreenFraudError):  # noqa: N818  reads better where it is raised
    """Nothing is stored under the given name."""


class StoreUnavailableError(GreenFraudError):
    """The store does not answer; the message says what may be sent again."""


class NotReachedError(StoreUnavailableError):
    """Time was up before its turn; nothing of it was stored."""


class UnknownCaller(GreenFraudError):  # noqa: N818  reads better where it is raised
    """A call that must be entered under the name of who made it, and nobody who checked that name gives it."""


class IntensityUnavailable(GreenFraudError):  # noqa: N818  reads better where it is raised
    """Who foresees the grid's intensity gave no usable answer; the message says why, never what the request carried."""
