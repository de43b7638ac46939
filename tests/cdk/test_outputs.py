"""What other rooms find by name."""

from __future__ import annotations

import json

EXPECTED = {
    "GreenFraud-Data": {
        "LakeBucket",
        "ArtifactsBucket",
        "ControlTable",
        "LedgerTable",
        "LineageTable",
        "LeasesTable",
        "DecisionsTable",
        "ReceiptsTable",
        "CustomerTable",
        "TerminalTable",
        "MlflowTrackingUri",
        "Currency",
        "Stage",
    },
    "GreenFraud-Training": {
        "StateMachineArn",
        "UpkeepStateMachineArn",
        "LabelsStateMachineArn",
        "TrainingImageUri",
        "ScheduleName",
    },
    "GreenFraud-Serving": {"ApiUrl", "ApiId", "ScoreFunction", "IngestFunction"},
    "GreenFraud-Monitoring": set(),
}
NAMES = ("TableName", "StateMachineName", "FunctionName", "BucketName", "QueueName", "LogGroupName", "DashboardName", "RoleName")


def test_every_output_the_commands_look_up_is_there(templates):
    """The commands know stacks and outputs, never physical names."""
    for stack, outputs in EXPECTED.items():
        assert outputs <= set(templates[stack].get("Outputs", {}))


def test_the_stacks_are_deployed_in_the_order_they_need_each_other(templates):
    """Data first, monitoring last; training and serving need nothing of each other."""
    order = list(templates)
    assert set(order) == set(EXPECTED)
    assert (order[0], order[-1]) == ("GreenFraud-Data", "GreenFraud-Monitoring")


def test_no_two_resources_claim_the_same_physical_name(templates):
    """A clash would only show at deployment."""
    named = [
        (resource["Type"], resource["Properties"][name])
        for template in templates.values()
        for resource in template["Resources"].values()
        for name in NAMES
        if isinstance(resource.get("Properties", {}).get(name), str)
    ]
    assert len(named) == len(set(named))


def test_one_resource_calls_code_to_exist_and_that_is_ours(templates):
    """Custom resources of the CDK's own hide provider functions that are not ours and that the embedded AWS does not run."""
    every = {id_: resource for template in templates.values() for id_, resource in template["Resources"].items()}
    called = [one for one in every.values() if one["Type"].startswith(("Custom::", "AWS::CloudFormation::CustomResource"))]
    assert [one["Type"] for one in called] == ["Custom::Release"]
    function = every[called[0]["Properties"]["ServiceToken"]["Fn::GetAtt"][0]]
    assert function["Properties"]["Handler"] == "functions.control.release.handler.handler"


def test_a_deployment_tells_what_it_serves_once_the_new_version_answers(resources):
    """Whatever changes the scoring function changes its version; the alias, which shifts the traffic, comes first."""
    (told,) = resources("Custom::Release").values()
    (alias,) = resources("AWS::Lambda::Alias").values()
    assert told["Properties"]["Answers"]["Ref"] == alias["Properties"]["FunctionVersion"]["Fn::GetAtt"][0]
    depends = json.dumps(told["DependsOn"])
    assert "Live" in depends


def test_the_feature_tables_carry_the_names_feast_looks_for(resources):
    """Feast derives table names from project and view."""
    tables = resources("AWS::DynamoDB::Table")
    named = {table["Properties"].get("TableName") for table in tables.values()}
    assert {"greenfraud.customer_activity", "greenfraud.terminal_activity"} <= named
