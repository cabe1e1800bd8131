"""The tables of the documents that come from the code; run as a script, it writes them anew (`make docs`).

They stand between `<!-- generated: NAME -->` and `<!-- end -->`, in any page of docs/. Which call of the
client goes to which endpoint, and which command makes it, is found by calling them, stopped before anything
leaves; what they are called with is `EXCHANGES`, whose tapes the tests play.
"""

import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple, cast, get_args
from urllib.parse import urlsplit

from cassettes import APP, DEVELOPER, EXCHANGES

from jsms_sync.api import CLASSES, Client
from jsms_sync.cli.api_calls import CALLS
from jsms_sync.reports.rules_page import rules_page
from jsms_sync.sandbox import control, recipes, switches
from jsms_sync.sandbox.api import RESOURCES, Handle, find

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs").glob("*.md"))
IDS = {"codes": "msg_id", "templates": "temp_id", "schedule": "schedule_id", "sign": "sign_id"}
"""What stands for the id in a path is called so; the sandbox's paths do not name it."""
ON_THE_SANDBOX = "tests/unit/test_api_sandbox.py::test_every_call_of_the_client_works_on_the_sandbox"
ON_TAPE = "tests/unit/test_api_cassettes.py::test_the_tape_plays"
BY_COMMAND = "tests/unit/test_cli_api.py::test_a_command_makes_its_call_and_prints_the_answer"
OF_THE_BALANCE = "tests/unit/test_cli_api.py::test_the_balance_of_the_app_is_the_default"
OF_A_CODE = "tests/unit/test_sandbox_recipes.py::test_each_code_is_answered"
OTHER_METHODS = {
    "PUT /v1/sign/{sign_id}": (
        "POST /v1/sign/{sign_id}",
        "tests/unit/test_sandbox_signs.py::test_a_rejected_signature_is_applied_for_again[PUT]",
    )
}
"""Endpoints that do what another one does, which the client uses instead, and the test of that."""

Row = tuple[str, ...]


class Stopped(Exception):
    """Instead of a call that goes on, with what it was."""


class Spy:
    """Stands for a client; the first call that is made of it stops with its name."""

    def __init__(self, name: str = "") -> None:
        self._name = name

    def __getattr__(self, part: str) -> "Spy":
        return Spy(f"{self._name}.{part}".lstrip("."))

    def __call__(self, *_: object, **__: object) -> None:
        raise Stopped(self._name)


class Covered(NamedTuple):
    """An exchange of the client: its endpoint, its call, and the name of its tape."""

    endpoint: str
    call: str
    tape: str


def stopped(make: Callable[[], object]) -> str:
    """What the call was that is made there."""
    try:
        make()
    except Stopped as what:
        return str(what)
    raise AssertionError("nothing was called")


def named(path: str) -> str:
    """A path of the sandbox's table with a name for the id in it."""
    return path.replace("{}", "{" + IDS.get(path.split("/")[2], "") + "}")


def endpoints() -> dict[str, Handle]:
    """Every endpoint of the sandbox, with its rule."""
    return {
        f"{method} {named(resource.path)}": handle
        for resource in RESOURCES
        for method, handle in resource.methods.items()
    }


def covered() -> Iterator[Covered]:
    """The exchanges, one for each call of the client."""
    seen: set[str] = set()
    for tape, (do, *_) in EXCHANGES.items():
        call = stopped(partial(do, cast(Client, Spy())))
        if call not in seen:
            seen.add(call)
            yield Covered(_requested(do), call, tape)


def _requested(do: Callable[[Client], object]) -> str:
    def stop(request: str) -> None:
        raise Stopped(request)

    with Client(APP, developer=DEVELOPER, on_request=stop) as client:
        method, url = stopped(partial(do, client)).splitlines()[0].split()
    resource, _ = find(urlsplit(url).path)
    assert resource is not None, url
    return f"{method} {named(resource.path)}"


def commands() -> dict[str, str]:
    """The command that makes each call of the client."""
    found: dict[str, str] = {}
    for call in CALLS:
        flags = [option.name for option in call.options if getattr(option, "is_flag", False)]
        for flag in (None, *flags):
            given = {str(option.name): option.name == flag or None for option in call.options}
            shown = f"{call.name} --{flag}" if flag else call.name
            found[stopped(partial(call.answer, cast(Client, Spy()), given))] = shown
    return found


def method_of(client: Client, call: str) -> Callable[..., object]:
    """The method that is called so, such as `codes.send`."""
    group, _, name = call.partition(".")
    found: Callable[..., object] = getattr(getattr(client, group), name)
    return found


def calls() -> str:
    """Every call of the client with its arguments, and what it answers."""
    with Client(APP) as client:
        rows = [
            (f"`{endpoint}`", f"`client.{call}({_arguments(client, call)})`", _answer(client, call, tape))
            for endpoint, call, tape in covered()
        ]
    return table(("endpoint", "call", "answers"), rows)


