"""The private network: no way out but the endpoints, and everything of ours inside."""

from __future__ import annotations

import json
import re

import pytest


@pytest.fixture
def private(resources_of):
    """Finds the resources of a type in the private setting."""
    return lambda kind: resources_of("private", kind)


def test_nothing_leads_to_the_internet(private):
    """Neither gateway nor translation nor address, and no route of ours."""
    for kind in ("InternetGateway", "NatGateway", "EIP", "Route", "EgressOnlyInternetGateway"):
        assert not private(f"AWS::EC2::{kind}")
    assert all(not subnet["Properties"]["MapPublicIpOnLaunch"] for subnet in private("AWS::EC2::Subnet").values())


def test_every_function_and_every_training_job_runs_inside(private):
    """In both zones, with the group that reaches endpoints and nobody reaches."""
    functions = private("AWS::Lambda::Function")
    outside = functions.pop("GreenFraud-Serving/Notification/Webhook/Post/Function")  # what it is for is to call outside
    assert "VpcConfig" not in outside["Properties"]
    for path, function in functions.items():
        assert len(function["Properties"]["VpcConfig"]["SubnetIds"]) == 2, path
    for machine in private("AWS::StepFunctions::StateMachine").values():
        parts = machine["Properties"]["DefinitionString"]["Fn::Join"][1]
        definition = "".join(part if isinstance(part, str) else "<reference>" for part in parts)
        jobs = definition.count("createTrainingJob.sync")
        assert definition.count('"VpcConfig":{"Subnets":["<reference>","<reference>"],"SecurityGroupIds":["<reference>"]}') == jobs


def test_https_to_the_endpoints_is_all_that_goes(private):
    """One rule in, from whoever works; one rule out."""
    groups = private("AWS::EC2::SecurityGroup")
    egress = groups["GreenFraud-Network/Network/Workers"]["Properties"]["SecurityGroupEgress"]
    assert [(rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) for rule in egress] == [("tcp", 443, 443)]
    assert all("SecurityGroupIngress" not in group["Properties"] for group in groups.values())
    (ingress,) = private("AWS::EC2::SecurityGroupIngress").values()
    assert (ingress["Properties"]["FromPort"], ingress["Properties"]["ToPort"]) == (443, 443)
    assert "SourceSecurityGroupId" in ingress["Properties"]


def test_endpoints_serve_this_account_alone(private):
    """And the gateways reach no data but ours, and the one bucket in which CloudFormation takes answers."""
    endpoints = private("AWS::EC2::VPCEndpoint").values()
    assert len(endpoints) == 11
    beyond = []
    for endpoint in endpoints:
        statement, *more = endpoint["Properties"]["PolicyDocument"]["Statement"]
        beyond += more
        own = {"aws:PrincipalAccount": {"Ref": "AWS::AccountId"}}
        if endpoint["Properties"]["VpcEndpointType"] == "Gateway":
            own["aws:ResourceAccount"] = {"Ref": "AWS::AccountId"}
        assert statement["Condition"] == {"StringEquals": own}
    (answers,) = beyond
    assert (answers["Action"], "Condition" in answers) == ("s3:PutObject", False)
    assert "cloudformation-custom-resource-response-" in json.dumps(answers["Resource"])


def test_every_service_that_a_role_inside_may_call_has_its_endpoint(private):
    """A call without one would wait until it times out. Some of a role's rights are used for it, from outside."""
    outside = {"ec2", "ecr", "kms"}  # attaching to the network, pulling the image, the keys of what is stored
    called = set()
    for path, policy in private("AWS::IAM::Policy").items():
        if re.search(r"/(Score|Ingest|Notify|Plan|Control|Jobs)/", path):
            called |= set(re.findall(r'"([a-z0-9]+):[A-Z]', json.dumps(policy["Properties"]["PolicyDocument"])))
    names = [json.dumps(endpoint["Properties"]["ServiceName"]) for endpoint in private("AWS::EC2::VPCEndpoint").values()]
    spelled = {"cloudwatch": "monitoring", "sagemaker": "sagemaker.api"}
    missing = {service for service in called - outside if not any(spelled.get(service, service) in name for name in names)}
    assert not missing
