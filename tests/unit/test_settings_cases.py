"""Settings files, valid and not: `cases/settings` holds them and what is said about them."""

from pathlib import Path

import pytest
from test_definitions_cases import rendered

from jsms_sync.definitions import Loaded
from jsms_sync.definitions.settings_file import SettingsFile, read_settings
from jsms_sync.model.resources import Definitions

ROOT = Path(__file__).parents[1] / "cases" / "settings"


def cases(kind: str) -> list[Path]:
    """A case is a YAML file."""
    return sorted((ROOT / kind).glob("*.yaml"))


def told(case: Path) -> str:
    """The problems of the case as expected files hold them."""
    return rendered(Loaded(Definitions(), settings_of(case).problems))


def settings_of(case: Path) -> SettingsFile:
    """The case as a user would have it read."""
    return read_settings("jsms-sync.yaml", case.read_bytes())


@pytest.mark.parametrize("case", cases("invalid"), ids=lambda case: case.stem)
def test_every_mistake_is_named_with_its_place(case: Path) -> None:
    """Every mistake of the case is a problem with code, line, column and the words that are expected."""
    assert told(case) == case.with_suffix(".expected.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("case", cases("valid"), ids=lambda case: case.stem)
def test_valid_settings_have_no_problem(case: Path) -> None:
    """What the contract allows is not even warned about."""
    assert told(case) == ""


def test_no_secret_that_stands_in_the_file_is_shown() -> None:
    """What somebody wrote into the wrong file is refused without being repeated."""
    said = "".join(told(case) for case in cases("invalid"))
    assert "never-shown" not in said
    assert "7d431e42dfa6a6d693ac2d04" not in said
    assert "5e987ac6d2e04d95a9d8f0d1" not in said
    assert "a1b2c3d4e5f6a1b2c3d4e5f6" not in said


def test_bytes_that_are_no_text_are_a_problem() -> None:
    """A file that is not UTF-8 is told, not raised."""
    found = read_settings("jsms-sync.yaml", b"\xff\xfe")
    assert [problem.code for problem in found.problems] == ["not-utf-8"]
    assert (dict(found.top), dict(found.environments)) == ({}, {})
