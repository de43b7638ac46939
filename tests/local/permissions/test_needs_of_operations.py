"""What a call needs, where the service asks otherwise than by the call's own name and ARN."""

from __future__ import annotations

import pytest

from local.permissions.operations import needs_of

HERE = "eu-north-1:123456789012"


@pytest.mark.parametrize("given", [{}, {"logGroupNamePrefix": "/aws/sagemaker/TrainingJobs"}])
def test_groups_are_listed_by_a_right_on_any_group(given):
    """AWS asks on a group and a stream without names: a pattern of log groups grants it, and need not be `*`."""
    (need,) = needs_of("logs", "DescribeLogGroups", given)
    assert (need.action, need.resource) == ("logs:DescribeLogGroups", f"arn:aws:logs:{HERE}:log-group::log-stream:")
