"""The settings as values: layers, origins, digests, the schema and the documents."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_settings_cases import ROOT as CASES
from test_settings_cases import settings_of

from jsms_sync.definitions.codes import CODES
from jsms_sync.definitions.places import NAME
from jsms_sync.definitions.schema_file import SETTINGS, schema_text
from jsms_sync.definitions.severity import CHANGEABLE, CHANGEABLE_ERRORS
from jsms_sync.model.resources import Position, Severity
from jsms_sync.model.settings import (
    DEFAULT_SETTINGS,
    LIMITS,
    Days,
    Given,
    Hours,
    Layer,
    Level,
    Limits,
    Settings,
    Source,
    ValueOrigin,
    listed,
    settle,
)
from jsms_sync.reports.settings_json import settings_document

SCHEMA = json.loads(schema_text(SETTINGS))
DOCS = (Path(__file__).parents[2] / "docs" / "settings.md").read_text(encoding="utf-8")
FILE, VARIABLE, FLAG = (ValueOrigin(source, source.value) for source in list(Source)[1:])


def layer(origin: ValueOrigin, **values: object) -> Layer:
    """What one place says; `__` stands for the dot of a key."""
    return {key.replace("__", "."): Given(value, origin) for key, value in values.items()}


PRECEDENCE = [
    ([], "jsms-sync.state.json", "default"),
    ([layer(FILE, state="f")], "f", "file"),
    ([layer(FILE, state="f"), layer(FILE, timezone="UTC")], "f", "file"),
    ([layer(FILE, state="f"), layer(VARIABLE, state="v")], "v", "variable"),
    ([layer(FILE, state="f"), layer(VARIABLE, state="v"), layer(FLAG, state="g")], "g", "flag"),
    ([layer(FILE, state="f"), layer(FLAG, state="g")], "g", "flag"),
]


@pytest.mark.parametrize(("layers", "state", "origin"), PRECEDENCE)
def test_a_later_layer_beats_those_before_it(layers: list[Layer], state: str, origin: str) -> None:
    """The value is that of the last layer that has the key, and so is its origin."""
    settings = settle(*layers)
    assert (settings.state, str(settings.origin("state"))) == (state, origin)


def test_limits_and_rules_merge_key_by_key() -> None:
    """An environment that names one limit keeps the others of the file."""
    top = layer(FILE, limits__max_deletes=9, limits__max_parts=5, **{"rules__ttl-unused": Level.ERROR})
    inner = layer(FLAG, limits__max_parts=None, **{"rules__unused-param": Level.OFF})
    settings = settle(top, inner)
    assert settings.limits == Limits(max_deletes=9)
    assert settings.rules == {"ttl-unused": Level.ERROR, "unused-param": Level.OFF}
    assert str(settings.origin("limits.max_deletes")) == "file"
    assert str(settings.origin("limits.max_missing")) == "default"


def test_what_the_file_says_is_typed() -> None:
    """Hours, days and durations are values, and each knows its place."""
    file = settings_of(CASES / "valid" / "everything.yaml")
    top = settle(file.top)
    assert top.definitions == ("templates.yaml", "campaigns/")
    assert top.limits == Limits(
        max_deletes=0,
        max_missing=5,
        freeze=timedelta(minutes=90),
        max_recipients=1,
        max_parts=100_000,
        max_failed=10,
        max_invalid=20,
        max_content=500,
        marketing_hours=Hours(time(9), time(20, 30)),
        blackout=(Days(date(2027, 2, 10), date(2027, 2, 17)), Days(date(2028, 2, 29), date(2028, 2, 29))),
    )
    assert top.origin("limits.max_deletes").position == Position("jsms-sync.yaml", 8, 16)
    staging = settle(file.top, file.environments["staging"])
    assert (staging.base_url, staging.account) == ("http://127.0.0.1:8800/v1", "0123456789012345")
    assert staging.rules["variable-underscore"] is Level.OFF
    assert str(staging.origin("state")) == "jsms-sync.yaml:30:12 (environment staging)"
    whole = settle(settings_of(CASES / "valid" / "whole-day.yaml").top)
    assert whole.limits.marketing_hours == Hours(time(0), time.max)
    assert str(whole.limits.marketing_hours) == "00:00-24:00"


def test_what_is_wrong_leaves_the_rest_usable() -> None:
    """A key with a problem is left out; the others of its table are not."""
    times = settings_of(CASES / "invalid" / "times.yaml")
    assert (dict(times.top), dict(times.environments["late"])) == ({}, {})
    rules = settings_of(CASES / "invalid" / "duplicate-keys.yaml")
    assert rules.top["limits.max_deletes"].value == 3


CHANGES = st.sampled_from(
    [
        {"limits": replace(Limits(), max_deletes=4)},
        {"limits": replace(Limits(), blackout=(Days(date(2027, 1, 1), date(2027, 1, 1)),))},
        {"limits": replace(Limits(), freeze=timedelta(seconds=1))},
        {"rules": {"ttl-unused": Level.OFF}},
        {"rules": {"ttl-unused": Level.ERROR}},
        {"timezone": "UTC"},
        {"signature": "极光"},
        {},
    ]
)


@given(CHANGES, CHANGES)
def test_the_digest_tells_settings_apart_that_judge_otherwise(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    """Two digests are equal exactly when limits, rules, time zone and signature are."""
    digests = [replace(DEFAULT_SETTINGS, **each).digest for each in (first, second)]
    assert (digests[0] == digests[1]) == (first == second)
    assert digests[0].startswith("sha256:")


def test_the_digest_is_not_about_places() -> None:
    """Where state and service are, and where a value came from, is bound otherwise."""
    elsewhere = settle(layer(FLAG, state="x", base_url="http://127.0.0.1/v1", limits__max_deletes=3))
    assert elsewhere.digest == DEFAULT_SETTINGS.digest


def test_the_schema_is_one_and_agrees_with_the_code() -> None:
    """It is valid JSON Schema, its defaults are those of the code, and every case that is valid fits it."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema_rs.meta.validate(SCHEMA)
    assert r"\d" not in schema_text(SETTINGS)
    assert SCHEMA["properties"]["environments"]["propertyNames"]["pattern"] == f"^{NAME.pattern}$"
    shown = {each["key"]: each["value"] for each in settings_document(Settings())}
    found = {name: node["default"] for name, node in nodes() if "default" in node and name != "version"}
    assert found == {key.removeprefix("limits."): shown[key] for key in shown if shown_default(key)}
    assert SCHEMA["$defs"]["limits"]["properties"].keys() == set(LIMITS)
    assert SCHEMA["$defs"]["rules"]["additionalProperties"]["enum"] == list(Level)


