"""What the pages tell of what serves, runs and is emitted; and that a part which cannot be read takes no page down."""

from __future__ import annotations

import html
import json
import re
from datetime import UTC, datetime

import pytest
from console_world import MODEL
from execution_history import HistoryOf

from greenfraud.carbon import EmissionsRecord
from greenfraud.control import ControlDocument
from greenfraud.naming import emissions_key
from greenfraud.policy import DEFAULT_POLICY
from greenfraud.policy.stored import to_object

PAGES = ("/", "/reviews", "/score", "/customer", "/payment", "/policy", "/executions", "/emissions", "/api", "/links")
BEFORE, AFTER = ControlDocument(), ControlDocument(revision=1, production=MODEL)
FORBIDDEN = (403, {"message": "Forbidden"})


def words_of(page: str) -> str:
    """The text of a page, as it is read."""
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", page.partition("<main")[2])).split())


def test_the_first_page_tells_what_serves_since_when_and_why(platform):
    """The last entry of the ledger by which a model came, with the reasons that name it before the others."""
    reasons = (f"{MODEL.family}/{MODEL.version} costs least of 2", "heavy/other costs more")
    platform.changed("promote", *reasons, before=BEFORE, after=AFTER)
    platform.changed("policy", "never shown here", before=AFTER, after=ControlDocument(revision=2, production=MODEL))
    told = words_of(platform.read("/"))
    assert "promoted by ana" in told
    assert "Why light/20260226-20260305-01234567 costs least of 2 Of the others heavy/other costs more" in told
    assert f"Policy {DEFAULT_POLICY.version}" in told
    assert "never shown here" not in told


def test_the_reasons_of_a_rollback_are_told_though_none_names_a_model(platform):
    """Back to the rules, because somebody says so."""
    platform.changed("promote", "first", before=BEFORE, after=AFTER)
    platform.changed("rollback", "too many complaints", before=AFTER, after=ControlDocument(revision=2))
    told = words_of(platform.read("/"))
    assert "rolled back by ana" in told
    assert "Why too many complaints What waits" in told


def test_what_is_wrong_with_what_answers_stands_on_the_first_page(platform):
    """Over no tables at all every answer is degraded, and the rules answer."""
    told = words_of(platform.read("/"))
    assert "Answers now none: rules answer" in told
    assert "never changed no model was promoted yet: the rules answer" in told
    platform.api.refused["/v1/model"] = (200, {**model_card(), "degraded": ["production_lost"]})
    page = platform.read("/")
    assert "State degraded production_lost" in words_of(page)
    assert '<div class="alarming"><dt>State' in page


def model_card() -> dict:
    """What `GET /v1/model` answers where a model serves."""
    name = {"family": MODEL.family, "version": MODEL.version}
    policy = {"version": "ours-1", "sha256": "cd" * 32}
    stages = {"production": name, "answering": name, "answered_by": "production", "degraded": [], "revision": 1}
    return {**stages, "policy": policy, "ids": "tokens"}


def test_canary_and_shadow_stand_beside_what_serves(platform):
    """Where there are some."""
    platform.api.production |= {"canary": MODEL.to_json(), "canary_percent": 5, "shadow": MODEL.to_json()}
    told = words_of(platform.read("/"))
    assert "answers 5 % of the customers" in told
    assert "scores beside, answers nobody" in told


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_answered_where_nothing_can_be_read(platform, path):
    """A person without rights sees why, and never a figure that is not there."""
    platform.api.refused |= dict.fromkeys(("/v1/production", "/v1/model", "/v1/reviews", "/v1/explanations"), FORBIDDEN)
    platform.target.__dict__["outputs"] = {}
    page = platform.read(path)
    assert "<h1>" in page
    if path in {"/", "/reviews", "/policy", "/executions", "/emissions"}:
        assert "navailable" in page


def test_who_may_not_is_told_which_permission_is_missing(platform):
    """As the command line tells it."""
    platform.api.refused["/v1/reviews"] = FORBIDDEN
    assert "needs execute-api:Invoke on arn:aws:execute-api:eu-north-1" in words_of(platform.read("/reviews"))


