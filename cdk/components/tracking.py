"""The experiment tracker: a serverless MLflow App, reached by its ARN and never exposed."""

from __future__ import annotations

from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from cdk.components.grants import allow, allow_listing, allow_objects

PREFIX = "mlflow"
# An App authorises its whole REST interface with one action; DescribeMlflowApp resolves its endpoint.
CLIENT_ACTIONS = ["sagemaker:CallMlflowAppApi", "sagemaker:DescribeMlflowApp"]


class Tracking(Construct):
    """MLflow with its artifacts in our own bucket."""

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
        self.uri = app.attr_arn

    def allow_client(self, role: iam.IRole) -> None:
        """Lets a role record runs and read them back."""
        allow(role, CLIENT_ACTIONS, [self.uri])
