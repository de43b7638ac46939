"""What variables are called as columns."""

from __future__ import annotations

from greenfraud.features.column_checks import TAKEN_KINDS
from greenfraud.policy.rule import PROBABILITY
from intake.look.declaring import declared_name


def column_name(variable: str) -> str:
    """The name of a variable's column; what the platform calls its own gets another.

    >>> column_name("card_bin"), column_name("customer_id"), column_name("amount"), column_name("probability")
    ('card_bin', 'column_customer_id', 'column_amount', 'column_probability')
    """
    name = declared_name(variable)
    return f"column_{name}" if name.removesuffix("_id") in {*TAKEN_KINDS, PROBABILITY} else name
