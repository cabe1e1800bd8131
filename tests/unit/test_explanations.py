"""Every code is explained, every example is one, and no advice names what does not exist."""

import ast
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from jsms_sync.api.codes import CODES as JSMS_CODES
from jsms_sync.api.receipts import STATUSES
from jsms_sync.cli.main import COMMANDS, cli
from jsms_sync.definitions import load, load_settings
from jsms_sync.definitions.codes import CODES
from jsms_sync.definitions.why import Frame, Why, reasons
from jsms_sync.errors import Exit
from jsms_sync.model.decisions import HeldCode, RefusalCode
from jsms_sync.reports.explained import PLAN_PROBLEMS
from jsms_sync.reports.explained_errors import ERRORS
from jsms_sync.reports.explanation_text import explained_text, listed_text
from jsms_sync.reports.explanations import Explanation, explanations, find, near
from jsms_sync.reports.rules_page import rules_page

ROOT = Path(__file__).parents[2]
EVERY = [one for part in explanations().values() for one in part]
WHYS = [(code, why) for part in reasons().values() for code, why in part.items()]
SHIPPED = 'version: 1\ntemplates:\n  order-shipped: {type: notification, content: "订单{{order}}"}\n'
DEFAULTS = {
    "template": ("template|temp_id", "template: order-shipped"),
    "time": ("send_time", "send_time: 2035-03-01 10:00:00"),
    "mobile": ("mobile|recipients|recipients_file", 'mobile: "15412345678"'),
    "params": ("params|recipients|temp_id", 'params: {order: "1001"}'),
}


def codes(family: str) -> list[str]:
    """The codes that are explained in the family."""
    return [one.code for one in EVERY if one.family == family]


@pytest.mark.parametrize(
    ("family", "known"),
    [
        ("problem", [*CODES, *PLAN_PROBLEMS]),
        ("held", [code.value for code in HeldCode]),
        ("refusal", [code.value for code in RefusalCode]),
        ("error", list(ERRORS)),
        ("exit", [str(int(code)) for code in Exit]),
        ("jsms", [str(number) for number in JSMS_CODES]),
        ("report", [str(status) for status in STATUSES]),
    ],
)
def test_every_code_of_every_family_is_explained(family: str, known: list[str]) -> None:
    """Each of them once, and no code that does not exist."""
    assert sorted(codes(family)) == sorted(known)


MAKERS = {"Trouble": 0, "problem": 0, "fault": 0, "Fault": 0, "Found": 0, "NotText": 0, "Objection": 3}
"""Which argument of these is a code, where it has no name."""


