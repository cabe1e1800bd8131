"""Many runners, one state: applies that race, a holder that is paused, and runs that die at every write."""

import re
import signal
import time
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from killing_proxy import killing_proxy
from served import Served
from state_kinds import Kept, kinds
from workspace import Ran, Workspace, ended

from jsms_sync.errors import Exit
from jsms_sync.model.records import State

pytestmark = [pytest.mark.story, pytest.mark.no_cover]

WRITES, EVERYDAY = 8, 4
"""Of an apply that creates two templates; the everyday tier dies at one of them, the nightly one at each."""


def shop(count: int) -> str:
    """So many templates."""
    lines = (
        f"  t{n}: {{type: notification, content: '{n}号仓：订单{{{{order}}}}已发货。'}}\n"
        for n in range(count)
    )
    return "version: 1\ntemplates:\n" + "".join(lines)


@pytest.fixture
def team(kept: Kept, tmp_path: Path, sandbox: Served) -> Workspace:
    """A folder whose state is kept there, and exists; JSMS approves everything at once."""
    sandbox.audit("approve")
    location = kept.location if kept.kind != "local" else str(tmp_path / "state.json")
    workspace = Workspace(
        tmp_path, sandbox, {**sandbox.environment, **kept.environment, "JSMS_SYNC_STATE": location}
    )
    assert workspace.run("init").exit == 0
    workspace.write(shop(3))
    return workspace


def ids(state: State) -> set[int]:
    """The ids that are recorded."""
    return {id for record in state.resources.values() for id in getattr(record, "revisions", ())}


def assert_converged(team: Workspace, kept: Kept, count: int) -> None:
    """So many templates exist, none twice, the state knows each of them, and there is nothing left to do."""
    assert team.served is not None
    texts = team.served.texts()
    assert len(texts) == count
    assert ids(kept.state) == set(texts.values())
    assert kept.state.intents == ()
    assert team.plan(exit=0)["changes"] == []


def unlocked(team: Workspace, ran: Ran) -> None:
    """What a person does who is told that a runner which died holds the lock."""
    found = re.search(r"state unlock (\S+?)[`\"]", ran.stderr)
    assert ran.exit == Exit.LOCKED, ran
    assert found, ran
    assert team.run("state", "unlock", found[1]).exit == 0


def settled(team: Workspace, kept: Kept) -> None:
    """What a person does about doubts: looks into the console, and says what was created there."""
    assert team.served is not None
    for intent in kept.state.intents:
        if intent.creates and intent.submission is not None:
            id = team.served.texts().get(intent.submission.text.content)
            said = ["--created", str(id)] if id else ["--not-created"]
            assert team.run("resolve", intent.address, *said).exit == 0


@kinds("local", "gitlab", "s3", "postgres", nightly=("http",))
def test_eight_applies_at_once(team: Workspace, kept: Kept, sandbox: Served) -> None:
    """Of eight processes each applies, waits, or is told to: 0, 6 or 7; every object is created once."""
    sandbox.latency(30)
    waiting = ([], ["--lock-timeout", "60"])
    running = [
        team.start("apply", "--auto-approve", *waiting[number % 2], measured=False) for number in range(8)
    ]
    exits = Counter(ended(process).exit for process in running)
    assert set(exits) <= {Exit.DONE, Exit.STALE, Exit.LOCKED}, exits
    assert exits[Exit.DONE] >= 4, exits
    assert_converged(team, kept, 3)
    assert sandbox.counted() == {("POST", "templates"): 3}


@kinds("gitlab", "s3", "postgres")
def test_a_paused_holder_wakes_up_to_nothing(team: Workspace, kept: Kept, sandbox: Served) -> None:
    """Its lock was taken over meanwhile: it records nothing, starts no request, and says so.

    A request that was on its way when it was paused is named by its intent.
    """
    team.write(shop(12))
    sandbox.latency(150)
    with team.start("apply", "--auto-approve", "--parallelism", "1", measured=False) as paused:
        while len(sandbox.writes()) < 3:
            time.sleep(0.01)
        paused.send_signal(signal.SIGSTOP)
        time.sleep(0.3)
        sandbox.latency(0)
        _lock_out(team, kept)
        second = team.run("apply", "--auto-approve")
        assert second.exit in (Exit.DONE, Exit.UNKNOWN), second
        state, writes = kept.state, sandbox.writes()
        paused.send_signal(signal.SIGCONT)
        woken = ended(paused)
    assert woken.exit in (Exit.STALE, Exit.UNKNOWN), woken
    assert "taken over" in woken.told or "somebody else has taken it" in woken.told
    assert sandbox.writes() == writes
    assert kept.state == state
    settled(team, kept)
    assert_converged(team, kept, 12)
    assert sandbox.counted() == {("POST", "templates"): 12}


def _lock_out(team: Workspace, kept: Kept) -> None:
    """The paused holder's time runs out where the store knows times; elsewhere somebody unlocks."""
    if kept.kind != "postgres":
        unlocked(team, team.run("apply", "--auto-approve"))
        return
    with psycopg.connect(kept.location.partition("?")[0], autocommit=True) as connection:
        aged = "UPDATE jsms_sync_state SET modified = modified - interval '1 hour' WHERE part = 'lock'"
        connection.execute(aged)


@kinds("gitlab", "s3", "postgres")
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    "fatal",
    [pytest.param(n, marks=[] if n == EVERYDAY else [pytest.mark.nightly]) for n in range(1, WRITES + 1)],
)
def test_a_run_that_dies_at_a_write(
    team: Workspace, kept: Kept, sandbox: Served, fatal: int, after: bool
) -> None:
    """SIGKILL right before or right after the store took the n-th write: the truth, or a named doubt."""
    team.write(shop(2))
    killed = _killed(team, kept, fatal, after=after)
    # How many writes the commits shared differs by one or two; the last of them need not be there.
    assert killed or fatal > WRITES - 3
    ran = team.run("apply", "--auto-approve")
    if ran.exit == Exit.LOCKED:
        unlocked(team, ran)
        ran = team.run("apply", "--auto-approve")
    assert ran.exit in (Exit.DONE, Exit.UNKNOWN), ran
    settled(team, kept)
    assert team.run("apply", "--auto-approve").exit == 0
    assert_converged(team, kept, 2)
    assert sandbox.counted() == {("POST", "templates"): 2}


def _killed(team: Workspace, kept: Kept, fatal: int, *, after: bool) -> bool:
    """Whether an apply came to its n-th write, and died there."""
    place = urlsplit(kept.environment.get("AWS_ENDPOINT_URL", kept.location))
    with killing_proxy(kept.kind, place.hostname or "", place.port or 0, fatal, after=after) as killer:
        old, new = f":{place.port}", f":{killer.port}"
        environment = {
            name: value.replace(old, new) for name, value in team.environment.items() if old in value
        }
        through = team.having(**environment)
        with through.start("apply", "--auto-approve", "--parallelism", "1", measured=False) as process:
            killer.victim = process.pid
            ran = ended(process)
        assert ran.exit in (0, -signal.SIGKILL), ran
        return ran.exit == -signal.SIGKILL