def shown_default(key: str) -> bool:
    """Whether the schema can name a default for the key."""
    return key not in ("signature", "environment", "account")


def nodes() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every key of the schema with what is said about it."""
    for table in (SCHEMA, SCHEMA["$defs"]["environment"], SCHEMA["$defs"]["limits"]):
        for name, node in table["properties"].items():
            yield name, SCHEMA["$defs"][name] if "$ref" in node else node


@pytest.mark.parametrize(("name", "node"), list(nodes()))
def test_every_property_helps_in_an_editor(name: str, node: dict[str, Any]) -> None:
    """Every property has a title, a description and examples, and its examples are valid."""
    assert node["title"]
    assert node["description"].endswith(".")
    validator = jsonschema_rs.Draft202012Validator({**node, "$defs": SCHEMA["$defs"]})
    assert node["examples"]
    assert all(validator.is_valid(example) for example in node["examples"])


def test_the_documents_name_every_key_and_no_other() -> None:
    """The tables of docs/settings.md are those of the schema."""
    tables = [set(re.findall(r"^\| `([a-z_]+)`", part, re.MULTILINE)) for part in DOCS.split("\n## ")[1:]]
    keys, limits, rules, environments = tables
    shared = SCHEMA["$defs"]["environment"]["properties"].keys() & SCHEMA["properties"].keys()
    assert keys == SCHEMA["properties"].keys()
    assert limits == set(LIMITS)
    assert rules == set()
    assert environments == SCHEMA["$defs"]["environment"]["properties"].keys() - shared
    assert shared == keys - {"version", "environments"}


def test_the_example_in_the_documents_is_valid(tmp_path: Path) -> None:
    """What docs/settings.md shows as a file can be used as one."""
    (shown,) = re.findall(r"^```yaml\n(.*?)^```", DOCS, flags=re.MULTILINE | re.DOTALL)
    (tmp_path / "jsms-sync.yaml").write_text(shown, encoding="utf-8")
    file = settings_of(tmp_path / "jsms-sync.yaml")
    assert (file.problems, list(file.environments)) == ((), ["production", "staging"])


def test_rules_that_can_be_changed_are_those_that_the_documents_name() -> None:
    """Every warning, and of the errors those that docs/settings.md lists."""
    section = DOCS.split("\n## Rules\n")[1].split("\n## ")[0]
    assert {code for code in CODES if f"`{code}`" in section} == CHANGEABLE_ERRORS
    warnings = {code for code, (severity, _) in CODES.items() if severity is Severity.WARNING}
    assert warnings | CHANGEABLE_ERRORS == CHANGEABLE


def test_every_setting_is_listed_with_its_origin() -> None:
    """The list has every key of the settings in a fixed order, and every rule that is set."""
    settings = settle(layer(FLAG, state="x", **{"rules__unused-param": Level.OFF}))
    found = dict(listed(settings))
    assert [key for key in found if key.startswith("limits.")] == [f"limits.{name}" for name in LIMITS]
    assert found["state"] == Given("x", FLAG)
    assert found["rules.unused-param"] == Given(Level.OFF, FLAG)
    assert found["timezone"] == Given("Asia/Shanghai", ValueOrigin())


def test_limits_are_shown_as_the_file_would_write_them() -> None:
    """Durations, hours and days are text again, and what is not limited is null."""
    file = settings_of(CASES / "valid" / "everything.yaml")
    shown = {each["key"]: each["value"] for each in settings_document(settle(file.top))}
    assert shown["limits.freeze"] == "90m"
    assert shown["limits.marketing_hours"] == "09:00-20:30"
    assert shown["limits.blackout"] == ["2027-02-10..2027-02-17", "2028-02-29"]
    assert shown["account"] is None


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("postgresql://jsms:secret@db/x?name=a&password=secret", "postgresql://…@db/x?…"),
        ("s3://bucket/key", "s3://bucket/key"),
        ("state?.json", "state?.json"),
    ],
)
def test_no_password_of_a_location_is_shown(location: str, shown: str) -> None:
    """What a URL says of users, and its query, stays out of every report."""
    (state,) = (each for each in settings_document(Settings(state=location)) if each["key"] == "state")
    assert state["value"] == shown


def test_settings_are_read_by_commands_that_need_them_only() -> None:
    """Neither help nor the values themselves cost yaml or a validator."""
    program = (
        "import sys\nimport jsms_sync.cli.settings, jsms_sync.model.settings\n"
        "from jsms_sync.cli.main import run\nrun(['--help'])\n"
        "print([name for name in ('yaml', 'jsonschema', 'requests') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
