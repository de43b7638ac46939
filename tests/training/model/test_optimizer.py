"""Our optimiser takes the steps that torch's own takes."""

from __future__ import annotations

import doctest
import os
import subprocess
import sys

import torch

from training.model import optimizer
from training.model.optimizer import OneCycleAdamW

STEPS, PEAK, DECAY = 60, 0.01, 0.1
FIT = """
import sys
from learnable import FEATURES, rows
from training.model.learning import learn
learn("light", rows(600), None, FEATURES)
print("torch._dynamo" in sys.modules)
"""


def gradient_of(parameter: torch.Tensor, step: int) -> torch.Tensor:
    """Some gradient that differs from step to step."""
    return parameter.detach() * 0.3 + torch.sin(torch.arange(parameter.numel()) + step).view_as(parameter)


def test_it_follows_torch_step_by_step() -> None:
    """AdamW and OneCycleLR as they come, momentum included; a share of the rate is a lower peak."""
    ours, theirs = (torch.nn.Parameter(torch.linspace(-1, 1, 12).view(3, 4)) for _ in range(2))
    mine = OneCycleAdamW([(ours, 0.25)], peak=4.0 * PEAK, weight_decay=DECAY, steps=STEPS)
    reference = torch.optim.AdamW([theirs], lr=PEAK, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(reference, PEAK, total_steps=STEPS + 1)
    for step in range(STEPS):
        ours.grad, theirs.grad = gradient_of(ours, step), gradient_of(theirs, step)
        mine.step()
        reference.step()
        schedule.step()
        torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-7)


def test_the_example_of_the_schedule_holds() -> None:
    """Up, then down to almost nothing."""
    assert doctest.testmod(optimizer).failed == 0


def test_a_fit_does_not_import_torchs_compiler() -> None:
    """It would cost every job more CPU than most need to learn."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    finished = subprocess.run([sys.executable, "-c", FIT], env=environment, capture_output=True, text=True, check=True)
    assert finished.stdout == "False\n"
