"""Production replaces ids by tokens; a trial says that it does not."""

from __future__ import annotations

import json


def outputs(assembly):
    """Outputs of the stack of data."""
    return next(stack.template["Outputs"] for stack in assembly.stacks if stack.stack_name == "GreenFraud-Data")


def score_variables(resources_of, setting):
    """The environment of the scoring function."""
    functions = resources_of(setting, "AWS::Lambda::Function")
    return functions["GreenFraud-Serving/Score/Function"]["Properties"]["Environment"]["Variables"]


def test_production_makes_a_key_that_outlives_its_stack(resources_of):
    """Long, random, encrypted by our own key; a new one would make every customer a stranger."""
    (secret,) = resources_of("prod", "AWS::SecretsManager::Secret").values()
    assert secret["Properties"]["GenerateSecretString"] == {"ExcludePunctuation": True, "PasswordLength": 64}
    assert "KmsKeyId" in secret["Properties"]
    assert (secret["DeletionPolicy"], secret["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")


def test_only_who_scores_and_who_applies_policies_may_read_it(resources_of):
    """Neither ingestion nor jobs, who see tokens; importers are people. A policy's lists name ids as they are sent."""
    readers = {
        path
        for path, policy in resources_of("prod", "AWS::IAM::Policy").items()
        if "secretsmanager" in json.dumps(policy["Properties"]["PolicyDocument"]["Statement"])
    }
    assert readers == {f"GreenFraud-Serving/{name}/Role/DefaultPolicy" for name in ("Score", "Operate")}


def test_a_trial_says_aloud_that_ids_stay_as_they_are_sent(resources_of, assembly_of):
    """In an output and to the function: no secret that is missing, but a word."""
    assert not resources_of("dev", "AWS::SecretsManager::Secret")
    assert outputs(assembly_of("dev"))["IdTokens"]["Value"] == "off"
    assert score_variables(resources_of, "dev")["ID_TOKENS"] == "off"
    assert outputs(assembly_of("prod"))["IdTokens"]["Value"] != "off"
    assert score_variables(resources_of, "prod")["ID_TOKENS"] != "off"
