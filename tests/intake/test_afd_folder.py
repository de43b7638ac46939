"""Answers of the AWS CLI are read by the shapes of AWS's own service model, and no file in the folder makes the reading stumble."""

from __future__ import annotations

import botocore.session
import pytest
from botocore.validate import ParamValidator
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intake.afd.definitions import Definitions
from intake.afd.folder import MOST_BYTES, read_definitions
from intake.errors import InputError
from tests.afd_answers import ANSWERS
from tests.afd_world import write_definitions

NAMELESS = sorted(ANSWERS.keys() - {"GetListElements"})


@pytest.fixture(scope="module")
def service():
    """The service model that botocore ships."""
    return botocore.session.get_session().get_service_model("frauddetector")


@pytest.mark.parametrize("operation", sorted(ANSWERS))
def test_the_answers_here_are_of_awss_own_shape(service, operation):
    """What is read below is what the service says."""
    found = ParamValidator().validate(ANSWERS[operation], service.operation_model(operation).output_shape)
    assert found.generate_report() == ""


def test_a_folder_of_answers_is_read_whatever_files_are_called(tmp_path):
    """But for a list's elements, which do not say whose they are."""
    folder = write_definitions(tmp_path, **{f"f{place}": ANSWERS[name] for place, name in enumerate(NAMELESS)})
    write_definitions(tmp_path, bad_bins=ANSWERS["GetListElements"], **{"bad_bins-2": {"elements": ["6011"]}})
    found = read_definitions(folder)
    assert found.unread == []
    assert list(found.variables) == ["card_bin", "email", "order_price", "m_insightscore"]
    assert found.labels == ("fraud", "legit")
    assert found.detectors[0].rules[0].key in found.rules
    assert {one.id: one.points[0].threshold for one in found.models} == {"m": 900.0, "n": 900.0}
    assert found.models[0].data.labels.mapper["FRAUD"] == ("fraud",)
    assert {name: sorted(some) for name, some in found.elements.items()} == {"bad_bins": ["441111", "6011"]}
    assert found.external_models == ["elsewhere"]


def test_an_answer_that_is_not_whole_is_told(tmp_path):
    """The service answers in pages, and the CLI does not put them together."""
    folder = write_definitions(tmp_path, rules={**ANSWERS["GetRules"], "nextToken": "abc"}, other={"what": 1}, more=[1])
    assert [name for name, _ in read_definitions(folder).unread] == ["more.json", "other.json", "rules.json"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ('{"variables": {}}', "a list should stand"),
        ('{"variables": [1]}', "Variable"),
        ('{"ruleDetails": [{"ruleId": "r"}]}', "key `expression`"),
        ('{"elements": [1]}', "elements should be a list of texts"),
        ('{"detectorVersionId": "1", "rules": [], "detectorId": ""}', "detectorId"),
        ('{"modelVersionDetails": 1}', "should be a list"),
    ],
)
def test_a_file_that_is_damaged_is_named(tmp_path, text, told):
    """With what is wrong with it, and nothing else was done."""
    folder = write_definitions(tmp_path)
    (folder / "x.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=f"x.json.*{told}"):
        read_definitions(folder)


def test_what_is_no_folder_or_too_large_is_refused(tmp_path):
    """Before any of it is read."""
    with pytest.raises(InputError, match="is no folder"):
        read_definitions(tmp_path / "none")
    folder = write_definitions(tmp_path)
    with (folder / "x.json").open("wb") as stream:
        stream.truncate(MOST_BYTES + 1)
    with pytest.raises(InputError, match="larger than 16 MiB"):
        read_definitions(folder)


KEYS = "variables rules elements detectorVersionId name modelVersionNumber modelId lists trainingDataSchema labelSchema ruleDetails"
bodies = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS.split()), inner, max_size=4)),
    max_leaves=8,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(body=bodies)
def test_any_json_is_read_or_refused(tmp_path, body):
    """Whatever stands where something else should."""
    folder, told = write_definitions(tmp_path, any=body), "any.json"
    try:
        assert isinstance(read_definitions(folder), Definitions)
    except InputError as error:
        told = f"{error}"
    assert "any.json" in told
