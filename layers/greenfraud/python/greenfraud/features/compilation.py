"""From declarations to the manifest: durations become microseconds, windows find the tiles they need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from greenfraud.canonical import canonical_json, sha256_hex
from greenfraud.errors import ContractError
from greenfraud.features.column_checks import check_columns
from greenfraud.features.declaration import AGGREGATIONS, FeatureDeclaration, SeriesDeclaration, ViewDeclaration
from greenfraud.features.groups import Group
from greenfraud.features.manifest import KEPT_US, SCHEMA
from greenfraud.features.measures import MEASURES
from greenfraud.features.windows import hop_of, parse_duration, slack_of
from greenfraud.instants import DAY_US, HOUR_US

ENTITY_KEY_VERSION = 3
HASH_DIGITS = 16
REPORTED = ("report_ratio", "report_share")
REFUSALS = ("amount_over_declined", "amount_over_refused")
USUAL_WINDOW_US = 90 * DAY_US  # whose accepted payments tell what is usual
USUAL = ("accepted", "amount_minor", "largest")


def compile_manifest(
    project: str,
    views: Sequence[ViewDeclaration],
    declarations: Sequence[FeatureDeclaration],
    groups: Sequence[Group] = (),
) -> dict[str, Any]:
    """Return the manifest as plain data. Raises ContractError when a feature has nothing to read, or names no group of `groups`.

    The version covers what is computed and stored, not the wording and grouping of reasons: rewording rebuilds nothing.
    """
    by_name = {view.name: view for view in views}
    check_columns(views, declarations)
    features = [_feature(declaration, by_name) for declaration in declarations]
    if groups:
        _check_groups(declarations, groups)
    body = {
        "schema": SCHEMA,
        "project": project,
        "entity_key_version": ENTITY_KEY_VERSION,
        "views": {view.name: _view(project, view, features) for view in views},
    }
    hashes = [[feature["name"], feature["hash"]] for feature in features]
    version = _digest({**body, "features": hashes})
    told = [group.to_json() for group in sorted(groups, key=lambda group: group.code)]  # Feast keeps no order of tags
    return {**body, "version": version, "features": features, "groups": told}


def _feature(declaration: FeatureDeclaration, views: dict[str, ViewDeclaration]) -> dict[str, Any]:
    computed: dict[str, Any] = {
        "name": declaration.name,
        "kind": _kind(declaration),
        "view": declaration.view,
        "params": _params(declaration, views),
        "default": declaration.default,
    }
    group = declaration.group or declaration.reason_code
    reason = {"reason_code": declaration.reason_code, "reason_text": declaration.reason, "group": group}
    role = {} if declaration.is_input else {"is_input": False}
    return {**computed, **reason, **role, "hash": _digest(computed)}


def _kind(declaration: FeatureDeclaration) -> str:
    is_lagged_count = declaration.aggregation == "count" and declaration.lag
    return "lagged_count" if is_lagged_count else declaration.aggregation


def _params(declaration: FeatureDeclaration, views: dict[str, ViewDeclaration]) -> dict[str, Any]:
    if declaration.aggregation == "night":
        return {"until_hour": 6}
    if declaration.column is not None and declaration.view is None:
        values = {"values": list(declaration.values)} if declaration.values else {}
        return {"column": declaration.column, **values}
    if declaration.view is None:
        return {}
    view = views[declaration.view]
    if declaration.aggregation == "seconds_since_report" and view.last_report is None:
        raise ContractError(f"{declaration.name}: view {view.name} does not keep the time of the newest report")
    return {} if declaration.window is None else _window_params(declaration, view)


def _window_params(declaration: FeatureDeclaration, view: ViewDeclaration) -> dict[str, Any]:
    window_us = parse_duration(declaration.window or "")
    lag_us = parse_duration(declaration.lag) if declaration.lag else 0
    hop_us = hop_of(window_us)
    params: dict[str, Any] = {"window_us": window_us, "hop_us": hop_us}
    if window_us + lag_us + DAY_US > KEPT_US:
        raise ContractError(f"{declaration.name}: the window reaches beyond the time that entities are kept")
    if declaration.lag:
        if lag_us % hop_us:
            raise ContractError(f"{declaration.name}: the lag is not a multiple of the window's hop")
        params |= {"lag_us": lag_us, "head_series": _series(view, HOUR_US, AGGREGATIONS[declaration.aggregation])}
    params["series"] = _series(view, hop_us, AGGREGATIONS[declaration.aggregation], declaration.series, declaration.column)
    if declaration.column is not None:
        params |= {"column": declaration.column, "is_personal": declaration.is_personal}
    if declaration.aggregation in REFUSALS:
        params |= (
            {"held_series": _series(view, hop_us, ("held", "held_room"))}
            if declaration.aggregation == "amount_over_refused"
            else {}
        )
        params |= {"usual_series": _series(view, DAY_US, USUAL), "usual_window_us": USUAL_WINDOW_US, "usual_hop_us": DAY_US}
    if declaration.aggregation in REPORTED:
        params["report_series"] = _series(view, hop_us, ("reports",))
    if declaration.prior is not None:
        params |= {"prior_reports": float(declaration.prior[0]), "prior_payments": float(declaration.prior[1])}
    return params


def _series(
    view: ViewDeclaration, hop_us: int, measures: tuple[str, ...], name: str | None = None, column: str | None = None
) -> str:
    """Return the first series, or the one of the name, that keeps all measures in tiles of this length; marks of a `column`."""
    for series in view.series:
        is_as_long = parse_duration(series.hop) == hop_us and series.of == column
        if is_as_long and {*measures} <= {*series.measures} and name in (None, series.name):
            return series.name
    what = f"{f' in {name}' if name else ''}{f' of {column}' if column else ''}"
    raise ContractError(f"view {view.name} keeps no {' with '.join(measures)} in tiles of {hop_us} us{what}")


def _check_groups(declarations: Sequence[FeatureDeclaration], groups: Sequence[Group]) -> None:
    codes, names = [group.code for group in groups], {declaration.name for declaration in declarations}
    for declaration in declarations:
        if declaration.group not in (None, *codes):
            raise ContractError(f"{declaration.name}: group {declaration.group!r} is none of {', '.join(codes)}")
    taken = {*names, *(declaration.reason_code for declaration in declarations)}
    for group in groups:
        if group.code in taken or codes.count(group.code) > 1:
            raise ContractError(f"the group {group.code} has the code of another group or feature")
        if unknown := [beside.feature for beside in group.beside if beside.feature not in names]:
            raise ContractError(f"the group {group.code} tells {', '.join(unknown)}, which no feature is called")


def _view(project: str, view: ViewDeclaration, features: list[dict[str, Any]]) -> dict[str, Any]:
    own = [feature["params"] for feature in features if feature["view"] == view.name]
    compiled = {
        "join_key": view.join_key,
        "table": f"{project}.{view.name}",
        "series": [_compiled_series(series, own) for series in view.series],
        "last": view.last,
    }
    last_report = {} if view.last_report is None else {"last_report": view.last_report}
    return compiled | last_report | ({} if view.is_personal else {"is_personal": False})


def _compiled_series(series: SeriesDeclaration, params: list[dict[str, Any]]) -> dict[str, Any]:
    hop_us = parse_duration(series.hop)
    needs = [_need_us(read, series.name) for read in params]
    return {
        "name": series.name,
        "hop_us": hop_us,
        "measures": list(series.measures),
        "combine": [MEASURES[measure].combination for measure in series.measures],
        "retention_us": max(needs, default=0) + slack_of(hop_us),
        **({"of": series.of} if series.of else {}),
    }


def _need_us(params: dict[str, Any], series: str) -> int:
    """Return how long before now a feature still reads tiles of a series, 0 when it never does."""
    lag_us = params.get("lag_us", 0)
    needs = [0]
    if params.get("series") == series:
        needs.append(params["window_us"] + lag_us)
    if params.get("held_series") == series:
        needs.append(params["window_us"])
    if params.get("usual_series") == series:
        needs.append(params["usual_window_us"])
    if params.get("report_series") == series:
        needs.append(params["window_us"])
    if params.get("head_series") == series:
        needs.append(lag_us + DAY_US)
    return max(needs)


def _digest(value: Any) -> str:
    return sha256_hex(canonical_json(value))[:HASH_DIGITS]
