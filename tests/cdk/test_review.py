"""The security review stops a synthesis."""

from __future__ import annotations

import pytest


def test_a_finding_without_a_reason_stops_synthesis(tmp_path):
    """A bucket without TLS or access logs is the smallest offence."""
    from aws_cdk import App, Stack
    from aws_cdk import aws_s3 as s3

    from cdk.components.review import review

    app = App(outdir=str(tmp_path))
    s3.Bucket(Stack(app, "Careless"), "Open")
    review(app)
    with pytest.raises(RuntimeError, match=r"ValidationFailed.*AwsSolutions"):
        app.synth()


def test_an_accepted_finding_does_not(tmp_path):
    """The acknowledgement names rule and reason."""
    from aws_cdk import App, Stack
    from aws_cdk import aws_s3 as s3

    from cdk.components.review import acknowledge, review

    app = App(outdir=str(tmp_path))
    bucket = s3.Bucket(Stack(app, "Careful"), "Open")
    for rule in ("AwsSolutions-S1", "AwsSolutions-S10"):
        acknowledge(bucket, rule, "an example")
    review(app)
    app.synth()


def test_every_stack_passes(templates):
    """Synthesis of the whole app raised nothing."""
    assert len(templates) == 4