def test_a_platform_that_is_down_leaves_pages_that_say_so(platform):
    """Nobody wonders whether an empty list is good news."""
    platform.target.api_url = "http://127.0.0.1:9"
    for path in ("/", "/reviews"):
        assert "the API does not answer at http://127.0.0.1:9" in words_of(platform.read(path))


def test_the_emissions_of_a_day_are_summed_by_stage(platform):
    """Of that day alone, with the method; per 1,000 answers where answers are accounted for."""
    record = {"duration_seconds": 1.0, "energy_kwh": 2e-6, "intensity_g_per_kwh": 8.0, "intensity_source": "OWID", "pue": 1.1}
    record |= {"method": "reserved", "region": "eu-north-1", "functional_unit": "score"}
    days = {"2026-11-24": 1, "2026-11-25": 100}
    for day, factor in days.items():
        for stage, grams, units in (("serve", 0.002, 4), ("train", 0.5, 1)):
            one = EmissionsRecord(stage=stage, emissions_g=grams * factor, functional_units=units, **record)
            key = emissions_key(datetime.fromisoformat(day).date(), stage, "a")
            platform.client("s3").put_object(Bucket="lake", Key=key, Body=json.dumps(one.to_json()))
    told = words_of(platform.read("/emissions?day=2026-11-24"))
    assert "502 mg CO2e on 2026-11-24 of using the hardware; per 1,000 answers 500 mg." in told
    assert "train 500 mg 2.00 mWh 1 reserved" in told
    assert "No record of 2026-11-23" in words_of(platform.read("/emissions?day=2026-11-23"))
    assert "day: write it as 2026-11-24" in platform.read("/emissions?day=yesterday", 422)


def test_a_day_of_too_many_files_is_unavailable_and_never_a_part_of_itself(platform, monkeypatch):
    """A busy day lies in one file for each batch until the night."""
    monkeypatch.setattr("cli.console.emissions.MOST_RECORDS", 2)
    for name in ("a", "b", "c"):
        key = emissions_key(datetime(2026, 11, 24, tzinfo=UTC).date(), "serve", name)
        platform.client("s3").put_object(Bucket="lake", Key=key, Body=b"{}")
    assert "Unavailable: 2026-11-24 has more than 2 files" in words_of(platform.read("/emissions?day=2026-11-24"))


def test_a_day_without_answers_has_no_figure_per_answer(platform):
    """Unavailable, never 0."""
    assert "No record of" in words_of(platform.read("/emissions"))
    record = {"duration_seconds": 1.0, "energy_kwh": 2e-6, "intensity_g_per_kwh": 8.0, "intensity_source": "OWID", "pue": 1.1}
    record |= {"method": "reserved", "region": "eu-north-1", "functional_unit": "job"}
    one = EmissionsRecord(stage="train", emissions_g=0.5, **record)
    key = emissions_key(datetime.now(UTC).date(), "train", "a")
    platform.client("s3").put_object(Bucket="lake", Key=key, Body=json.dumps(one.to_json()))
    assert "per 1,000 answers unavailable" in words_of(platform.read("/"))


def test_the_policy_is_told_in_words_with_what_its_last_change_changed(platform):
    """Lines that went and came; of the policy before it, which was the default."""
    assert "Nobody applied a policy" in words_of(platform.read("/policy"))
    ours = DEFAULT_POLICY.in_deployment(77.0)
    reference, content = to_object(ours)
    platform.client("s3").put_object(Bucket="artifacts", Key=reference.key, Body=content)
    document = ControlDocument.from_json({**AFTER.to_json(), "revision": 2, "policy_object": reference.to_json()})
    platform.changed("promote", "first", before=BEFORE, after=AFTER)
    platform.changed("policy", "smaller amounts", before=AFTER, after=document)
    page = platform.read("/policy")
    assert "by arn:aws:iam::123456789012:user/ana: smaller amounts" in words_of(page)
    assert "<ins>+ rule       large-amount: amount &gt; 77" in page
    assert "<del>- rule       large-amount: amount &gt; 220" in page
    assert f"Policy {DEFAULT_POLICY.version}, control revision 1" in words_of(page)