def _arguments(client: Client, call: str) -> str:
    given = inspect.signature(method_of(client, call)).parameters.values()
    return ", ".join(
        each.name + ("=" if each.kind is each.KEYWORD_ONLY else "")
        for each in given
        if each.name != "before_attempt"
    )


def _answer(client: Client, call: str, tape: str) -> str:
    kind = inspect.signature(method_of(client, call)).return_annotation
    if kind in (None, "None"):
        return "nothing"
    if kind in (str, int):
        name = next(iter(cast(dict[str, object], EXCHANGES[tape][2])))
        return f"`{name}`, {'a text' if kind is str else 'a number'}"
    each = get_args(kind)
    return f"`{each[0].__name__}`s" if each else f"a `{kind.__name__}`"


def endpoint_table() -> str:
    """Every endpoint with the call, the command, the rule and the tests of it."""
    by_endpoint = {each.endpoint: each for each in covered()}
    command_of = commands()
    rows = []
    for endpoint, handle in endpoints().items():
        same, own_test = OTHER_METHODS.get(endpoint, (endpoint, ""))
        found = by_endpoint[same]
        command = command_of[found.call]
        instead = f", by {same.split()[0]}" if own_test else ""
        tests = (own_test,) if own_test else _tests(found, command)
        done = (f"`{found.call}`{instead}", f"`api {command}`{instead}", _rule(handle))
        rows.append((f"`{endpoint}`", *done, "<br>".join(map(_test, tests))))
    return table(("endpoint", "client method", "CLI command", "sandbox rule", "test"), rows)


def _tests(found: Covered, command: str) -> Row:
    by_command = OF_THE_BALANCE if command == "balance" else f"{BY_COMMAND}[{command.split(' --')[0]}]"
    return f"{ON_THE_SANDBOX}[{found.endpoint}]", f"{ON_TAPE}[{found.tape}]", by_command


def _rule(handle: Handle) -> str:
    path = handle.__module__.replace(".", "/") + ".py"
    return f"[`{handle.__module__.rpartition('.')[2]}.{handle.__name__}`](../{path})"


def _test(node: str) -> str:
    path, _, name = node.partition("::")
    return f"[`{name}`](../{path})"


def class_table() -> str:
    """Every class of refusals with its codes."""
    numbers: dict[str, list[str]] = {}
    for number, kind in CLASSES.items():
        numbers.setdefault(kind.__name__, []).append(str(number))
    return table(("class", "codes"), [(f"`{name}`", ", ".join(each)) for name, each in numbers.items()])


def code_table() -> str:
    """Every return code, how the sandbox is made to answer it, and the test of that."""
    header, rule, *rows = recipes.table().splitlines()
    tests = [_test(f"{OF_A_CODE}[{recipe.code}]") for recipe in recipes.RECIPES]
    walked = [f"{row} {test} |" for row, test in zip(rows, tests, strict=True)]
    return "\n".join((f"{header} test |", f"{rule}---|", *walked))


def control_table() -> str:
    """Every call of the control plane, and what it does."""
    rows = [(f"`{call}`", _in_code_type(does)) for call, does in control.described().items()]
    return table(("call", "does"), rows)


def _in_code_type(sentence: str) -> str:
    return re.sub(r"\{[^{}]*\}|\?after=N&timeout=S", r"`\g<0>`", sentence)


def table(header: Row, rows: Sequence[Row]) -> str:
    """A table in Markdown."""
    lines = [
        header,
        ("---",) * len(header),
        *(tuple(cell.replace("|", "\\|") for cell in row) for row in rows),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


TABLES: Mapping[str, Callable[[], str]] = {
    "calls": calls,
    "endpoints": endpoint_table,
    "classes": class_table,
    "codes": code_table,
    "control": control_table,
    "switches": switches.table,
}
_BLOCK = re.compile(r"(<!-- generated: ([a-z]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def names(text: str) -> list[str]:
    """The tables that a page has."""
    return [found[2] for found in _BLOCK.finditer(text)]


def renewed(text: str) -> str:
    """The page with its tables as they should be."""

    def fill(found: re.Match[str]) -> str:
        return f"{found[1]}\n{TABLES[found[2]]()}\n\n{found[3]}"

    return _BLOCK.sub(fill, text)


def nodes() -> set[str]:
    """The ids of all tests that the tables name."""
    text = "\n".join((endpoint_table(), code_table()))
    return {f"{path}::{name}" for name, path in re.findall(r"\[`(test_.+?)`\]\(\.\./(\S+?)\)", text)}


if __name__ == "__main__":
    for page in PAGES:
        page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8")
    (ROOT / "docs" / "rules.md").write_text(rules_page(), encoding="utf-8")
