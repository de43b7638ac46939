"""What an operator may override, and what is refused."""

from __future__ import annotations

import pytest


def read(**given):
    """Settings from command-line context."""
    from cdk.settings import Settings

    return Settings.from_context(given.get)


def test_text_from_the_command_line_takes_the_type_of_its_setting():
    """`-c` gives text only."""
    settings = read(score_memory_mb="3538", pue="1.2", architecture="x86_64")
    assert (settings.score_memory_mb, settings.pue, settings.architecture) == (3538, 1.2, "x86_64")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"architecture": "riscv"}, "choose one of arm64, x86_64"),
        ({"score_memory_mb": "much"}, "score_memory_mb is 'much', expected int"),
        ({"score_dynamodb_client": "boto2"}, "choose one of lean, boto3"),
        ({"log_retention_days": "31"}, "choose one of 7, 30, 90, 365"),
        ({"training_torch_backend": "gpu"}, "expected cpu or a CUDA such as cu130"),
        ({"training_instance_type": "ml.g5.xlarge"}, "has a GPU that the image would not use: also give training_torch_backend"),
        ({"stage": "staging"}, "choose one of dev, prod"),
        ({"alarm_email": "on-call"}, "expected an address such as"),
        ({"score_reserved_concurrency": "-1"}, "expected 0 for none, or more"),
        ({"private": "maybe"}, "private is 'maybe', expected bool"),
        ({"currency": "EURO"}, "expected one of ISO 4217"),
        ({"currency": "SEK"}, "currency is SEK: also give review_above, in its units: 220 is meant in EUR"),
        ({"review_above": "0"}, "expected an amount above 0"),
        ({"exploration_share": "0.02", "tokenise_ids": "true"}, "exploration_share is 0.02, expected 0 for off, up to 0.01"),
        ({"exploration_share": "0.005"}, "exploration_share needs tokenise_ids"),
        ({"skip_days": "-1"}, "skip_days is -1, expected 0 for never, or more"),
        ({"carbon_price_a_tonne": "-1"}, "carbon_price_a_tonne is -1.0, expected 0 or more"),
        ({"exploration_limit_minor": "0"}, "exploration_limit_minor is 0, expected an amount above 0"),
        (
            {"keep_transactions_days": "365"},
            "keep_transactions_days is 365, expected 540 or more, or 0 for ever: features look back",
        ),
        ({"keep_labels_days": "539"}, "keep_labels_days is 539"),
        ({"keep_decisions_days": "-1"}, "keep_decisions_days is -1, expected 32 or more"),
        ({"region": "us-east-1"}, "also give grid_intensity_g_per_kwh"),
    ],
)
def test_a_wrong_setting_is_refused_with_its_choices(given, message):
    """The message names the setting."""
    from cdk.settings import SettingsError

    with pytest.raises(SettingsError, match=message):
        read(**given)


def test_another_region_brings_its_own_grid():
    """Emissions are counted where they happen."""
    settings = read(region="us-east-1", grid_intensity_g_per_kwh="379", grid_intensity_source="measured", country_iso3="USA")
    assert settings.region == "us-east-1"


def test_another_currency_brings_its_own_amount_to_look_at():
    """220 kronor are no amount that a person should be bothered with."""
    settings = read(currency="SEK", review_above="2500")
    assert (settings.currency, settings.review_above) == ("SEK", 2500.0)


def test_production_chooses_otherwise_than_a_trial_and_each_choice_can_be_overridden():
    """Keys of one's own, executions kept for scoring, logs for longer."""
    dev, prod = read(), read(stage="prod")
    assert (dev.stage, dev.own_keys, dev.score_reserved_concurrency, dev.private) == ("dev", False, 0, False)
    assert (prod.stage, prod.own_keys, prod.score_reserved_concurrency, prod.log_retention_days) == ("prod", True, 100, 90)
    overridden = read(stage="prod", own_keys="false", score_reserved_concurrency="0", private="true")
    assert (overridden.own_keys, overridden.score_reserved_concurrency, overridden.private) == (False, 0, True)


@pytest.mark.parametrize(
    ("given", "days"),
    [
        ({}, 7),
        ({"skip_days": "0"}, 0),
        ({"training_overdue_days": "8"}, 1),  # the next schedule is a week away
        ({"currency": "SEK", "review_above": "2500"}, 0),
        ({"currency": "SEK", "review_above": "2500", "usd_rate": "9.9"}, 0),
        ({"currency": "SEK", "review_above": "2500", "usd_rate": "9.9", "carbon_price_a_tonne": "830"}, 7),
    ],
)
def test_runs_are_skipped_before_the_alarm_of_overdue_training_and_by_prices_of_the_own_currency(given, days):
    """Amounts of one currency are never weighed with prices of another."""
    assert read(**given).skips_within_days == days