def test_a_policy_whose_object_is_gone_leaves_the_page_standing(platform):
    """What changed is unavailable; what decides is told."""
    reference, _ = to_object(DEFAULT_POLICY.in_deployment(77.0))
    document = ControlDocument.from_json({**AFTER.to_json(), "revision": 2, "policy_object": reference.to_json()})
    platform.changed("policy", "smaller amounts", before=AFTER, after=document)
    told = words_of(platform.read("/policy"))
    assert f"Unavailable: policy {reference.version} cannot be read" in told
    assert "large-amount: amount > 220" in told


def machine(platform) -> str:
    """A state machine that any execution of it finishes at once."""
    definition = json.dumps({"StartAt": "Plan", "States": {"Plan": {"Type": "Pass", "End": True}}})
    made = platform.client("stepfunctions").create_state_machine(
        name="pipeline", definition=definition, roleArn="arn:aws:iam::123456789012:role/r"
    )
    platform.target.outputs["StateMachineArn"] = made["stateMachineArn"]
    return made["stateMachineArn"]


def test_executions_are_listed_the_newest_first_with_the_way_to_their_reports(platform):
    """Each by its name and how it stands."""
    assert "Unavailable" in words_of(platform.read("/executions"))
    arn = machine(platform)
    assert "Nothing was started yet" in words_of(platform.read("/executions"))
    client = platform.client("stepfunctions")
    for name in ("one", "two"):
        client.start_execution(stateMachineArn=arn, name=name)
    page = platform.read("/executions")
    assert 0 < page.index("</span> two") < page.index("</span> one")


def test_an_execution_that_runs_shows_which_steps_are_done_and_which_go_on(platform, monkeypatch):
    """In words that a screen reader tells, too; moto's executions run until somebody stops them."""
    arn = machine(platform)
    history = HistoryOf()
    history.task("Plan", 2).enter("BuildFeatures", 0)
    monkeypatch.setattr("cli.steps.progress.read_history", lambda *_: history.all)
    platform.client("stepfunctions").start_execution(stateMachineArn=arn, name="one")
    page = platform.read("/executions")
    assert '<span class="status running">' in page
    assert 'aria-label="Steps of one"' in page
    assert '<span>plan<span class="away">, done</span></span> <span class="basis">2 s</span>' in page
    assert 'aria-current="step"><span class="mark" aria-hidden="true"></span><span>build features' in page
    assert 'http-equiv="refresh"' not in page
    assert '<meta http-equiv="refresh" content="60">' in platform.read("/executions?refresh=on")


def test_the_newest_report_is_shown_without_any_script(platform):
    """Whoever can write to the bucket runs nothing in the person's browser."""
    assert "no execution has left a report yet" in platform.read("/report", 404)
    body = b"<!doctype html><title>r</title><script>alert(1)</script>"
    platform.client("s3").put_object(Bucket="artifacts", Key="reports/0123456789ab/report.html", Body=body)
    answer = platform.browser.get("/report")
    assert answer.headers["location"] == "/reports/0123456789ab/report.html"
    shown = platform.browser.get("/reports/0123456789ab/report.html")
    assert shown.content == body
    assert "script-src" not in shown.headers["content-security-policy"]
    assert shown.headers["content-security-policy"].startswith("default-src 'none'; style-src 'unsafe-inline'")


@pytest.mark.parametrize(
    "name", ["../models/x.html", "0123456789ab/../../x.html", "0123456789ab/other.html", "x", "0123456789ab/a.json"]
)
def test_no_other_object_is_shown_as_a_page_of_an_execution(platform, name):
    """Nothing is read below another prefix."""
    platform.client("s3").put_object(Bucket="artifacts", Key="models/x.html", Body=b"secret")
    assert "secret" not in platform.read(f"/reports/{name}", 404)
