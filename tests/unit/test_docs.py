"""The paper is true: what README says of commands, options, codes, files and links is what the code does."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from jsms_sync import __version__, definitions
from jsms_sync.cli.main import COMMANDS, cli
from jsms_sync.definitions.schema_file import schema_text
from jsms_sync.errors import PRECEDENCE, Exit
from jsms_sync.model.decisions import NEVER_ALLOWED, HeldCode, RefusalCode
from jsms_sync.sandbox.control import LISTED

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
SANDBOX = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")
PAGES = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
WIDTH = 78
"""Of help in a terminal of 80 columns."""


def context(command: str = "") -> click.Context:
    """What `--help` is made from, of the whole or of one command."""
    whole = cli.make_context("jsms-sync", [], resilient_parsing=True, terminal_width=WIDTH)
    if not command:
        return whole
    found = cli.get_command(whole, command)
    assert found is not None
    return found.make_context(command, [], parent=whole, resilient_parsing=True)


def section(title: str, page: str = README) -> str:
    """The part of the page under that heading, up to the next one of its level."""
    level, _, _ = title.partition(" ")
    _, found, rest = page.partition(f"\n{title}\n")
    assert found, title
    return re.split(rf"^{level} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def rows(text: str) -> list[list[str]]:
    """The cells of every table row in the text, without header and rule."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    cells = [re.split(r"(?<!\\)\|", line.strip("|")) for line in lines]
    return [[cell.strip() for cell in row] for row in cells]


def named(text: str) -> list[str]:
    """What stands in code type at the start of each table row."""
    return [found[1] for row in rows(text) if (found := re.match(r"`([^`]+)`", row[0]))]


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of that language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_an_example_and_its_options_are_in_the_readme(command: str) -> None:
    """`--help` ends in an example of the command, and README names each of its options."""
    shown = context(command)
    assert f"Example:  jsms-sync {command}" in shown.get_help()
    options = {name for option in shown.command.params for name in option.opts if name.startswith("--")}
    assert options <= set(re.findall(r"--[a-z-]+", README))


def test_the_readme_documents_the_commands_that_exist_and_no_others() -> None:
    """The table has a row for each command, and no example uses a command that does not exist."""
    assert [name.split()[0] for name in named(section("## Commands"))] == list(COMMANDS)
    shown = "\n".join(blocks(README, "console"))
    used = re.findall(r"^\$ (?:\S*/)?jsms-sync ([a-z][a-z-]*)", shown, flags=re.MULTILINE)
    assert used
    assert set(used) <= set(COMMANDS)


def test_help_in_the_readme_is_the_real_one() -> None:
    """Each quoted `--help` is what the tool prints in 80 columns."""
    quoted = [block for block in blocks(README, "console") if "--help\n" in block]
    assert quoted
    for block in quoted:
        command, _, help = block.partition("\n")
        name = command.removeprefix("$ jsms-sync").removesuffix("--help").strip()
        assert help.rstrip() == context(name).get_help().rstrip()


def test_exit_codes_and_their_order_are_those_of_the_code() -> None:
    """The table has every code once, and the sentence below it tells which one wins."""
    text = section("## Exit codes")
    assert [int(row[0]) for row in rows(text) if row[0].isdigit()] == [int(code) for code in Exit]
    order = re.search(r"the first of ([0-9, ]+) is", text)
    assert order is not None
    assert order[1] == ", ".join(str(int(code)) for code in PRECEDENCE)


def test_held_and_refusal_codes_are_those_of_the_code() -> None:
    """Both tables have every code once, and only refusals that can be allowed name an --allow."""
    assert set(named(section("## Held"))) == set(HeldCode)
    refusals = section("## Safety rules and overrides")
    assert set(named(refusals)) == set(RefusalCode)
    allowed = {row[0].strip("`") for row in rows(refusals) if "--allow" in row[2]}
    assert allowed == {code.value for code in RefusalCode} - {code.value for code in NEVER_ALLOWED}


