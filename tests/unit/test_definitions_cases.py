"""One case per mistake: `cases/definitions/invalid` holds the files and what is said about them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from jsms_sync.definitions import Loaded, load
from jsms_sync.model.resources import Problem

ROOT = Path(__file__).parents[1] / "cases" / "definitions"


def cases(kind: str) -> list[Path]:
    """A case is a YAML file, or a folder of them with the recipients files they name."""
    return sorted(path for path in (ROOT / kind).iterdir() if path.is_dir() or path.suffix == ".yaml")


def expected_file(case: Path) -> Path:
    """Where the case says what it expects."""
    return case / "expected.txt" if case.is_dir() else case.with_suffix(".expected.txt")


def loaded(case: Path) -> Loaded:
    """The case as a user would load it."""
    return load(["."], folder=case) if case.is_dir() else load([case.name], folder=case.parent)


def rendered(result: Loaded) -> str:
    """The problems as expected files hold them."""
    return "".join(line + "\n" for problem in result.problems for line in _lines(problem))


def _lines(problem: Problem) -> Iterator[str]:
    about = f" {problem.address}" if problem.address else ""
    yield f"{problem.position} {problem.severity} {problem.code}{about}"
    yield f"    {problem.message}"
    for line in problem.help.splitlines():
        yield f"    > {line}"


@pytest.mark.parametrize("case", cases("invalid"), ids=lambda case: case.stem)
def test_every_mistake_is_named_with_its_place(case: Path) -> None:
    """Every mistake of the case is a problem with code, line, column and the words that are expected."""
    assert rendered(loaded(case)) == expected_file(case).read_text(encoding="utf-8")


@pytest.mark.parametrize("case", cases("valid"), ids=lambda case: case.stem)
def test_valid_definitions_have_no_problem(case: Path) -> None:
    """What the contract allows is not even warned about."""
    assert rendered(loaded(case)) == ""
