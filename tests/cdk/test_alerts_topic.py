"""Who may publish to the topic that alarms report to."""

from __future__ import annotations


def statements(resources):
    """The statements of the topic's policy."""
    (policy,) = resources("AWS::SNS::TopicPolicy").values()
    return policy["Properties"]["PolicyDocument"]["Statement"]


def test_cloudwatch_may_ring_for_this_account_alone(resources):
    """An alarm whose topic refuses it reaches nobody, in silence."""
    allowed = [statement for statement in statements(resources) if statement["Effect"] == "Allow"]
    assert [(one["Action"], one["Principal"], one["Condition"]) for one in allowed] == [
        (
            "sns:Publish",
            {"Service": "cloudwatch.amazonaws.com"},
            {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}},
        ),
    ]


def test_nobody_publishes_without_tls(resources):
    """The denial stands beside what is allowed."""
    (denied,) = [statement for statement in statements(resources) if statement["Effect"] == "Deny"]
    assert (denied["Action"], denied["Principal"]) == ("sns:Publish", "*")
    assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
