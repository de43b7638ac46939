"""A private network: no internet, no NAT, and of AWS only what functions and jobs call, for this account alone."""

from __future__ import annotations

from typing import Any

from aws_cdk import Fn, RemovalPolicy, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from cdk.components.function import log_group
from cdk.components.granted import granted
from cdk.components.grants import allow
from cdk.components.review import acknowledge

ZONES = 2  # one may fail; each costs every interface endpoint once more
HTTPS = ec2.Port.tcp(443)
GATEWAYS = {"S3": ec2.GatewayVpcEndpointAwsService.S3, "DynamoDb": ec2.GatewayVpcEndpointAwsService.DYNAMODB}  # free
# Each costs about 8 USD a month per zone. Not among them, as AWS calls these from outside: ECR (SageMaker pulls the image), logs
# (Lambda and SageMaker ship them), Lambda (which calls us, not we it), KMS (S3, DynamoDB and SQS use the key).
INTERFACES = {
    "Monitoring": ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_MONITORING,  # jobs put metrics
    "Logs": ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,  # the nightly job limits what a log group keeps
    "Queues": ec2.InterfaceVpcEndpointAwsService.SQS,  # ingestion sets aside what it cannot take
    "Events": ec2.InterfaceVpcEndpointAwsService.EVENTBRIDGE,  # decisions that ask for somebody are told on the bus
    "States": ec2.InterfaceVpcEndpointAwsService.STEP_FUNCTIONS,  # promotions and plans ask whether executions run
    "SageMaker": ec2.InterfaceVpcEndpointAwsService.SAGEMAKER_API,  # jobs look up the MLflow App
    "Tracking": ec2.InterfaceVpcEndpointAwsService.SAGEMAKER_EXPERIMENTS,  # and record their runs in it
    "Tokens": ec2.InterfaceVpcEndpointAwsService.STS,  # MLflow's plugin asks who it is
}
# Where ids are replaced: scoring reads their key, once per instance.
OF_TOKENS = {"Secrets": ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER}
# What the service needs to attach a function or a job to the network; none of it accepts a resource everywhere.
OF_FUNCTIONS = [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
]
OF_JOBS = [
    "ec2:CreateNetworkInterface",
    "ec2:CreateNetworkInterfacePermission",
    "ec2:DeleteNetworkInterface",
    "ec2:DeleteNetworkInterfacePermission",
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
]


class Network(Construct):
    """Subnets, endpoints and the two security groups: who works, and what they may reach."""

    def __init__(self, scope: Construct, id_: str, *, log_retention_days: int, tokens: bool) -> None:
        super().__init__(scope, id_)
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            max_azs=ZONES,
            nat_gateways=0,
            create_internet_gateway=False,
            subnet_configuration=[ec2.SubnetConfiguration(name="Private", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED)],
            restrict_default_security_group=False,  # would take a function of the CDK's own; nothing here uses that group
        )
        self.workers = self._group("Workers", "Functions and training jobs")
        # The gateways' addresses are no security group: the routes, which lead nowhere else, are the wall.
        self.workers.add_egress_rule(ec2.Peer.any_ipv4(), HTTPS, "Endpoints; no route leads elsewhere")
        self._add_endpoints(INTERFACES | (OF_TOKENS if tokens else {}))
        self._log_flows(log_retention_days)

    def run_function(self, function: lambda_.Function) -> None:
        """Let a function run in here."""
        cfn = function.node.default_child
        assert isinstance(cfn, lambda_.CfnFunction)
        ids, groups = self._placed()
        cfn.vpc_config = lambda_.CfnFunction.VpcConfigProperty(subnet_ids=ids, security_group_ids=groups)
        _allow_interfaces(function.role, OF_FUNCTIONS)

    def of_jobs(self) -> dict[str, Any]:
        """What a training job is told to run in here. It calls AWS, so it is not isolated altogether."""
        ids, groups = self._placed()
        return {"VpcConfig": {"Subnets": ids, "SecurityGroupIds": groups}}

    def _placed(self) -> tuple[list[str], list[str]]:
        return [subnet.subnet_id for subnet in self.vpc.isolated_subnets], [self.workers.security_group_id]

    def _group(self, id_: str, description: str) -> ec2.SecurityGroup:
        return ec2.SecurityGroup(self, id_, vpc=self.vpc, description=description, allow_all_outbound=False)

    def _add_endpoints(self, interfaces: dict[str, ec2.InterfaceVpcEndpointAwsService]) -> None:
        ours = {"aws:PrincipalAccount": Stack.of(self).account}
        for id_, service in GATEWAYS.items():
            # Neither ours with others' data nor others with ours: a stolen key has no bucket to copy to.
            both = {**ours, "aws:ResourceAccount": Stack.of(self).account}
            gateway = self.vpc.add_gateway_endpoint(id_, service=service)
            gateway.add_to_policy(_only(both))
            if id_ == "S3":
                gateway.add_to_policy(_answers_to_cloudformation(Stack.of(self).region))
        reached = self._group("Endpoints", "Services of AWS")
        reached.add_ingress_rule(self.workers, HTTPS, "Functions and training jobs")
        for id_, interface in interfaces.items():
            endpoint = self.vpc.add_interface_endpoint(id_, service=interface, security_groups=[reached], open=False)
            endpoint.add_to_policy(_only(ours))

    def _log_flows(self, retention_days: int) -> None:
        group = log_group(self, "Flows", retention_days=retention_days)
        role = iam.Role(self, "FlowsRole", assumed_by=iam.ServicePrincipal("vpc-flow-logs.amazonaws.com"))
        group.grant_write(role)
        granted(role, ["logs:CreateLogStream", "logs:PutLogEvents"], [group.log_group_arn])
        ec2.CfnFlowLog(
            self,
            "FlowLog",
            resource_id=self.vpc.vpc_id,
            resource_type="VPC",
            traffic_type="REJECT",  # what was tried and may not be
            log_group_name=group.log_group_name,
            deliver_logs_permission_arn=role.role_arn,
        ).apply_removal_policy(RemovalPolicy.DESTROY)


def allow_jobs(role: iam.IRole) -> None:
    """Lets SageMaker attach the jobs of this role to the network."""
    _allow_interfaces(role, OF_JOBS)


def _allow_interfaces(role: iam.IRole | None, actions: list[str]) -> None:
    assert role is not None
    allow(role, actions, ["*"])
    acknowledge(role, "AwsSolutions-IAM5[Resource::*]", "Network interfaces are made by the service and have no name before.")


def _answers_to_cloudformation(region: str) -> iam.PolicyStatement:
    """A function tells CloudFormation what became of a request by a PUT that CloudFormation has signed, into its own bucket.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-vpce-bucketnames.html
    """
    bucket = Fn.join("", ["arn:aws:s3:::cloudformation-custom-resource-response-", Fn.join("", Fn.split("-", region)), "/*"])
    return iam.PolicyStatement(principals=[iam.AnyPrincipal()], actions=["s3:PutObject"], resources=[bucket])


def _only(conditions: dict[str, str]) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        principals=[iam.AnyPrincipal()], actions=["*"], resources=["*"], conditions={"StringEquals": conditions}
    )
