"""What the lake forgets by itself, and that it never forgets what training needs."""

from __future__ import annotations

KINDS = {
    "transactions/": 1_096,
    "labels/": 1_096,
    "releases/": 1_096,
    "decisions/": 400,
    "features/": 1_096,
    "reports/": 1_096,
    "emissions/": 3_653,
}


def lifecycle(resources_of, name):
    """Days by prefix, of a bucket's rules that expire anything."""
    bucket = resources_of("dev", "AWS::S3::Bucket")[f"GreenFraud-Data/Buckets/{name}"]
    rules = bucket["Properties"]["LifecycleConfiguration"]["Rules"]
    return {rule.get("Prefix"): rule["ExpirationInDays"] for rule in rules if "ExpirationInDays" in rule}


def test_every_kind_of_the_lake_has_its_days(resources_of):
    """What else lies there, `dataset.json` above all, stays."""
    assert lifecycle(resources_of, "Lake") == KINDS


def test_a_kind_may_be_kept_for_ever(resources_of):
    """Then no rule names it; releases repeat their payments, and are kept as long."""
    from cdk.settings import Settings

    assert Settings(keep_transactions_days=0).lake_days == {
        prefix: days for prefix, days in KINDS.items() if prefix not in ("transactions/", "releases/")
    }
