"""JSONPath: a definite path gives the value itself, never a list of one."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from jsonpath_ng.ext import parse
from jsonpath_ng.jsonpath import Child, Fields, Index, Root
from moto.stepfunctions.parser.asl.utils import json_path

from local.patches import replace_imported

cached_parse = lru_cache(4096)(parse)


def is_definite(expression: Any) -> bool:
    """Whether the path is made of names and single indexes only, so that it can match at most one value."""
    if isinstance(expression, Child):
        return is_definite(expression.left) and is_definite(expression.right)
    if isinstance(expression, Fields):
        return len(expression.fields) == 1 and expression.fields[0] != "*"
    if isinstance(expression, Index):
        return len(expression.indices) == 1
    return isinstance(expression, Root)


def may_match_nothing(path: str) -> bool:
    """Whether no match is an empty list instead of an error."""
    return "?(" in path or "*" in path or ":" in path


def extract_json(path: str, data: Any) -> Any:
    """The value or values at `path`; raises moto's NoSuchJsonPathError.

    >>> extract_json("$.jobs[0].name", {"jobs": [{"name": "features"}]})
    'features'
    >>> extract_json("$.jobs[*].name", {"jobs": [{"name": "features"}]})
    ['features']
    """
    expression = cached_parse(path)
    values = [match.value for match in expression.find(data)]
    if not values and (is_definite(expression) or not may_match_nothing(path)):
        raise json_path.NoSuchJsonPathError(json_path=path, data=data)
    return values[0] if is_definite(expression) else values


def install() -> None:
    """Replace the function in every module that imported it."""
    replace_imported("moto.stepfunctions", "extract_json", json_path.extract_json, extract_json)
