"""The key by which ids become tokens: made once, kept as long as the data that is called by it."""

from __future__ import annotations

from aws_cdk import RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from cdk.components.grants import allow
from cdk.components.keys import allow_key
from cdk.components.review import acknowledge

OFF = "off"


class IdKey(Construct):
    """A random secret; whoever reads it can tell the token of any id, so only who scores, imports and applies policies does."""

    def __init__(self, scope: Construct, id_: str, *, key: kms.IKey | None = None) -> None:
        super().__init__(scope, id_)
        self._key = key
        # Not the CDK's own construct, which would let the whole account use the key of the stores through Secrets Manager.
        secret = secretsmanager.CfnSecret(
            self,
            "Secret",
            description="GreenFraud: the key of customers' and terminals' tokens. A new one makes all of them strangers",
            generate_secret_string=secretsmanager.CfnSecret.GenerateSecretStringProperty(
                password_length=64, exclude_punctuation=True
            ),
            kms_key_id=key.key_arn if key else None,
        )
        secret.apply_removal_policy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        acknowledge(secret, "AwsSolutions-SMG4", "Rotated by itself it would make every customer a stranger: docs/privacy.md.")
        self.arn = secret.ref

    def allow_read(self, role: iam.IRole) -> None:
        """Lets a role read the key."""
        allow(role, ["secretsmanager:GetSecretValue"], [self.arn])
        allow_key(role, self._key, ["kms:Decrypt"], service="secretsmanager")
