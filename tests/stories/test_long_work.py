"""Long work on a terminal tells how far it is, and leaves nothing of that behind."""

import re

import pytest
from served import Served
from workspace import Workspace

pytestmark = [pytest.mark.story, pytest.mark.no_cover]
TWENTY = "version: 1\ntemplates:\n" + "".join(
    f"  t{n}:\n    type: notification\n    content: 第{n}号订单{{{{order}}}}已发出。\n" for n in range(20)
)
REWRITTEN = "\r\x1b[K"
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def screen(said: str) -> str:
    """What a terminal shows in the end, in black and white."""
    lines = COLOUR.sub("", said).replace("\r\n", "\n").split("\n")
    return "\n".join(line.rsplit(REWRITTEN, 1)[-1] for line in lines)


def progress(said: str) -> list[str]:
    """Every state of the line that was rewritten."""
    return [line for line in re.split(r"[\r\n]+", said.replace("\x1b[K", "")) if " of 20" in line]


@pytest.fixture
def slow(workspace: Workspace, sandbox: Served) -> Workspace:
    """Twenty templates at a service that takes its time."""
    workspace.write(TWENTY)
    sandbox.control("PUT", "latency", {"ms": 100})
    return workspace.having(TERM="xterm")


def test_progress_is_told_while_it_lasts(slow: Workspace) -> None:
    """Rate and time left stand there for a moment; the screen shows the same as without a terminal."""
    applied = slow.on_terminal("apply", "--auto-approve", "--new-state", "--parallelism", "1").stdout
    assert any(re.fullmatch(r"Applying · \d+ of 20 · \d+/s · \d+ s left", line) for line in progress(applied))
    assert " of 20" not in screen(applied)
    planned = slow.on_terminal("plan", "--parallelism", "1").stdout
    assert any(line.startswith("Reading from JSMS · ") for line in progress(planned))
    assert "/s" in planned
    assert screen(planned) == screen(slow.having(TERM="dumb").on_terminal("plan").stdout)


@pytest.mark.parametrize("why", [{"TERM": "dumb"}, {"CI": "true"}, {"TERM": None}])
def test_where_nobody_looks_on_nothing_is_rewritten(slow: Workspace, why: dict[str, str | None]) -> None:
    """A terminal that cannot, or a log that is kept, gets lines only."""
    said = slow.having(**why).on_terminal("plan", "--parallelism", "1").stdout
    assert REWRITTEN not in said


@pytest.mark.parametrize("flag", ["-q", "-v"])
def test_who_wants_less_or_more_gets_no_progress(slow: Workspace, flag: str) -> None:
    """Quiet is quiet; and what -v tells of each request is not rewritten."""
    assert REWRITTEN not in slow.on_terminal("plan", flag).stdout
