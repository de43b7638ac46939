"""What is told of leaving Amazon Fraud Detector is told once, in order, however much there is of it."""

from __future__ import annotations

from intake.afd.told import Left, Telling


class Compared(str):
    """A text that counts how often it is compared with another one."""

    __slots__ = ()
    times = 0

    def __eq__(self, other):
        """Count, and compare."""
        Compared.times += 1
        return str.__eq__(self, other)

    __hash__ = str.__hash__


def test_what_is_said_twice_is_told_once_and_in_its_order():
    """Notes and what is left alike."""
    telling = Telling()
    for text in ("b", "a", "b"):
        telling.note(text)
        telling.leave("rule", text, "why", "instead")
    assert telling.notes == ["b", "a"]
    assert telling.left == [Left("rule", "b", "why", "instead"), Left("rule", "a", "why", "instead")]


def test_a_thousand_rules_are_not_each_compared_with_all_others():
    """Else an account of many definitions is told for minutes."""
    telling, Compared.times = Telling(), 0
    for number in range(1000):
        telling.note(Compared(f"note {number}"))
        telling.leave("rule", Compared(f"rule {number}"), "why", "instead")
    assert len(telling.notes) == len(telling.left) == 1000
    assert Compared.times < 1000
