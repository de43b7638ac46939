"""Repairs moto's Step Functions interpreter and gives it SageMaker training jobs.

Each module mends one difference from AWS; the tests name them. Not mended: a Choice on a missing path (it takes
the default: guard with IsPresent), an escaped quote inside States.Format. Not there: JSONata.
"""

from __future__ import annotations

from local.context import Context


def install(context: Context) -> None:
    """Make state machines run, as AWS runs them."""
    from moto.core.config import default_user_config

    default_user_config["stepfunctions"]["execute_state_machine"] = True
    # The interpreter's modules import each other by name: all must be loaded before any is patched.
    import moto.stepfunctions.parser.asl.parse.asl_parser
    import moto.stepfunctions.parser.models  # noqa: F401

    from local.stepfunctions import (
        clients,
        context_object,
        errors,
        executions,
        parameters,
        paths,
        progress,
        quotas,
        redrive,
        training,
        waits,
    )

    for part in (paths, errors, parameters, context_object, executions, quotas, progress, redrive):
        part.install()
    waits.install(context)
    clients.install(context)
    training.install(context)
