"""From declarations to the manifest: durations become microseconds, windows find the tiles they need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from greenfraud.canonical import canonical_json, sha256_hex
from greenfraud.errors import ContractError
from greenfraud.features.declaration import FeatureDeclaration, SeriesDeclaration, ViewDeclaration
from greenfraud.features.manifest import SCHEMA
from greenfraud.features.windows import hop_of, parse_duration, slack_of
from greenfraud.instants import DAY_US, HOUR_US

ENTITY_KEY_VERSION = 3
HASH_DIGITS = 16


def compile_manifest(project: str, views: Sequence[ViewDeclaration], declarations: Sequence[FeatureDeclaration]) -> dict[str, Any]:
    """Return the manifest as plain data. Raises ContractError when a window has no tiles to read.

    The version covers what is computed and stored, not the wording of reasons: rewording rebuilds nothing.
    """
    by_name = {view.name: view for view in views}
    features = [_feature(declaration, by_name) for declaration in declarations]
    body = {
        "schema": SCHEMA,
        "project": project,
        "entity_key_version": ENTITY_KEY_VERSION,
        "views": {view.name: _view(project, view, features) for view in views},
    }
    hashes = [[feature["name"], feature["hash"]] for feature in features]
    return {**body, "version": _digest({**body, "features": hashes}), "features": features}


def _feature(declaration: FeatureDeclaration, views: dict[str, ViewDeclaration]) -> dict[str, Any]:
    computed: dict[str, Any] = {
        "name": declaration.name,
        "kind": _kind(declaration),
        "view": declaration.view,
        "params": _params(declaration, views),
        "default": declaration.default,
    }
    reason = {"reason_code": declaration.reason_code, "reason_text": declaration.reason}
    return {**computed, **reason, "hash": _digest(computed)}


def _kind(declaration: FeatureDeclaration) -> str:
    is_lagged_count = declaration.aggregation == "count" and declaration.lag
    return "lagged_count" if is_lagged_count else declaration.aggregation


def _params(declaration: FeatureDeclaration, views: dict[str, ViewDeclaration]) -> dict[str, Any]:
    if declaration.aggregation == "night":
        return {"until_hour": 6}
    if declaration.window is None or declaration.view is None:
        return {}
    view, window_us = views[declaration.view], parse_duration(declaration.window)
    hop_us = hop_of(window_us)
    params: dict[str, Any] = {"window_us": window_us, "hop_us": hop_us}
    if declaration.lag:
        lag_us = parse_duration(declaration.lag)
        if lag_us % hop_us:
            raise ContractError(f"{declaration.name}: the lag is not a multiple of the window's hop")
        params |= {"lag_us": lag_us, "head_series": _series(view, HOUR_US, "count")}
    measure = "reports" if declaration.aggregation == "reports" else "count"
    params["series"] = _series(view, hop_us, measure)
    if declaration.aggregation == "report_ratio":
        params["report_series"] = _series(view, hop_us, "reports")
    return params


def _series(view: ViewDeclaration, hop_us: int, measure: str) -> str:
    for series in view.series:
        if parse_duration(series.hop) == hop_us and measure in series.measures:
            return series.name
    raise ContractError(f"view {view.name} keeps no {measure} in tiles of {hop_us} us")


def _view(project: str, view: ViewDeclaration, features: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "join_key": view.join_key,
        "table": f"{project}.{view.name}",
        "series": [_compiled_series(series, features) for series in view.series],
        "last": view.last,
    }


def _compiled_series(series: SeriesDeclaration, features: list[dict[str, Any]]) -> dict[str, Any]:
    hop_us = parse_duration(series.hop)
    needs = [_need_us(feature["params"], series.name) for feature in features]
    return {
        "name": series.name,
        "hop_us": hop_us,
        "measures": list(series.measures),
        "retention_us": max(needs) + slack_of(hop_us),
    }


def _need_us(params: dict[str, Any], series: str) -> int:
    """Return how long before now a feature still reads tiles of a series, 0 when it never does."""
    lag_us = params.get("lag_us", 0)
    needs = [0]
    if params.get("series") == series:
        needs.append(params["window_us"] + lag_us)
    if params.get("report_series") == series:
        needs.append(params["window_us"])
    if params.get("head_series") == series:
        needs.append(lag_us + DAY_US)
    return max(needs)


def _digest(value: Any) -> str:
    return sha256_hex(canonical_json(value))[:HASH_DIGITS]
