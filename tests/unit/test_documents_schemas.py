"""The schemas of what commands print as JSON: sound, whole, and in step with the code."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import diff_cases
import jsonschema
import jsonschema_rs
import pytest
import report_cases
from documents import SCHEMAS, troubles

from jsms_sync.definitions.schema_file import schema_text
from jsms_sync.model.decisions import Action, HeldCode, Reason, RefusalCode
from jsms_sync.model.outcomes import Result
from jsms_sync.planning.document import plan_document

GOLDEN = Path(__file__).parents[1] / "golden"
NAMES = sorted(set(SCHEMAS.values()))


def schema(name: str) -> Any:
    """The schema of that name."""
    return json.loads(schema_text(f"{name}.schema.json"))


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    """Every part of a schema that describes a value."""
    for key, child in node.items() if isinstance(node, dict) else ():
        if key in ("properties", "$defs"):
            yield from child.values()
            for each in child.values():
                yield from nodes(each)
        elif key == "items":
            yield from nodes(child)


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_one_and_describes_everything(name: str) -> None:
    """It is valid JSON Schema of draft 2020-12, and says in words what each value is."""
    document = schema(name)
    jsonschema.Draft202012Validator.check_schema(document)
    jsonschema_rs.meta.validate(document)
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert all(each["description"].endswith(".") for each in nodes(document) if "$ref" not in each)


@pytest.mark.parametrize("name", NAMES)
def test_a_document_of_another_version_is_not_taken(name: str) -> None:
    """Who reads documents by the schema notices a version that it does not describe."""
    assert any("format_version" in each for each in troubles(name, {"format_version": 2}))


def test_the_words_are_those_of_the_code() -> None:
    """Actions, reasons, codes and results: all of them, and no others."""
    plan, outcomes = schema("plan"), schema("outcomes")
    change, outcome = plan["$defs"]["change"]["properties"], outcomes["$defs"]["outcome"]["properties"]
    assert change["action"]["enum"] == outcome["action"]["enum"] == [each.value for each in Action]
    assert change["reason"]["enum"] == [each.value for each in Reason]
    assert outcome["result"]["enum"] == [each.value for each in Result]
    for document in (plan, outcomes):
        held, refusal = document["$defs"]["held"], document["$defs"]["refusal"]
        assert held["properties"]["code"]["enum"] == [each.value for each in HeldCode]
        assert refusal["properties"]["code"]["enum"] == [each.value for each in RefusalCode]


def test_the_golden_plan_is_what_the_schema_says() -> None:
    """Every key of it is described."""
    golden = json.loads((GOLDEN / "plan.json").read_text(encoding="utf-8"))
    assert troubles("plan", golden, closed=True) == []


@pytest.mark.parametrize("kind", ["template", "campaign"])
def test_the_plan_of_every_case_is_what_the_schema_says(kind: str) -> None:
    """Whatever the tables of templates and campaigns come to."""
    for case in diff_cases.cases(kind):
        document = json.loads(json.dumps(plan_document(diff_cases.plan_of(case))))
        assert troubles("plan", document, closed=True) == [], case.id


def test_the_plans_of_the_report_tests_are_plans() -> None:
    """Reports are tested with documents that a plan could be."""
    for document in (report_cases.shop(), report_cases.large(3)):
        assert troubles("plan", json.loads(json.dumps(document)), closed=True) == []
