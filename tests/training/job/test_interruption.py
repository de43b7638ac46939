"""SIGTERM ends a job at once, or where it suits."""

from __future__ import annotations

import signal

import pytest

from training.job.interruption import EXIT_CODE, Interrupted, deferred, ending_on_sigterm


def test_the_block_ends_where_it_is() -> None:
    """And whoever handles errors does not take it for one."""
    done = []
    with pytest.raises(Interrupted), ending_on_sigterm():  # noqa: PT012
        try:
            signal.raise_signal(signal.SIGTERM)
            done.append("next")
        except Exception:
            done.append("handled")
    assert done == []


def test_while_deferred_nothing_is_broken_off() -> None:
    """The block hears of the signal when it asks, and is ended when it is done."""
    done = []
    with pytest.raises(Interrupted, match="the fit is done and kept"), ending_on_sigterm(), deferred() as is_interrupted:  # noqa: PT012
        done.append(is_interrupted())
        signal.raise_signal(signal.SIGTERM)
        done.append(is_interrupted())
    assert done == [False, True]


def test_afterwards_the_signal_means_what_it_meant() -> None:
    """A test run or a notebook is not left with a job's handler."""
    before = signal.getsignal(signal.SIGTERM)
    with ending_on_sigterm():
        inside = signal.getsignal(signal.SIGTERM)
        with deferred():
            pass
        assert inside == signal.getsignal(signal.SIGTERM)
    assert before == signal.getsignal(signal.SIGTERM) != inside


def test_the_exit_code_is_that_of_a_process_ended_by_the_signal() -> None:
    """Never 0: that would be Completed."""
    assert EXIT_CODE == 143
