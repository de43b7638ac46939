"""What cards tell of the rows that a model learned and was judged on, and what they rest on; unknown is never told as known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reporting.cards import data, facts, model_card, soundness
from reporting.cards.answer import Answer
from reporting.cards.page import card_page
from reporting.cards.subject import Subject
from reporting.execution.headline import tiles
from reporting.execution.page import page
from tests.reporting.recorded import CHUNKS, JUDGED_ON, documents, training, version
from tests.reporting.test_cards import subject
from training.evaluation.measurement import ALERT_COST_MINOR, RESAMPLES

EARLIER = "20260115-20260122"


def words(answer: Answer) -> str:
    """All that an answer says."""
    return " ".join((*answer.texts, *answer.always))


def judged_on(**changes) -> Subject:
    """A model that was judged on a holdout with these counts."""
    found = documents()
    holdout = {name: value for name, value in {**found.holdout, **changes}.items() if value != "missing"}
    return subject(evaluation={**found.evaluation, "holdout": holdout})


def without_scores(reason: str) -> Subject:
    """A model that could not be scored."""
    found = subject()
    metrics = {name: {"value": None, "reason": reason} for name in found.model.body["metrics"]}
    return replace(found, model=replace(found.model, body={**found.model.body, "metrics": metrics}))


def knowing(chunk: str, name: str = f"light/{version('production')}") -> dict[str, dict]:
    """The manifests, one of a model that has learned another chunk."""
    known = documents().manifests
    return {**known, name: {**known[name], "chunks": [*CHUNKS, chunk]}}


def test_nobody_has_learned_the_holdout_where_every_manifest_says_so():
    """Production among them."""
    assert "no model that is compared has learned one of its days" in words(data.holdout(subject()))


@pytest.mark.parametrize("chunk", [JUDGED_ON, "20260128-20260204", "20260201-20260208"])
def test_who_has_learned_a_day_of_the_holdout_is_named(chunk):
    """Of production nobody takes the scores away: it may have known the answers."""
    found = subject(manifests=knowing(chunk))
    told = words(data.holdout(found))
    assert f"not out of time for light/{version('production')}, which has learned {chunk}" in told
    assert "no model that is compared" not in told
    assert "none of them has learned" not in card_page(found)


def test_a_pooled_holdout_begins_with_its_earliest_week():
    """What was learned of that one was learned of the holdout."""
    found = judged_on(pooled_chunks=[EARLIER, JUDGED_ON])
    found = replace(found, documents=replace(found.documents, manifests=knowing(EARLIER)))
    assert f"which has learned {EARLIER}" in words(data.holdout(found))


def test_what_a_model_has_learned_is_unavailable_without_its_manifest():
    """Nobody is said to be out of time by silence."""
    known = documents().manifests
    told = words(data.holdout(subject(manifests={name: one for name, one in known.items() if "ffffffff" not in name})))
    assert f"whether light/{version('production')} has learned one of its days is unavailable" in told
    assert "no model that is compared" not in told


def test_counts_of_a_pooled_holdout_are_of_all_its_weeks_and_those_of_the_newest_are_said_to_be():
    """Refusals and late reports are known of the newest week alone."""
    told = data.holdout(judged_on(pooled_chunks=[EARLIER, JUDGED_ON])).texts
    assert told[0].startswith(f"3,000 payments of {EARLIER} and {JUDGED_ON} together")
    of_newest = " ".join(text for text in told if text.startswith(f"Of {JUDGED_ON} alone"))
    assert "not judged: 3, of which never investigated: " in of_newest
    assert "after the label delay: 4" in of_newest
    assert "2.0%" in of_newest
    assert not any("alone" in text for text in data.holdout(subject()).texts)


def test_the_reports_headline_names_every_week_that_was_judged():
    """Its rows are those of all of them."""
    found = judged_on(pooled_chunks=[EARLIER, JUDGED_ON]).documents
    assert f"3,000 payments of {EARLIER} and {JUDGED_ON}" in tiles(found)[0].html()


def test_a_count_that_nobody_kept_is_unavailable_and_not_zero():
    """Evaluations and results of earlier releases lack some."""
    found = judged_on(censored_rows="missing", explored_rows="missing", removed_known_compromised="missing", looks="missing")
    told = words(data.holdout(found))
    assert "not judged: unavailable, of which never investigated: unavailable." in told
    assert "how often" in told.lower()
    assert " 0 payments" not in told
    assert "unavailable payments" in words(model_card.limits(found))
    bare = {name: value for name, value in training("heavy", CHUNKS[0]).items() if name != "late_rows"}
    table = data.learned(subject(trainings={"heavy": [bare]})).table
    assert table is not None
    assert table.rows[0][3] == "unavailable"


@pytest.mark.parametrize("looks", [1, 2, 21])
def test_looks_are_counted_in_plain_figures(looks):
    """Neither 21th nor 0th."""
    assert f"This is look {looks} at it" in words(data.holdout(judged_on(looks=looks)))


def test_nobody_looked_at_a_holdout_in_quarantine():
    """It was not judged on."""
    told = words(data.holdout(judged_on(looks=0, quarantined=["half of the payments are missing"])))
    assert "Nobody was judged on it: half of the payments are missing" in told
    assert "look 0" not in told


def test_a_chunk_in_quarantine_is_not_told_as_learned():
    """Its result is of the parent, which went on."""
    held = {**training("heavy", CHUNKS[1]), "chunks": [], "quarantined": ["no fraud was reported"]}
    found = subject(trainings={"heavy": [training("heavy", CHUNKS[0]), held]})
    answer = data.learned(found)
    assert answer.table is not None
    assert [row[0] for row in answer.table.rows] == [CHUNKS[0]]
    assert f"{CHUNKS[1]} was not learned: no fraud was reported." in answer.texts
    text = page(documents(trainings={"heavy": [training("heavy", CHUNKS[0]), held]}))
    assert f"Chunk {CHUNKS[0]} learned." in text
    assert "it was held in quarantine" in text


def test_a_full_refit_has_learned_all_its_chunks_at_once():
    """One result stands for them; what was held meanwhile is no part of it."""
    refit = {**training("heavy", CHUNKS[1]), "chunks": list(CHUNKS), "is_full_refit": True}
    planned = [{"family": "heavy", "chunks": [{"chunk": CHUNKS[1], "chunks": [*CHUNKS, EARLIER]}]}]
    answer = data.learned(subject(trainings={"heavy": [refit]}, plan={"families": planned}))
    assert answer.table is not None
    assert [row[0] for row in answer.table.rows] == [f"{CHUNKS[0]} to {CHUNKS[1]}, 2 at once"]
    assert "earlier executions" not in words(answer)
    assert f"{EARLIER} was planned and not learned" in words(answer)
    assert f"2 chunks learned, {CHUNKS[0]} to {CHUNKS[1]}" in page(documents(trainings={"heavy": [refit]}))


def test_what_earlier_executions_learned_is_counted_by_the_bundle():
    """Each chunk of it that none of these trainings learned; unknown without a manifest."""
    found = subject(trainings={"heavy": [training("heavy", CHUNKS[1])]})
    assert f"1 more was learned by earlier executions: {CHUNKS[0]}" in words(data.learned(found))
    bare = subject(trainings={"heavy": [training("heavy", CHUNKS[1])]}, manifests={})
    assert "what earlier executions learned is unavailable" in words(data.learned(bare)).lower()


def test_only_a_model_that_was_scored_is_said_to_be_scored_afresh():
    """Else the reason stands there."""
    assert "scored afresh" in words(soundness.proof(subject()))
    told = words(soundness.proof(without_scores("altered after training: model.onnx")))
    assert "scored afresh" not in told
    assert "No score of it was used: altered after training: model.onnx." in told


def test_segments_without_a_figure_are_told_with_the_reason():
    """A model that was not scored has no segment with too few frauds for it."""
    assert "too few" not in words(model_card.limits(without_scores("it was altered")))


def test_what_chance_let_through_is_told_as_it_was():
    """Exploration is off unless a deployment asks for it."""
    assert "was let through by chance, so none stands" in words(soundness.assumptions(subject()))
    some = {"heavy": [{**training("heavy", CHUNKS[0]), "explored_rows": 4}]}
    assert "4 payments were let through by chance" in words(soundness.assumptions(subject(trainings=some)))
    assert "is unavailable" in words(soundness.assumptions(subject(trainings={})))


def test_intervals_are_told_as_they_are_made():
    """A model's own ones resample customers; terminals count in differences alone."""
    told = words(facts.measures(subject()))
    assert f"{RESAMPLES} resamples of customers" in told
    assert "not for what payments at one terminal have in common" in told
    assert "intervals account for it" not in words(soundness.assumptions(subject()))


