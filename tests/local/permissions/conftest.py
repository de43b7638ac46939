"""Roles to act by."""

from __future__ import annotations

import pytest
from role_policies import ACCOUNT, SERVICES, document

from local.context import Keys, connect


@pytest.fixture
def role(embedded):
    """Makes a role that may do what the statements say; its name."""

    def make(*statements, trusts=(*SERVICES,), boundary=None):
        name, client = embedded.name("role"), embedded.client("iam")
        trusted = {"Service": list(trusts), "AWS": f"arn:aws:iam::{ACCOUNT}:root"}
        trust = document({"Principal": trusted, "Action": "sts:AssumeRole"})
        options = {} if boundary is None else {"PermissionsBoundary": boundary}
        client.create_role(RoleName=name, AssumeRolePolicyDocument=trust, **options)
        if statements:
            client.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document(*statements))
        return name

    return make


@pytest.fixture
def acting(embedded):
    """A client that acts by a role."""

    def by(name, service):
        taken = embedded.client("sts").assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{name}", RoleSessionName="me")[
            "Credentials"
        ]
        keys = Keys(taken["AccessKeyId"], taken["SecretAccessKey"], taken["SessionToken"])
        return connect(service, endpoint=embedded.endpoint, keys=keys)

    return by
