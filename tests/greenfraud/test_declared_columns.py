"""Columns as a person declares them, and what is refused with the column's name and the way to mend it."""

from __future__ import annotations

import json
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenfraud.errors import ContractError, InvalidInput
from greenfraud.extras import parse_extras
from greenfraud.features.columns import read_columns
from greenfraud.features.interpreter import compute
from greenfraud.features.manifest import load_manifest
from greenfraud.features.tiles import ViewState
from greenfraud.identity import with_tokens
from greenfraud.instants import DAY_US
from greenfraud.policy.grammar import Vocabulary
from tests.declared_columns import compiled

NOW_US = 17_700 * DAY_US
DECLARED = compiled()
CUSTOMER, DEVICE = DECLARED.views["customer_activity"], DECLARED.views["device_activity"]


def test_nothing_that_is_shipped_changes_where_columns_are_declared():
    """Features keep their hashes, and views their series, so models and stored states go on."""
    shipped = load_manifest()
    assert {feature.name: feature.hash for feature in shipped.features}.items() <= DECLARED.hashes.items()
    for name, view in shipped.views.items():
        assert DECLARED.views[name].series[: len(view.series)] == view.series


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('device = "entity"', r"column device: declare it as a table, \[device\]"),
        ("[device]\nvalues = []", "column device: its kind is missing, one of number, category, entity, first_time"),
        ('[device]\nkind = "text"', "column device: kind 'text' is none of"),
        ('[device]\nkind = "entity"\nprior = 1', "column device: prior is none of"),
        ('[Device]\nkind = "entity"', "column 'Device': map it to a name of small letters"),
        ('[device]\nkind = "entity"\nis_personal = "no"', "column device: is_personal is true or false"),
        ('[device]\nkind = "entity"\nprior_reports = 9\nprior_payments = 3', "column device: prior_reports is from 0"),
        ('[customer]\nkind = "entity"', "an entity cannot be called customer"),
        ('[control]\nkind = "entity"', "an entity cannot be called control"),
        ('[device]\nkind = "entity"\n[device_id]\nkind = "entity"', "two entities are called device"),
        ('[terminal_count_7d]\nkind = "number"', "two features are called terminal_count_7d"),
        ('[amount]\nkind = "number"', "an extra column cannot be called amount"),
        ('[channel]\nkind = "category"', "channel: a category, and nothing else, declares values"),
        ('[channel]\nkind = "number"\nvalues = ["web"]', "channel: a category, and nothing else, declares values"),
        ('[channel]\nkind = "category"\nvalues = [1]', "column channel: values are texts in quotes, each once"),
        ('[channel]\nkind = "category"\nvalues = ["a", "a"]', "column channel: values are texts in quotes, each once"),
        (
            f'[mcc]\nkind = "category"\nvalues = {[str(one) for one in range(51)]}',
            "column mcc: more than 50 values: declare an entity",
        ),
        ('[device]\nkind = "entity"\nremembered = "2y"', "duration: '2y' is not a number followed by min, h or d"),
    ],
)
def test_what_is_no_declaration_is_refused_by_its_name(text: str, said: str):
    """Before anything is compiled."""
    with pytest.raises((ContractError, InvalidInput), match=said):
        compiled(text)


def test_a_category_is_a_feature_per_value():
    """Named by it, and a value that is declared later changes no other."""
    values = ["web", "Web", "카드", "{0}", "web_2"]
    declared = [compiled(f'[channel]\nkind = "category"\nvalues = {json.dumps(values[:most])}') for most in (2, 5)]
    names = [feature.name for feature in declared[1].features if feature.kind == "category"]
    assert names == ["channel_web", "channel_web_2", "channel_3", "channel_0", "channel_web_2_5"]
    assert declared[0].hashes.items() <= declared[1].hashes.items()
    for at, value in enumerate(values):
        told = compute(declared[1], [], NOW_US, 100, {"channel": value})
        assert [told[name] for name in names] == [float(at == number) for number in range(5)]
        sentence = declared[1].feature(names[at]).sentence(0.0)
        assert sentence == f"The payment's channel is not “{value}”."
    assert {compute(declared[1], [], NOW_US, 100, {})[name] for name in names} == {None}


def test_a_column_is_declared_once():
    """TOML itself refuses a table twice, so no column has two meanings."""
    with pytest.raises(tomllib.TOMLDecodeError):
        read_columns(tomllib.loads('[device]\nkind = "entity"\n[device]\nkind = "number"'))


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=20), st.integers(0, 27))
def test_the_share_of_reports_lies_between_what_was_seen_and_the_prior(days: list[tuple[int, int]], ago: int):
    """Of nothing seen it is the prior; each further report raises it, each further payment lowers it."""
    name, state = "device_report_share_28d", ViewState.empty(DEVICE)
    for paid, reported in days:
        state = state.add_transaction(NOW_US - paid * DAY_US, 100).add_report(NOW_US - reported * DAY_US)
    before = compute(DECLARED, [state], NOW_US, 100)[name]
    reported, paid = (
        compute(DECLARED, [more], NOW_US, 100)[name]
        for more in (state.add_report(NOW_US - ago * DAY_US), state.add_transaction(NOW_US - (ago + 8) * DAY_US, 100))
    )
    assert before is not None
    assert reported > before > paid > 0.0
    assert compute(DECLARED, [ViewState.empty(DEVICE)], NOW_US, 100)[name] == compute(DECLARED, [], NOW_US, 100)[name] == 0.02


@given(st.lists(st.tuples(st.integers(0, 200), st.sampled_from("ABCDEF")), max_size=20), st.sampled_from("ABCDEF"))
def test_what_is_called_new_is_new(met: list[tuple[int, str]], device: str):
    """And what was met within the window never is; without a value there is nothing to tell."""
    state = ViewState.empty(CUSTOMER)
    for days, other in met:
        state = state.add_transaction(NOW_US - days * DAY_US, 100, extras={"device": other})
    told = compute(DECLARED, [state], NOW_US, 100, {"device": device})["customer_first_device"]
    if any(other == device and days <= 90 for days, other in met):
        assert told == 0.0
    elif state.is_known_at(NOW_US):
        assert told == 1.0  # these six share no place
    assert compute(DECLARED, [state], NOW_US, 100, {})["customer_first_device"] is None


def test_an_entity_is_named_as_an_id_is():
    """Neither empty, nor with a line break, nor a number."""
    for value in ("", "a\nb", 7, "x" * 257):
        with pytest.raises(InvalidInput, match="device"):
            parse_extras({"device": value}, DECLARED.extra_columns)
    assert parse_extras({"device": "D1", "other": 1}, DECLARED.extra_columns) == {"device": "D1"}


def test_a_column_has_tokens_of_its_own():
    """A device and a customer of one id share none; what names nobody stays."""
    sent = {"device": "C1", "email_domain": "C1"}
    tokens = with_tokens(sent, DECLARED.personal_columns, b"k" * 32)
    assert tokens["email_domain"] == "C1"
    assert len(tokens["device"]) == 32
    assert with_tokens(sent, DECLARED.personal_columns, None) == sent


def test_a_rule_names_values_of_what_names_nobody():
    """Behind the edge a device is a token, which nobody could write into a policy."""
    texts = Vocabulary.of(DECLARED, {}).texts
    assert {"merchant_category", "email_domain"} <= texts
    assert "device" not in texts
