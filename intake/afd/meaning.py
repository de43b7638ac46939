"""When a rule is met, in the conditions of a policy: what is missing counts as the service counts it, by its default."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from intake.afd.alternatives import Alternatives, all_of, any_of, constant
from intake.afd.meant import Meanings, Meant, UntranslatableError
from intake.afd.named_lists import NamedLists, refuse_strange
from intake.afd.numbers import CONTRARY, Term, compared, term_of
from intake.afd.tree import Call, Comparison, Expression, Joined, ListName, Literal, Membership, Not, Several, Variable

BY_HAND = "write the rule by hand"
TRUE, FALSE = ("true", "false")


@dataclass
class Translation:
    """Translates the rule called `rule`; `asked` are the values that it was found to ask for."""

    meanings: Meanings
    lists: NamedLists
    rule: str
    asked: set[Meant] = field(default_factory=set)

    def alternatives(self, tree: Expression, *, is_met: bool = True) -> Alternatives:
        """Return when a tree is met, or is not. Raises UntranslatableError."""
        match tree:
            case Not(of):
                return self.alternatives(of, is_met=not is_met)
            case Joined(word, parts):
                found = [self.alternatives(part, is_met=is_met) for part in dict.fromkeys(parts)]
                return all_of(found) if (word == "and") == is_met else any_of(found)
            case Literal(bool(value)):
                return constant(is_met=value == is_met)
            case Variable(name):
                return self._flag(self._of(name), is_met=is_met)
            case Comparison(test, left, right):
                return self._comparison(test if is_met else CONTRARY[test], left, right)
            case Membership(value, among, is_in):
                return self._membership(value, among, is_in=is_in == is_met)
            case Call(name):
                raise UntranslatableError(
                    f"no policy has the function {name}", "make its result a column of your data, as an e-mail address's domain"
                )
        raise UntranslatableError("a part of it is neither true nor false", BY_HAND)

    def _of(self, name: str) -> Meant:
        meant = self.meanings.of(name)
        self.asked.add(meant)
        return meant

    def _comparison(self, test: str, left: Expression, right: Expression) -> Alternatives:
        if isinstance(left, Literal) and not isinstance(right, Literal):
            left, right, test = right, left, {"<": ">", ">": "<", "<=": ">=", ">=": "<="}.get(test, test)
        if isinstance(left, Call) or isinstance(right, Call):
            return self.alternatives(left if isinstance(left, Call) else right)
        meant = self._of(left.name) if isinstance(left, Variable) else None
        if meant is not None and isinstance(right, Literal) and not (meant.kind == "number" and isinstance(right.value, float)):
            return self._beside(meant, test, right.value)
        if meant is not None and meant.kind in {"text", "id"} and isinstance(right, Variable):
            raise UntranslatableError(
                "it compares two texts", "send whether they are equal as a number of its own, declared as a column"
            )
        return compared(test, term_of(left, self._of), term_of(right, self._of))

    def _beside(self, meant: Meant, test: str, value: float | str | bool | None) -> Alternatives:
        """A value beside a text, true, false or null."""
        if test not in {"==", "!="}:
            raise UntranslatableError(f"it asks whether {meant.name} is {test} something that is no number", BY_HAND)
        is_equal = test == "=="
        if value is None:
            return self._null(meant, is_null=is_equal)
        if meant.kind == "flag" and str(value).lower() in {TRUE, FALSE}:
            return self._flag(meant, is_met=(str(value).lower() == TRUE) == is_equal)
        if meant.kind in {"text", "id"} and isinstance(value, str):
            return self._texts(meant, frozenset([value]), is_in=is_equal)
        raise UntranslatableError(f"it compares {meant.name} with something of another type", BY_HAND)

    def _null(self, meant: Meant, *, is_null: bool) -> Alternatives:
        if meant.is_always_there:
            return constant(is_met=not is_null)
        if meant.kind == "id":
            raise UntranslatableError(f"no rule can ask whether the {meant.name} is missing", BY_HAND)
        return ((f"{meant.name} is {'missing' if is_null else 'known'}",),)

    def _flag(self, meant: Meant, *, is_met: bool) -> Alternatives:
        if meant.kind != "flag":
            raise UntranslatableError(f"{meant.name} alone is neither true nor false", BY_HAND)
        return compared("==" if is_met else "!=", Term(1.0, _as_number(meant)), Term(1.0))

    def _membership(self, value: Expression, among: Expression, *, is_in: bool) -> Alternatives:
        if not isinstance(value, Variable):
            raise UntranslatableError("it looks up something that is more than a value", BY_HAND)
        meant = self._of(value.name)
        if isinstance(among, ListName):
            self._refuse_unlisted(meant)
            return self._texts(meant, self.lists.of_account(among.name, meant.name), is_in=is_in, wanted=among.name)
        if not isinstance(among, Several) or not all(isinstance(one, Literal) for one in among.items):
            raise UntranslatableError("it looks a value up in something that is no list", BY_HAND)
        values = [one.value for one in among.items if isinstance(one, Literal)]
        if meant.kind in {"text", "id"} and all(isinstance(one, str) for one in values):
            return self._texts(meant, frozenset(str(one) for one in values), is_in=is_in)
        join: Callable[[list[Alternatives]], Alternatives] = any_of if is_in else all_of
        return join([self._comparison("==" if is_in else "!=", value, one) for one in among.items])

    def _refuse_unlisted(self, meant: Meant) -> None:
        if not meant.can_be_listed:
            raise UntranslatableError(f"no list can be of {meant.name}", BY_HAND)

    def _texts(self, meant: Meant, values: frozenset[str], *, is_in: bool, wanted: str = "") -> Alternatives:
        """Whether a text is one of some: compared where it is one, else looked up in a list."""
        stands_for = not meant.is_always_there and (str(meant.default or "") in values) == is_in
        named = values - {""}
        refuse_strange(named)
        if meant.kind == "id" and not (meant.is_always_there or stands_for != is_in):
            raise UntranslatableError(f"a payment without a {meant.name} would count as one of its texts", BY_HAND)
        can_compare = meant.kind == "text" and (not meant.can_be_listed or len(named) == 1) and not wanted
        if can_compare or not named:
            test = "==" if is_in else "!="
            each: list[Alternatives] = [((f'{meant.name} {test} "{one}"',),) for one in sorted(values)]
            known = any_of(each) if is_in else all_of(each)
        else:
            known = self._listed(meant, values, is_in=is_in, wanted=wanted or f"{self.rule}-{meant.name}")
            if stands_for and not is_in and "" not in values:
                return ((known[0][0],),)  # who is missing stands on no list
        return any_of([known, ((f"{meant.name} is missing",),)]) if stands_for and meant.kind == "text" else known

    def _listed(self, meant: Meant, values: frozenset[str], *, is_in: bool, wanted: str) -> Alternatives:
        """By a list, on which no empty text can stand; who is missing stands on none."""
        name = self.lists.name_of(values - {""}, meant.name, wanted=wanted)
        if is_in:
            empty: Alternatives = ((f'{meant.name} == ""',),) if "" in values and meant.kind == "text" else ()
            return any_of([((f'{meant.name} in "{name}"',),), empty])
        others = [f'{meant.name} != ""'] if "" in values else []
        known = [f"{meant.name} is known"] if meant.kind == "text" and not meant.is_always_there and not others else []
        return ((f'{meant.name} not in "{name}"', *others, *known),)


def _as_number(meant: Meant) -> Meant:
    return Meant(meant.name, "number", float(bool(meant.default)))
