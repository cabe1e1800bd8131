"""The template's decision table, row by row: `cases/diff/template` quotes each row of architecture §4."""

import diff_cases
import pytest
from diff_cases import Case


@pytest.mark.parametrize("case", diff_cases.cases("template"), ids=lambda case: case.id)
def test_each_row_decides_as_the_table_says(case: Case) -> None:
    """What is defined, recorded, observed and announced comes to just the plan that the row names."""
    assert diff_cases.shown(diff_cases.plan_of(case), case) == diff_cases.wanted(case)
