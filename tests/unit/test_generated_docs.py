"""The tables that come from the code are in the documents as they would be made now, and whole."""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from generated_docs import OTHER_METHODS, PAGES, ROOT, TABLES, covered, endpoints, names, nodes, renewed


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_tables_are_those_of_the_code(page: Path) -> None:
    """Each is what `make docs` would write."""
    text = page.read_text(encoding="utf-8")
    assert text == renewed(text), "run make docs"


def test_every_table_stands_in_one_page() -> None:
    """None is forgotten, and none stands twice."""
    found = Counter(name for page in PAGES for name in names(page.read_text(encoding="utf-8")))
    assert found == Counter(list(TABLES))


@pytest.mark.parametrize("name", TABLES)
def test_no_cell_is_empty(name: str) -> None:
    """Every row has as many cells as the header, with something in each."""
    header, _, *rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in TABLES[name]().splitlines()]
    assert rows
    assert all(len(row) == len(header) and all(cell.strip(" `") for cell in row) for row in rows)


def test_every_endpoint_is_called_by_the_client() -> None:
    """Or another one that does the same is; and there is no call that the sandbox does not know."""
    assert {each.endpoint for each in covered()} == endpoints().keys() - OTHER_METHODS.keys()
    assert all(
        other in endpoints() for other in (*OTHER_METHODS, *(same for same, _ in OTHER_METHODS.values()))
    )


def test_the_tests_that_are_named_exist() -> None:
    """pytest collects each of them under the id that stands in the table."""
    named = nodes()
    files = sorted({node.partition("::")[0] for node in named})
    plain = [f"-pno:{plugin}" for plugin in ("xdist", "randomly", "cacheprovider")]
    collect = [sys.executable, "-m", "pytest", "--collect-only", "-q", *plain, *files]
    told = subprocess.run(collect, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert named <= set(told.stdout.splitlines()), told.stderr or named - set(told.stdout.splitlines())
