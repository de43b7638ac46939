"""The template's app imports nothing of ours, and yet names what the core names."""

from __future__ import annotations

import runpy
from pathlib import Path

CORE = Path(__file__).resolve().parents[2] / "layers/greenfraud/python/greenfraud"


def test_the_dashboard_plots_every_family():
    """A family that the core adds would have no emissions to look at."""
    from cdk.components.job_names import FAMILIES

    assert runpy.run_path(str(CORE / "families.py"))["FAMILIES"] == FAMILIES


def test_the_job_that_limits_a_log_group_and_the_role_that_may_name_the_same_one():
    """Without the right name the group would keep everything for ever."""
    from cdk.components.job_logs import LOG_GROUP

    source = (CORE.parents[3] / "training/job/log_retention.py").read_text(encoding="utf-8")
    assert f'GROUP = "{LOG_GROUP}"' in source


def test_the_amount_that_is_looked_at_is_the_one_that_the_policy_has():
    """Where the two differed, a deployment in EUR would change a policy that it was not asked to."""
    from cdk.settings import REVIEW_ABOVE

    assert f"\nREVIEW_ABOVE = {REVIEW_ABOVE}  #" in (CORE / "policy" / "policy.py").read_text(encoding="utf-8")


def test_the_function_may_read_the_rates_where_they_are_stored():
    """Named in the core; granted in the template."""
    from cdk.stacks.serving import RATES_KEY

    assert f'\nRATES_KEY = "{RATES_KEY}"  #' in (CORE / "naming.py").read_text(encoding="utf-8")


def test_alarms_watch_the_namespace_that_our_code_emits_to():
    """Another one would be silent."""
    from cdk.components.alerts import NAMESPACE

    assert runpy.run_path(str(CORE / "metrics.py"))["NAMESPACE"] == NAMESPACE


def test_compaction_may_remove_exactly_the_small_files_of_each_kind(monkeypatch):
    """A kind too few is a refused job, a pattern too wide a file that somebody needs."""
    from cdk.components.job_roles import SMALL_FILES, WHOLE_DAY

    monkeypatch.syspath_prepend(str(CORE.parent))
    whole_days = runpy.run_path(str(CORE / "whole_days.py"))
    assert (whole_days["SMALL_FILES"], whole_days["WHOLE_DAY"]) == (SMALL_FILES, WHOLE_DAY)


def test_the_job_may_touch_what_the_room_of_files_calls_inbox_and_receipts():
    """A rule that hears of another prefix starts nothing."""
    from cdk.components.job_roles import INBOX, RECEIPTS

    source = (CORE.parents[3] / "intake/labels/inbox.py").read_text(encoding="utf-8")
    assert f'INBOX, RECEIPTS = "{INBOX}", "{RECEIPTS}"' in source