def codes_in(path: Path) -> Iterator[str]:
    """Every code that the module writes down, be it as an argument, as an attribute or as a constant."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name("unusable"), args=[ast.Constant(str(what)), *_]):
                yield f"invalid-{what}"
            case ast.Call(func=ast.Name(name), args=args) if name in MAKERS:
                yield from _texts(args[MAKERS[name] : MAKERS[name] + 1], tree)
        if isinstance(node, ast.Call):
            yield from _texts([each.value for each in node.keywords if each.arg == "code"], tree)
        if isinstance(node, ast.ClassDef):
            assigned = [each for each in node.body if isinstance(each, ast.Assign | ast.AnnAssign)]
            named = [each for each in assigned if "code" in map(ast.unparse, _targets(each))]
            yield from _texts([each.value for each in named if each.value], tree)


def _targets(node: ast.Assign | ast.AnnAssign) -> list[ast.expr]:
    return node.targets if isinstance(node, ast.Assign) else [node.target]


def _texts(values: list[ast.expr], tree: ast.Module) -> Iterator[str]:
    """The texts among them, written there or as a constant of the module."""
    constants = {
        ast.unparse(target): node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
    }
    for value in values:
        found = constants.get(ast.unparse(value), value)
        if isinstance(found, ast.Constant) and isinstance(found.value, str):
            yield found.value


SOURCE = {
    code: path.relative_to(ROOT)
    for path in sorted((ROOT / "jsms_sync").rglob("*.py"))
    if "sandbox" not in path.parts
    for code in codes_in(path)
}


@pytest.mark.parametrize("code", sorted(SOURCE))
def test_every_code_in_the_source_is_explained(code: str) -> None:
    """Whatever an error, a problem, a held change or a refusal can carry, `explain` knows it."""
    assert find(code), SOURCE[code]


def test_no_explanation_is_of_an_error_that_cannot_happen() -> None:
    """Each of them stands in the source, and enough was found there."""
    assert set(ERRORS) <= set(SOURCE)
    assert {"usage", "in-doubt", "unknown-key", "lock-lost", "id-taken", "dependency-failed"} <= set(SOURCE)


@pytest.mark.parametrize("one", EVERY, ids=lambda one: f"{one.family}-{one.code}")
def test_no_explanation_is_empty(one: Explanation) -> None:
    """Each says in sentences what the code means and what to do next, and where that is known from."""
    assert one.means.endswith(".")
    assert one.next.endswith((".", "`"))
    assert one.source
    assert find(one.code.upper()) == tuple(other for other in EVERY if other.code == one.code)


def commands(group: click.Group, context: click.Context) -> Iterator[click.Command]:
    """All commands below the group."""
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        assert found is not None
        yield found
        if isinstance(found, click.Group):
            yield from commands(found, context)


def test_no_explanation_names_an_option_or_command_that_does_not_exist() -> None:
    """Advice can be typed as it stands."""
    every = [cli, *commands(cli, click.Context(cli))]
    options = {name for command in every for option in command.params for name in option.opts}
    told = "\n".join(f"{one.means} {one.next} {one.bad} {one.good}" for one in EVERY)
    assert set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*\b", told)) <= options | {"--help"}
    assert set(re.findall(r"jsms-sync ([a-z-]+)", told)) <= set(COMMANDS)


def fields(text: str) -> list[str]:
    """The keys of an example."""
    return re.findall(r"^([a-z_]+):", text, flags=re.MULTILINE)


def framed(example: str, frame: Frame, folder: Path) -> str:
    """The example as a file that can be loaded, with what belongs around it."""
    match frame:
        case Frame.TEMPLATE:
            lines = [*({"type", "content"} - set(fields(example))), ""]
            given = {"type": "type: notification", "content": "content: 您好。"}
            body = "\n".join([example.rstrip("\n"), *(given[name] for name in lines if name)])
            return "version: 1\ntemplates:\n  example:\n" + textwrap.indent(body, "    ") + "\n"
        case Frame.CAMPAIGN:
            lines = [
                line for keys, line in DEFAULTS.values() if not set(keys.split("|")) & set(fields(example))
            ]
            body = "\n".join([example.rstrip("\n"), *lines])
            return f"{SHIPPED}campaigns:\n  example:\n" + textwrap.indent(body, "    ") + "\n"
        case Frame.SHEET:
            (folder / "to.csv").write_text(example, encoding="utf-8")
            return framed("recipients_file: to.csv\nparams: {}", Frame.CAMPAIGN, folder)
        case Frame.SETTINGS:
            return f"version: 1\n{example}\n"
        case _:
            return example


@pytest.mark.parametrize(
    ("code", "why"),
    [pytest.param(code, why, id=code) for code, why in WHYS if why.frame is not Frame.WORDS],
)
def test_every_example_is_one(code: str, why: Why, tmp_path: Path) -> None:
    """What is shown as bad has the problem, and what is shown as good has none at all."""
    found = []
    for example in (why.bad, why.good):
        name = "jsms-sync.yaml" if why.frame is Frame.SETTINGS else "x.yaml"
        (tmp_path / name).write_text(framed(example, why.frame, tmp_path), encoding="utf-8")
        settings = load_settings(tmp_path)
        loaded = settings or load([name], folder=tmp_path)
        found.append({problem.code for problem in loaded.problems})
    assert code in found[0]
    assert found[1] == set()


def test_the_page_of_rules_is_made_from_the_code() -> None:
    """docs/rules.md is what `make docs` writes, with every problem that loading can find."""
    page = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert page == rules_page(), "make docs"
    assert sorted(re.findall(r"^### `(.*)`$", page, re.MULTILINE)) == sorted(CODES)


def test_a_near_miss_is_seen() -> None:
    """Whatever the separator, and only where something is near."""
    assert near("Content_Bracket")[0] == "content-brackets"
    assert near("awaiting approval") == ["awaiting-approval"]
    assert near("zzz") == []


def test_a_code_of_two_families_is_told_in_both() -> None:
    """A number can be twice in one file, and in two schedules at JSMS."""
    told = explained_text(find("recipient-twice"))
    assert "a problem of the definitions, error" in told
    assert "\n\nrecipient-twice: a refusal\n" in told


def test_the_list_names_every_code() -> None:
    """One line each, under its family."""
    listed = listed_text(explanations())
    assert [line.split()[0] for line in listed.splitlines() if line.startswith("  ")] == [
        one.code for one in EVERY
    ]
