"""Ctrl-C in the middle of an apply: the first lets it finish what is in flight, the second ends it hard."""

import json
import signal
import subprocess
import time
from collections.abc import Callable

import pytest
from served import Served
from workspace import Ran, Workspace, ended

pytestmark = [pytest.mark.story, pytest.mark.no_cover]

COUNT = 30
SHOP = "version: 1\ntemplates:\n" + "".join(
    f"  text-{n:02}: {{type: notification, content: {n}号仓已发货。}}\n" for n in range(COUNT)
)


@pytest.fixture
def slow(workspace: Workspace, sandbox: Served) -> Workspace:
    """A workspace at a JSMS that takes 150 ms for each answer, with thirty templates to submit."""
    sandbox.audit("approve")
    workspace.write(SHOP)
    workspace.run("init")
    sandbox.latency(150)
    return workspace


def until(met: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Waits for something, which has to happen while the process runs."""
    while not met():
        assert process.poll() is None, process.communicate()
        time.sleep(0.005)


def interrupt(slow: Workspace, sandbox: Served, *numbers: signal.Signals) -> Ran:
    """An apply that gets these signals, the first after some writes, the next 20 ms later."""
    arguments = ("apply", "--auto-approve", "--parallelism", "4", "--format", "json")
    with slow.start(*arguments) as process:
        until(lambda: len(sandbox.writes()) >= 5, process)
        for number in numbers:
            process.send_signal(number)
            time.sleep(0.02)
        return ended(process)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_stops_cleanly(slow: Workspace, sandbox: Served, number: signal.Signals) -> None:
    """What is in flight is finished and recorded, exit 130, and the next apply does the rest."""
    ran = interrupt(slow, sandbox, number)
    assert ran.exit == 130, ran
    results = [outcome["result"] for outcome in json.loads(ran.stdout)["outcomes"]]
    assert len(results) == COUNT
    assert set(results) == {"done", "skipped"}
    assert results.count("done") == len(sandbox.templates()) == len(sandbox.writes())
    assert slow.state.intents == ()
    assert "Stopping" in ran.stderr
    sandbox.latency(0)
    slow.apply()
    slow.apply()
    assert len(sandbox.texts()) == COUNT


def test_the_second_signal_stops_at_once_and_loses_nothing(slow: Workspace, sandbox: Served) -> None:
    """What was in flight stays as named doubts in the journal; a look at JSMS settles them."""
    ran = interrupt(slow, sandbox, signal.SIGINT, signal.SIGINT)
    assert (ran.exit, ran.stdout) == (130, "")
    time.sleep(0.2)
    state = slow.state
    known = {temp_id for record in state.resources.values() for temp_id in getattr(record, "revisions", ())}
    doubts = {intent.submission.text.content: intent.address for intent in state.intents if intent.submission}
    unknown = {text: temp_id for text, temp_id in sandbox.texts().items() if temp_id not in known}
    assert doubts
    assert unknown.keys() <= doubts.keys()
    sandbox.latency(0)
    for text, address in doubts.items():
        flags = ("--created", str(unknown[text])) if text in unknown else ("--not-created",)
        assert slow.run("resolve", address, *flags).exit == 0
    slow.apply()
    slow.apply()
    assert len(sandbox.texts()) == COUNT
    assert sandbox.counted() == {("POST", "templates"): COUNT}


def test_a_signal_before_anything_was_sent_is_no_traceback(slow: Workspace, sandbox: Served) -> None:
    """Ctrl-C while JSMS is being read ends in 130, as JSON too, and nothing was done."""
    sandbox.latency(600)
    for format in ("text", "json"):
        sandbox.forget()
        with slow.start("apply", "--auto-approve", "--format", format) as process:
            until(lambda: len(sandbox.requests()) >= 1, process)
            process.send_signal(signal.SIGINT)
            ran = ended(process)
        assert ran.exit == 130
        assert "Traceback" not in ran.told
        assert sandbox.writes() == []
        if format == "json":
            assert json.loads(ran.stdout)["error"]["exit"] == 130
        else:
            assert "nterrupted" in ran.stderr
