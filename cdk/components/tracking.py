"""The experiment tracker: a serverless MLflow App, reached by its ARN and never exposed."""

from __future__ import annotations

from typing import cast

from aws_cdk import RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from cdk.components.grants import allow, allow_listing, allow_objects

PREFIX = "mlflow"
# An App authorises its whole REST interface with one action; DescribeMlflowApp resolves its endpoint.
CLIENT_ACTIONS = ["sagemaker:CallMlflowAppApi", "sagemaker:DescribeMlflowApp"]


class Tracking(Construct):
    """MLflow with its artifacts in our own bucket; like the data, it outlives its stack."""

    def __init__(self, scope: Construct, id_: str, *, artifacts: s3.IBucket) -> None:
        super().__init__(scope, id_)
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
        allow_objects(role, artifacts, ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], f"{PREFIX}/")
        allow_listing(role, artifacts)
        app = sagemaker.CfnMlflowApp(
            self,
            "App",
            name="greenfraud",
            artifact_store_uri=f"s3://{artifacts.bucket_name}/{PREFIX}",
            role_arn=role.role_arn,
        )
        app.node.add_dependency(role)
        # Years of runs: an App without its role, or a role without its policy, could not be read any more.
        policy = cast("iam.Policy", role.node.find_child("DefaultPolicy"))
        for part in (app, role, policy):
            part.apply_removal_policy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        self.uri = app.attr_arn

    def allow_client(self, role: iam.IRole) -> None:
        """Lets a role record runs and read them back."""
        allow(role, CLIENT_ACTIONS, [self.uri])
