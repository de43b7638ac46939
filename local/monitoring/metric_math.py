"""Metric math, as far as alarms use it: four operations, comparisons, IF and FILL over the values of one period.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping

Value = float | None
OPERATIONS: dict[type[ast.AST], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


class UnsupportedExpressionError(ValueError):
    """The expression cannot be computed here."""


def compute(expression: str, values: Mapping[str, Value]) -> Value:
    """The expression over the metrics' values by their ids, None being no data; division by zero has no value.

    >>> compute("IF(all >= 20, bad / all, 0)", {"bad": 3.0, "all": 30.0})
    0.1
    >>> compute("IF(all >= 20, bad / all, 0)", {"bad": 3.0, "all": None})
    >>> compute("FILL(bad, 0) + all", {"bad": None, "all": 2.0})
    2.0
    """
    try:
        return _value(ast.parse(expression, mode="eval").body, values)
    except SyntaxError as error:
        raise UnsupportedExpressionError(f"{expression!r} is no metric math that can be read here") from error


def check(expression: str, ids: set[str]) -> None:
    """Raise UnsupportedExpressionError for what could not be computed later: an unknown function, operation or id."""
    compute(expression, dict.fromkeys(ids, 1.0))


def _value(node: ast.expr, values: Mapping[str, Value]) -> Value:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name) if name in values:
            return values[name]
        case ast.BinOp(left=left, op=operation, right=right) if type(operation) in OPERATIONS:
            return _operate(operation, _value(left, values), _value(right, values))
        case ast.Compare(left=left, ops=[operation], comparators=[right]) if type(operation) in OPERATIONS:
            return _operate(operation, _value(left, values), _value(right, values))
        case ast.Call(func=ast.Name(id="IF"), args=[condition, then, otherwise]):
            return _choose(*(_value(part, values) for part in (condition, then, otherwise)))
        case ast.Call(func=ast.Name(id="FILL"), args=[filled, ast.Constant() as filler]):
            known, instead = _value(filled, values), _value(filler, values)
            return instead if known is None else known
    raise UnsupportedExpressionError(f"{ast.unparse(node)!r}: alarms know ids, numbers, + - * /, comparisons, IF and FILL here")


def _operate(operation: ast.AST, left: Value, right: Value) -> Value:
    if left is None or right is None or (isinstance(operation, ast.Div) and right == 0):
        return None
    return float(OPERATIONS[type(operation)](left, right))


def _choose(condition: Value, then: Value, otherwise: Value) -> Value:
    return None if condition is None else then if condition else otherwise
