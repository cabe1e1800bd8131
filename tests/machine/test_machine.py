"""The machine plays lives of a team."""

import time

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from life import Life
from service import serving


def play(examples: int, steps: int) -> None:
    with serving() as service:
        run_state_machine_as_test(
            lambda: Life(service),
            settings=settings(
                max_examples=examples,
                stateful_step_count=steps,
                deadline=None,
                database=None,
                print_blob=False,
                report_multiple_bugs=False,
            ),
        )


def test_promises_hold_every_day() -> None:
    import os

    play(int(os.environ.get("N", "20")), 30)