def test_what_an_alert_costs_is_what_the_evaluation_took():
    """In the currency's own digits; an earlier release did not tell."""
    found = subject()
    assert found.documents.evaluation["alert_cost_minor"] == ALERT_COST_MINOR
    assert "5.00 EUR" in words(model_card.limits(found))
    yen = {**found.documents.evaluation, "currency": "JPY"}
    assert "500 JPY" in words(soundness.assumptions(subject(evaluation=yen)))
    older = {name: value for name, value in yen.items() if name != "alert_cost_minor"}
    assert "a sum that is unavailable" in words(soundness.assumptions(subject(evaluation=older)))


def test_who_is_on_the_front_is_unknown_where_a_figure_is():
    """Neither on it nor behind it; the rules are no model."""
    found = subject()
    bodies = [{**one, "emissions_g_per_1000": None} for one in found.documents.evaluation["candidates"] if one["family"] == "light"]
    others = [one for one in found.documents.evaluation["candidates"] if one["family"] != "light"]
    table = soundness.alternatives(subject(evaluation={**found.documents.evaluation, "candidates": [*others, *bodies]})).table
    assert table is not None
    places = {row[0]: row[-1] for row in table.rows}
    assert places[f"light/{version('light')}"].startswith("unavailable")
    assert places["rules"] == "unavailable"
    assert {places[f"baseline/{version('baseline')}"], places[f"heavy/{version('heavy')}"]} <= {"yes", "no"}


def test_time_is_told_for_the_unit_of_emissions():
    """1,000 scores, like grams and money."""
    told = words(facts.emissions(subject()))
    seconds = subject().model.seconds.value
    assert seconds is not None
    assert f"{1e6 * seconds:.3g}"[:3] in told.replace(",", "")
    table = soundness.alternatives(subject()).table
    assert table is not None
    assert [header for header in table.headers if "1,000" not in header] == [
        "Candidate",
        "Role",
        "Average precision",
        "On the front",
    ]