@pytest.mark.parametrize(("kind", "after"), [("template", "A **template**"), ("campaign", "A **campaign**")])
def test_the_keys_of_definitions_are_those_of_the_schema(kind: str, after: str) -> None:
    """The table of each kind names every key that the schema knows, and nothing else."""
    table = section("## Definitions").split(after)[1].split("\n\n")[1]
    keys = {key for row in rows(table)[1:] for key in re.findall(r"`([a-z_]+)`", row[0])}
    assert keys == json.loads(schema_text())["$defs"][kind]["properties"].keys()


def test_environment_variables_are_those_of_the_code() -> None:
    """Every variable in the table is read somewhere, and every one that is read is in the table."""
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "jsms_sync").rglob("*.py"))
    documented = named(section("## Environment variables"))
    assert [name for name in documented if name not in code] == []
    read = set(re.findall(r"environ(?:ment|\.get)\(\"([A-Z_]+)\"", code))
    assert {"JSMS_SYNC_STATE", "CI"} <= read <= set(documented)


def test_the_control_plane_is_that_of_the_sandbox() -> None:
    """The table names every call of the control plane, and nothing else; what README shows is one of them."""
    assert named(section("## The control plane", SANDBOX)) == list(LISTED)
    shown = re.findall(r"curl -X ([A-Z]+) \S+?(/_sandbox/\S+)", README)
    assert shown
    assert all(f"{method} {path.replace('37582', '{temp_id}')}" in LISTED for method, path in shown)


def test_the_options_of_the_served_sandbox_are_explained() -> None:
    """The table names each option of the command."""
    own = {name for option in context("sandbox").command.params for name in option.opts if len(name) > 3}
    shared = {name for option in context().command.params for name in option.opts}
    told = set(re.findall(r"--[a-z-]+", section("## Serving it", SANDBOX)))
    assert own - shared <= told


def test_the_example_that_the_readme_names_is_valid() -> None:
    """The shop's file has neither errors nor warnings, and README leads to it."""
    assert "(examples/templates.yaml)" in README
    assert definitions.load(["examples/templates.yaml"], folder=ROOT).problems == ()


def test_definitions_in_the_readme_are_valid(tmp_path: Path) -> None:
    """What the story shows as a file can be used as one."""
    (shown,) = (block for block in blocks(README, "yaml") if "templates:" in block)
    (tmp_path / "templates.yaml").write_text(shown, encoding="utf-8")
    assert definitions.load(["templates.yaml"], folder=tmp_path).problems == ()


def slug(heading: str) -> str:
    """The anchor that a heading gets: lower case, hyphens for spaces, no punctuation."""
    return re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-")


def links(page: Path) -> Iterator[tuple[Path, str]]:
    """The file and the anchor of every link of the page that stays inside the repository."""
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if not target.startswith("https://"):
            file, _, anchor = target.partition("#")
            yield (page.parent / file if file else page), anchor


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """Every link inside the repository names a file that exists, and a heading of it."""
    for file, anchor in links(page):
        assert file.exists(), file
        if anchor:
            headings = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
            assert anchor in map(slug, headings)


def test_the_chores_that_are_named_exist() -> None:
    """README and CONTRIBUTING name targets of the Makefile only."""
    pages = README + (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    chores = set(re.findall(r"`(?:\$ )?make ([a-z]+)", pages))
    assert {"demo", "test", "lint", "fmt", "bench"} <= chores
    assert all(f"\n{chore}:" in MAKEFILE for chore in chores)


def test_decisions_are_numbered_and_whole() -> None:
    """They are numbered without a gap, and each says context, decision, why not the others, consequences."""
    for number, path in enumerate(DECISIONS, 1):
        text = path.read_text(encoding="utf-8")
        assert path.name.startswith(f"{number:04}-")
        assert text.startswith(f"# {number}. ")
        for part in ("Context", "Decision", "Why not the others", "Consequences"):
            assert f"\n**{part}.**" in text


def test_the_version_is_told_the_same_everywhere() -> None:
    """README shows the version, and it heads the changelog."""
    assert f"jsms-sync {__version__}\n" in README
    versions = re.findall(
        r"^## \[([^]]+)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert versions[0] == __version__
