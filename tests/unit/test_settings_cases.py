"""Settings files, valid and not: `cases/settings` holds them and what is said about them."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_definitions_cases import rendered

from jsms_sync.definitions import Loaded
from jsms_sync.definitions.settings_file import SettingsFile, read_settings
from jsms_sync.model.resources import Definitions
from jsms_sync.model.settings import settle
from jsms_sync.reports.settings_json import settings_document

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


NAMES = """version definitions state timezone signature limits rules environments account app_key_env base_url
max_deletes freeze max_parts max_content marketing_hours blackout ttl-unused duplicate-key a"""
KEYS = st.sampled_from(NAMES.split())
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 10**17),
    st.floats(-1e6, 1e6),
    st.sampled_from(["", "a\n", "5m", "08:00-21:00", "99:99-00:00", "2027-02-30", "2027-01-01..2026-01-01"]),
    st.sampled_from(["off", "error", "Asia", "a://b:c@d", "0123456789abcdef", "UTC", "\0", "极光"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)
ENVIRONMENT = st.dictionaries(KEYS, VALUES, max_size=5)
ENVIRONMENTS = st.dictionaries(st.sampled_from(["a", "B", ""]), st.one_of(ENVIRONMENT, VALUES), max_size=2)


@settings(max_examples=100, deadline=None)
@given(
    ENVIRONMENT, st.dictionaries(st.sampled_from(["a", "B", ""]), st.one_of(ENVIRONMENT, VALUES), max_size=2)
)
def test_whatever_stands_in_the_file_is_read_or_told(top: dict[str, Any], below: dict[str, Any]) -> None:
    """Nothing is raised; what is left can always be settled, and every problem has a place and a way out."""
    data = json.dumps({**top, "environments": below}, ensure_ascii=False).encode()
    file = read_settings("jsms-sync.yaml", data)
    for layer in (file.top, *file.environments.values()):
        assert settle(layer).digest.startswith("sha256:")
        assert settings_document(settle(layer))
    assert all(problem.position.line >= 1 and problem.message for problem in file.problems)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(max_size=40), st.text(st.characters(codec="utf-8"), max_size=60).map(str.encode)))
def test_any_bytes_are_settings_or_a_problem(data: bytes) -> None:
    """A file of anything is no traceback."""
    file = read_settings("jsms-sync.yaml", data)
    assert file.problems or not file.environments
