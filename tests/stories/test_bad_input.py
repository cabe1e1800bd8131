"""Files that people, crashes and gateways produce: the right exit code, the place, and nothing changed."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from served import Served
from workspace import STATE, Workspace

pytestmark = pytest.mark.story

BAD = Path(__file__).parents[1] / "cases" / "bad"
SHOP = """\
version: 1
templates:
  hello: {type: notification, content: '{{name}}，您好。'}
"""
MORE = "  bye: {type: notification, content: '{{name}}，再见。'}\n"
READERS = (
    ("plan",),
    ("apply", "--auto-approve", "--new-state"),
    ("status",),
    ("drift",),
    ("outputs",),
    ("state", "list"),
    ("state", "pull"),
    ("resolve", "template.hello", "--not-created"),
)


def files(folder: str) -> list[Path]:
    """The hand-made files of one kind."""
    found = sorted((BAD / folder).iterdir())
    assert len(found) >= 10
    return found


def named(path: Path) -> str:
    """What a file is called in reports."""
    return path.stem


@pytest.fixture
def standing(workspace: Workspace, sandbox: Served) -> Workspace:
    """A template in place, and another one on the disk only."""
    sandbox.audit("approve")
    workspace.write(SHOP)
    workspace.apply("--new-state")
    workspace.apply()
    workspace.write(SHOP + MORE)
    sandbox.forget()
    return workspace


@pytest.mark.parametrize("path", files("state"), ids=named)
def test_what_is_no_state_is_never_used_or_overwritten(
    standing: Workspace, sandbox: Served, path: Path
) -> None:
    """Exit 6 in one sentence and a hint, from every command; not a byte is changed, not a write is sent."""
    place = standing.folder / STATE
    place.write_bytes(path.read_bytes())
    for command in READERS:
        ran = standing.run(*command)
        assert (ran.exit, len(ran.stderr.splitlines())) == (6, 2), (command, ran)
        assert STATE in ran.stderr
    assert place.read_bytes() == path.read_bytes()
    assert sandbox.writes() == []


@pytest.mark.parametrize("path", files("journal"), ids=named)
def test_a_journal_that_is_damaged_stops_everything(standing: Workspace, sandbox: Served, path: Path) -> None:
    """It may hold ids that are recorded nowhere else, so nobody may go on without it."""
    place, document = standing.folder / f"{STATE}.journal", (standing.folder / STATE).read_bytes()
    place.write_bytes(path.read_bytes())
    for command in READERS:
        ran = standing.run(*command)
        assert (ran.exit, len(ran.stderr.splitlines())) == (6, 2), (command, ran)
    assert (place.read_bytes(), (standing.folder / STATE).read_bytes()) == (path.read_bytes(), document)
    assert sandbox.writes() == []


@pytest.mark.parametrize("path", files("plan"), ids=named)
def test_what_is_no_saved_plan_is_never_applied(standing: Workspace, sandbox: Served, path: Path) -> None:
    """The exit code stands in the name of the file."""
    for command in ("apply", "show"):
        (standing.folder / "plan.json").write_bytes(path.read_bytes())
        ran = standing.run(command, "plan.json")
        if command == "apply":
            assert ran.exit == int(path.stem[0]), ran
        assert ran.exit in (0, 3, 6), ran
        assert len(ran.stderr.splitlines()) <= 2
    assert sandbox.writes() == []


@pytest.mark.parametrize("path", files("callback"), ids=named)
def test_what_is_no_callback_is_never_taken_in(standing: Workspace, path: Path) -> None:
    """Exit 3, and the state is as it was."""
    before = (standing.folder / STATE).read_bytes()
    ran = standing.run("callback", "ingest", stdin=path.read_bytes())
    assert (ran.exit, len(ran.stderr.splitlines()) <= 2) == (3, True), ran
    assert (standing.folder / STATE).read_bytes() == before


TEXTS = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.lists(
        st.sampled_from([*"{}[]:,-&*!|>'\"#%@`\t\n \\", "version: 1\n", "templates:", "a", "\u202e", "0x"])
    ).map(lambda parts: "".join(parts).encode()),
)


@given(data=TEXTS)
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_definition_is_a_traceback(workspace: Workspace, data: bytes) -> None:
    """Whatever stands in the file, `validate` tells problems with places, or that it is fine."""
    (workspace.folder / "templates.yaml").write_bytes(data)
    ran = workspace.run("validate", "--format", "json")
    assert ran.exit in (0, 3), ran
    for problem in ran.json["problems"]:
        assert problem["file"] == "templates.yaml"
        assert problem["line"] >= 1
        assert problem["column"] >= 1


@given(rows=st.lists(st.lists(st.text(max_size=12), max_size=4), max_size=6), joint=st.sampled_from(",;\t"))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_recipients_file_is_a_traceback(workspace: Workspace, rows: list[list[str]], joint: str) -> None:
    """Whatever stands in the rows, every problem has its place in one of the two files."""
    text = "mobile,name\n" + "\n".join(joint.join(row) for row in rows)
    (workspace.folder / "people.csv").write_bytes(text.encode("utf-8", "surrogatepass"))
    workspace.write(SHOP + SALE)
    ran = workspace.run("validate", "--format", "json")
    assert ran.exit in (0, 3), ran
    assert {problem["file"] for problem in ran.json["problems"]} <= {"templates.yaml", "people.csv"}


SALE = """\
campaigns:
  sale:
    template: hello
    send_time: 2099-03-20 10:00:00
    recipients_file: people.csv
"""
