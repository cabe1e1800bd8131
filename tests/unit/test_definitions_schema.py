"""The schema: helpful in editors, the same for both validators, and in step with the code."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jsms_sync.definitions.codes import CODES
from jsms_sync.definitions.loading import load_all
from jsms_sync.definitions.places import NAME, Document
from jsms_sync.definitions.reader import read
from jsms_sync.definitions.schema_file import schema_text
from jsms_sync.definitions.shape import explain, misshapen, native_gate
from jsms_sync.model.resources import Position, TemplateType
from jsms_sync.model.settings import DEFAULT_SETTINGS

SCHEMA = json.loads(schema_text())
CASES = sorted((Path(__file__).parents[1] / "cases" / "definitions").glob("*/*.yaml"))


def properties(node: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """The properties of every object that the schema describes."""
    if isinstance(node, dict):
        if node.get("type") == "object":
            yield from node.get("properties", {}).items()
        for child in node.values():
            yield from properties(child)


def test_the_schema_is_one() -> None:
    """The schema itself is valid JSON Schema of draft 2020-12."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema_rs.meta.validate(SCHEMA)


@pytest.mark.parametrize(("name", "node"), list(properties(SCHEMA)))
def test_every_property_helps_in_an_editor(name: str, node: dict[str, Any]) -> None:
    """Every property has a title, a description and examples, and its examples are valid."""
    assert node["title"]
    assert node["description"].endswith(".")
    assert node["examples"]
    validator = jsonschema_rs.Draft202012Validator({**node, "$defs": SCHEMA["$defs"]})
    assert all(validator.is_valid(example) for example in node["examples"])


def test_the_schema_and_the_code_agree() -> None:
    """The names and the types that the schema knows are those of the code."""
    assert SCHEMA["$defs"]["name"]["pattern"] == f"^{NAME.pattern}$"
    words = SCHEMA["$defs"]["template"]["properties"]["type"]["enum"]
    assert words == [template_type.word for template_type in TemplateType]
    assert r"\d" not in schema_text()


TEXTS = [
    "",
    "a",
    "a\n",
    "verification",
    "13812345678",
    "１３８１２３４５６７８",
    "13812345678\n",
    "7d",
    "7d\n",
    "A",
    "-a",
]
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 20_000_000_000),
    st.floats(-1e6, 1e12),
    st.sampled_from([*TEXTS, "2027-03-01 10:00:00", "x" * 64, "好" * 501, "1", 1, 120, 1.0, 86401]),
)
NAMES = """version templates campaigns timezone type content ttl remark protect moved_from retire_after
template temp_id send_time mobile recipients recipients_file params sign_id tag a 订单 order_no"""
KEYS = st.sampled_from([*NAMES.split(), "a\n"])


def tables(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Mappings with keys that mostly exist somewhere."""
    return st.dictionaries(KEYS, values, max_size=5)


ENTRIES = tables(
    st.one_of(SCALARS, tables(SCALARS), st.lists(st.one_of(SCALARS, tables(SCALARS)), max_size=2))
)
DATA = st.fixed_dictionaries(
    {},
    optional={
        "version": st.sampled_from([1, 1, 1, "1", 2, True]),
        "templates": st.one_of(tables(ENTRIES), SCALARS),
        "campaigns": st.one_of(tables(ENTRIES), SCALARS),
        "timezone": SCALARS,
        "extra": SCALARS,
    },
)


@settings(max_examples=400, deadline=None)
@given(st.one_of(DATA, ENTRIES, SCALARS))
def test_both_validators_refuse_the_same(data: Any) -> None:
    """The gate lets pass exactly what the explaining validator has nothing to say about."""
    gate = native_gate(SCHEMA)
    assert gate
    assert bool(gate(data)) == bool(explain(data, SCHEMA))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_without_the_gate_the_problems_are_the_same(case: Path) -> None:
    """Where the native validator is missing, nothing is said otherwise."""
    paths, folder = [case.name], case.parent
    quick = load_all(paths, folder, DEFAULT_SETTINGS)
    alone = load_all(paths, folder, DEFAULT_SETTINGS, lambda schema: None)
    assert quick == alone


def test_a_refusal_without_an_explanation_is_still_told() -> None:
    """Should the validators ever disagree, what the gate refuses does not pass."""
    document, _ = read("x.yaml", b"version: 1\ntemplates: {}\n")
    assert document
    problems, _ = misshapen(document, SCHEMA, lambda data: [("templates",)])
    assert [(problem.code, problem.position) for problem in problems] == [
        ("does-not-fit", Position("x.yaml", 2, 12))
    ]


def test_a_keyword_without_words_is_still_told() -> None:
    """A schema that grows a keyword before our table does is no bug for the user."""
    document = Document("x.yaml", 4, Position("x.yaml", 1, 1), frozenset())
    problems, _ = misshapen(document, {"multipleOf": 3}, None)
    assert [problem.code for problem in problems] == ["does-not-fit"]


def test_every_code_has_a_case() -> None:
    """Every code of the table stands in what a case expects, but for those that only bytes or paths bring."""
    cases = CASES[0].parents[2].glob("**/*expected.txt")
    seen = "".join(path.read_text(encoding="utf-8") for path in cases)
    elsewhere = {"no-definitions", "settings-file", "does-not-fit"}
    assert {code for code in CODES if f" {code} " not in seen.replace("\n", " ")} == elsewhere


def test_the_schema_is_printed_without_reading_yaml() -> None:
    """`jsms-sync schema` and `load` as a name cost neither yaml nor a validator."""
    program = (
        "import sys\nimport jsms_sync.definitions\n"
        "from jsms_sync.definitions.schema_file import schema_text\n"
        "assert schema_text().startswith('{')\n"
        "print([name for name in ('yaml', 'jsonschema', 'jsonschema_rs', 'csv') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
