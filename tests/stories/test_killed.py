"""kill -9 in the middle of an apply, again and again: nothing is lost, and nothing is there twice."""

import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aftermath import recorded, resolve_all
from served import Served
from workspace import Workspace, ended

pytestmark = [pytest.mark.story, pytest.mark.no_cover]

TEMPLATES = 90
PEOPLE = 2500
SINGLES = 12
LATENCY = 20


SOME = """\
    recipients:
      - {mobile: "19900009001", params: {order: "1"}}
      - {mobile: "19900009002", params: {order: "2"}}
"""
ONE = """\
    mobile: "19900009003"
    params: {order: "3"}
"""


def shop(*, edited: bool = False, singles: int = 1) -> str:
    """90 templates and some campaigns; edited, every kind of write has something to do."""
    templates = "".join(
        f"  {name}: {{type: notification, content: '{text}'}}\n" for name, text in texts(edited)
    )
    return f"""\
version: 1
templates:
{templates}
campaigns:
  everybody:
    template: text-00
    send_time: 2099-03-0{2 if edited else 1} 10:00:00
    recipients_file: everybody.csv
  some:
    template: text-01
    send_time: 2099-03-05 10:00:00
{ONE if edited else SOME}
  {"another" if edited else "one"}:
    template: text-02
    send_time: 2099-03-06 10:00:00
{SOME if edited else ONE}{"".join(map(single, range(1, singles)))}"""


def single(number: int) -> str:
    """One more campaign for one number."""
    return f"""\
  one-{number:02}:
    template: text-02
    send_time: 2099-03-07 10:{number:02}:00
{ONE}"""


def texts(edited: bool) -> Iterator[tuple[str, str]]:
    """Names and contents; of the edited ones every third is new."""
    for number in range(TEMPLATES):
        words = "已经发货" if edited and number % 3 == 2 else "已发货"
        yield f"text-{number:02}", f"{number}号仓：订单{{{{order}}}}{words}。"


def people(workspace: Workspace) -> None:
    """Writes the recipients of `everybody`."""
    rows = [f"199{n:08},{n}" for n in range(PEOPLE)]
    workspace.write("\n".join(["mobile,order", *rows, ""]), "everybody.csv")


@dataclass
class Operator:
    """Starts applies, kills them, looks at JSMS, and says what became of what is in doubt."""

    workspace: Workspace
    sandbox: Served
    chance: random.Random
    log: list[dict[str, Any]] = field(default_factory=list)
    resolved: int = 0

    def kill_one(self, *arguments: str, during: str = "/v1", writes: int = 1) -> bool:
        """Kills an apply after up to so many writes there, or earlier; whether it was still running."""
        command = ("apply", "--auto-approve", "--new-state", *arguments)
        is_early = during == "/v1" and self.chance.random() < 0.2
        patience = self.chance.uniform(0.1, 0.9) if is_early else 60.0
        with self.workspace.start(*command, measured=False) as process:
            self._await_writes(process, during, self.chance.randint(1, writes), patience)
            time.sleep(self.chance.uniform(0, LATENCY / 1000))
            process.kill()
            ran = ended(process)
        assert "Traceback" not in ran.told
        return ran.exit == -9

    def _await_writes(self, process: Any, during: str, count: int, patience: float) -> None:
        end = time.monotonic() + patience
        while process.poll() is None and self._count(during) < count and time.monotonic() < end:
            time.sleep(0.002)

    def _count(self, during: str) -> int:
        return sum(path.startswith(during) for _, path in self.sandbox.writes())

    def look(self) -> None:
        """Compares the state with the sandbox, and resolves what is in doubt as a person would."""
        time.sleep(0.05)  # what had left reaches the sandbox
        self.log += self.sandbox.requests()
        self.sandbox.forget()
        for path in self.workspace.folder.glob("jsms-sync.state.json*"):
            assert b"1990000" not in path.read_bytes(), "a number is in the state or its journal"
        self.resolved += resolve_all(self.workspace, self.sandbox)

    def finish(self) -> None:
        """Applies in peace until nothing is left to do."""
        self.workspace.apply("--new-state")
        self.workspace.apply()
        self.log += self.sandbox.requests()
        assert self.workspace.plan(exit=0)["summary"]["held"] == 0
        assert recorded(self.workspace.state) == {
            *map(str, self.sandbox.templates()),
            *self.sandbox.schedules(),
        }

    def posts(self) -> Counter[str]:
        """How many POSTs of each kind had an effect."""
        done = (each for each in self.log if each["method"] == "POST" and each["status"] == 200)
        return Counter(each["path"].removeprefix("/v1/") for each in done)


@pytest.fixture
def operator(workspace: Workspace, sandbox: Served, request: pytest.FixtureRequest) -> Operator:
    """Somebody patient, and a slow JSMS that approves everything at once."""
    workspace.write(shop())
    people(workspace)
    sandbox.audit("approve")
    sandbox.latency(LATENCY)
    return Operator(workspace, sandbox, random.Random(20270301))


def test_twenty_kills_lose_nothing_and_create_nothing_twice(operator: Operator, sandbox: Served) -> None:
    """After each of twenty kills the truth is known or a named doubt, and in the end the plan is empty."""
    operator.workspace.write(shop(singles=SINGLES))
    killed = 0
    for _ in range(16):
        killed += operator.kill_one("--parallelism", "2", writes=2)
        operator.look()
    for _ in range(4):
        killed += operator.kill_one("--parallelism", "1", during="/v1/schedule")
        operator.look()
    assert killed == 20
    operator.finish()
    assert operator.resolved >= 5, "the kills have to come while something is in flight"
    assert operator.posts() == {"templates": TEMPLATES, "schedule/batch": 4, "schedule": SINGLES}
    assert len(sandbox.texts()) == TEMPLATES
    batches = [
        s["recipients"] for s in sandbox.schedules().values() if s["send_time"].startswith("2099-03-01")
    ]
    mobiles = [recipient["mobile"] for batch in batches for recipient in batch]
    assert (len(batches), len(mobiles), len(set(mobiles))) == (3, PEOPLE, PEOPLE)


def test_kills_during_edits_lose_nothing_either(operator: Operator, sandbox: Served) -> None:
    """Killed PUTs and DELETEs settle themselves, and a replaced schedule is never there twice."""
    sandbox.latency(0)
    operator.finish()
    operator.workspace.write(shop(edited=True))
    sandbox.latency(LATENCY)
    sandbox.forget()
    for _ in range(5):
        operator.kill_one("--parallelism", "2", writes=5)
        operator.look()
    operator.finish()
    assert operator.workspace.plan(exit=0)["summary"]["unchanged"] == TEMPLATES + 3
    schedules = list(sandbox.schedules().values())
    assert Counter(s["send_time"][:10] for s in schedules) == {
        "2099-03-02": 3,
        "2099-03-05": 1,
        "2099-03-06": 1,
    }
    assert Counter(s["kind"] for s in schedules) == {"batch": 4, "single": 1}
    assert len(sandbox.texts()) == TEMPLATES * 4 // 3, "texts that served stay"
