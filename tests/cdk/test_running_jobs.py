"""What a state machine needs to run a job by `.sync`, as CDK's own construct grants it."""

from __future__ import annotations

import pytest

MACHINES = ("Pipeline", "Upkeep")


def granted(statements):
    """Action -> its condition, of every allowed one."""
    allowed = [statement for statement in statements if statement["Effect"] == "Allow"]
    return {
        action: statement.get("Condition")
        for statement in allowed
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }


@pytest.fixture(scope="module")
def granted_by_cdk():
    """What `SageMakerCreateTrainingJob` with RUN_JOB gives its machine; our jobs are custom states, which give nothing."""
    from aws_cdk import App, Stack
    from aws_cdk import aws_s3 as s3
    from aws_cdk import aws_stepfunctions as sfn
    from aws_cdk import aws_stepfunctions_tasks as tasks

    app = App(analytics_reporting=False)
    stack = Stack(app, "Example")
    bucket = s3.Bucket(stack, "Bucket")
    place = tasks.S3Location.from_bucket(bucket, "data/")
    job = tasks.SageMakerCreateTrainingJob(
        stack,
        "Job",
        integration_pattern=sfn.IntegrationPattern.RUN_JOB,
        training_job_name="gf-example",
        algorithm_specification=tasks.AlgorithmSpecification(algorithm_name="example"),
        input_data_config=[
            tasks.Channel(channel_name="data", data_source=tasks.DataSource(s3_data_source=tasks.S3DataSource(s3_location=place)))
        ],
        output_data_config=tasks.OutputDataConfig(s3_output_location=place),
    )
    sfn.StateMachine(stack, "Machine", definition_body=sfn.DefinitionBody.from_chainable(job))
    resources = app.synth().get_stack_by_name("Example").template["Resources"]
    (policy,) = (one for name, one in resources.items() if name.startswith("MachineRoleDefaultPolicy"))
    return granted(policy["Properties"]["PolicyDocument"]["Statement"])


@pytest.mark.parametrize("machine", MACHINES)
def test_a_machine_may_do_all_that_cdks_own_construct_grants(resources, granted_by_cdk, machine):
    """AddTags among it: Step Functions tags the job, and SageMaker refuses a job whose tags it may not set."""
    assert "sagemaker:AddTags" in granted_by_cdk
    policy = resources("AWS::IAM::Policy")[f"GreenFraud-Training/{machine}/Machine/Role/DefaultPolicy"]
    ours = granted(policy["Properties"]["PolicyDocument"]["Statement"])
    assert {action: ours.get(action) for action in granted_by_cdk} == granted_by_cdk
