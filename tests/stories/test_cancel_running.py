"""The emergency stop while an apply is scheduling: nothing of the campaign is left, whatever the moment."""

import json
import random
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from served import Served
from workspace import STATE, Ran, Workspace, ended, held, outcomes

from jsms_sync.state.local import LocalBackend
from jsms_sync.state.lock import this_process

pytestmark = [pytest.mark.story, pytest.mark.no_cover]

PEOPLE = 4500
LATENCY = 200
TEXT = "您的订单{{order}}已发出。"
BEFORE = "2099-03-01T08:00:00+08:00"
LATER = "2099-03-01T08:10:00+08:00"
STOP = f"{STATE}.stop"


def campaign(name: str, recipients: str) -> str:
    """A campaign to the people of a file, or to one number."""
    return f"  {name}:\n    template: offer\n    send_time: 2099-03-01 10:00:00\n    {recipients}\n"


EVERYBODY = campaign("everybody", "recipients_file: everybody.csv")
ONE = campaign("one", 'mobile: "15500000001"\n    params: {order: "1"}')


def shop(*campaigns: str) -> str:
    """Definitions of one template and these campaigns."""
    below = "campaigns:\n" + "".join(campaigns) if campaigns else ""
    return f"version: 1\ntemplates:\n  offer: {{type: notification, content: '{TEXT}'}}\n{below}"


@pytest.fixture
def slow(workspace: Workspace, sandbox: Served) -> Workspace:
    """Two campaigns to be scheduled, one of them in five schedules, at a JSMS that takes its time."""
    sandbox.audit("approve")
    sandbox.clock(BEFORE)
    here = workspace.having(JSMS_SYNC_NOW=BEFORE)
    here.write(shop())
    here.apply("--new-state")
    here.apply()
    rows = [f"199{n:08},{n}" for n in range(PEOPLE)]
    here.write("\n".join(["mobile,order", *rows, ""]), "everybody.csv")
    here.write(shop(EVERYBODY, ONE))
    sandbox.forget()
    sandbox.latency(LATENCY)
    return here


def until(met: Callable[[], bool], process: "subprocess.Popen[str]") -> None:
    """Waits for something, which has to happen while the process runs."""
    while not met():
        assert process.poll() is None, process.communicate()
        time.sleep(0.005)


def applying(here: Workspace, *arguments: str, measured: bool = True) -> "subprocess.Popen[str]":
    """An apply in a process of its own."""
    return here.start("apply", "--auto-approve", "--format", "json", *arguments, measured=measured)


def times(sandbox: Served) -> int:
    """How many schedules of `everybody` are pending."""
    return sum(s["kind"] == "batch" for s in sandbox.schedules().values())


def stopped_for_good(here: Workspace, sandbox: Served, *names: str) -> None:
    """Nothing of these campaigns is scheduled, and the next apply leaves it so."""
    sandbox.latency(0)
    before = sandbox.schedules()
    document = here.apply()
    assert held(document) == dict.fromkeys(names, "cancelled")
    assert sandbox.schedules() == before
    assert not (here.folder / STOP).exists()
    assert here.state.intents == ()
    assert here.run("cancel", *names).exit == 0


@pytest.mark.parametrize("moment", range(6))
def test_a_running_apply_is_stopped_at_any_moment(slow: Workspace, sandbox: Served, moment: int) -> None:
    """Nothing of the campaign is left scheduled, everything else goes on, and the next apply leaves it so."""
    chance = random.Random(moment)
    parallelism = str(chance.choice((1, 2, 8)))
    with applying(slow, "--parallelism", parallelism) as process:
        until(lambda: len(sandbox.requests()) >= 1, process)
        time.sleep(chance.uniform(0, 1.2))
        ran = slow.run("cancel", "everybody", "--format", "json")
        assert times(sandbox) == 0
        applied = ended(process)
    assert ran.exit == 0, ran
    assert outcomes(ran.json) == {"campaign.everybody": "done"}
    assert times(sandbox) == 0
    assert applied.exit in (0, 1), applied
    assert outcomes(json.loads(applied.stdout))["campaign.one"] == "done"
    stopped_for_good(slow, sandbox, "campaign.everybody")


def test_the_outcome_of_the_apply_says_who_stopped_it(slow: Workspace, sandbox: Served) -> None:
    """It is skipped with the code `cancelled`, exit 1; what the apply was told to stop is in its state."""
    with applying(slow, "--parallelism", "1") as process:
        until(lambda: times(sandbox) >= 1, process)
        assert slow.run("cancel", "--all").exit == 0
        applied = ended(process)
    assert applied.exit == 1, applied
    found = {o["address"]: (o["result"], o["error"]["code"]) for o in json.loads(applied.stdout)["outcomes"]}
    assert found["campaign.everybody"] == ("skipped", "cancelled")
    assert sandbox.schedules() == {}
    stopped_for_good(slow, sandbox, "campaign.everybody", "campaign.one")


def test_all_stops_what_only_the_running_apply_knows_of(slow: Workspace, sandbox: Served) -> None:
    """It was started from other definitions; the mark says all, and the apply records what it stopped."""
    with applying(slow, "--parallelism", "1") as process:
        until(lambda: len(sandbox.requests()) >= 1, process)
        slow.write(shop(), "others.yaml")
        assert slow.run("cancel", "--all", "-f", "others.yaml").exit == 0
        assert ended(process).exit == 1
    assert sandbox.schedules() == {}
    stopped_for_good(slow, sandbox, "campaign.everybody", "campaign.one")


def test_two_people_cancel_at_once(slow: Workspace, sandbox: Served) -> None:
    """Their marks add up, and each is told what came of the campaign that they stopped."""
    with applying(slow) as process:
        until(lambda: len(sandbox.requests()) >= 2, process)
        with ThreadPoolExecutor() as pool:
            started = [slow.start("cancel", name, "--format", "json") for name in ("everybody", "one", "one")]
            told = list(pool.map(ended, started))
        assert [ran.exit for ran in told] == [0, 0, 0], told
        assert sandbox.schedules() == {}
        ended(process)
    stopped_for_good(slow, sandbox, "campaign.everybody", "campaign.one")


def test_the_lock_of_another_process_is_not_waited_for(slow: Workspace, sandbox: Served) -> None:
    """Somebody who holds the state and does nothing keeps nobody from stopping a campaign."""
    sandbox.latency(0)
    slow.apply()
    with LocalBackend(slow.folder / STATE).hold(owner=this_process("apply")):
        assert slow.run("cancel", "--all").exit == 0
        assert sandbox.schedules() == {}
        assert slow.run("apply", "--auto-approve").exit == 7
    stopped_for_good(slow, sandbox, "campaign.everybody", "campaign.one")


@pytest.mark.parametrize("moment", range(4))
def test_cancel_is_killed_and_comes_again(slow: Workspace, sandbox: Served, moment: int) -> None:
    """Once its mark stands a running apply schedules nothing more; the second one deletes the rest."""
    sandbox.latency(0)
    slow.apply()
    sandbox.latency(LATENCY)
    with slow.start("cancel", "everybody", "--parallelism", "1", measured=False) as process:
        until(lambda: (slow.folder / STOP).exists(), process)
        time.sleep(moment * LATENCY / 1000)
        process.kill()
        ended(process)
    time.sleep(LATENCY / 1000)
    sandbox.latency(0)
    left = times(sandbox)
    assert left
    document = slow.apply()
    assert held(document) == {"campaign.everybody": "cancelled"}
    assert f"but {left} of its schedules are still there" in document["held"][0]["reason"]
    assert times(sandbox) == left
    ran = slow.run("cancel", "everybody", "--format", "json")
    assert (ran.exit, ran.json["outcomes"][0]["schedules"]["deleted"]) == (0, left)
    stopped_for_good(slow, sandbox, "campaign.everybody")


def test_a_killed_apply_leaves_ids_in_its_journal(slow: Workspace, sandbox: Served) -> None:
    """They are found there and deleted; what was in flight is named as unknown, and settled by a person."""
    with applying(slow, "--parallelism", "1", measured=False) as process:
        until(lambda: times(sandbox) >= 3, process)
        time.sleep(LATENCY / 2000)
        process.kill()
        ended(process)
    time.sleep(LATENCY / 1000)
    sandbox.latency(0)
    (doubt,) = (intent for intent in slow.state.intents if intent.creates)
    there = times(sandbox)
    slow = slow.having(JSMS_SYNC_NOW=LATER)
    ran = slow.run("cancel", "everybody", "--format", "json")
    assert ran.exit == 8, ran
    (outcome,) = ran.json["outcomes"]
    assert (outcome["result"], outcome["schedules"]["unknown"]) == ("unknown", 1)
    assert outcome["schedules"]["deleted"] >= 1
    assert times(sandbox) == there - outcome["schedules"]["deleted"] <= 1
    assert doubt.address == "campaign.everybody"
    settle_unknown(slow, sandbox)


def settle_unknown(slow: Workspace, sandbox: Served) -> None:
    """A person looks into the console, says what is there, and cancels it."""
    text = slow.run("cancel", "everybody")
    assert text.exit == 8
    assert "jsms-sync resolve campaign.everybody --created ID" in text.stdout
    assert slow.apply(exit=8)["held"][0]["code"] in ("cancelled", "unknown-outcome")
    left = [id for id, s in sandbox.schedules().items() if s["kind"] == "batch"]
    said = ("--created", left[0]) if left else ("--not-created",)
    assert slow.run("resolve", "campaign.everybody", *said).exit == 0
    assert slow.run("cancel", "everybody").exit == 0
    assert times(sandbox) == 0
    stopped_for_good(slow, sandbox, "campaign.everybody")


def test_a_post_whose_answer_was_lost_is_named(slow: Workspace, sandbox: Served) -> None:
    """Exit 8: the schedule exists, and nobody knows its id but who looks into the console."""
    sandbox.latency(0)
    fault = {"method": "POST", "path": "/v1/schedule/batch", "fault": "drop-after"}
    sandbox.control("POST", "faults", fault)
    slow.apply(exit=8)
    assert times(sandbox) == 5
    slow = slow.having(JSMS_SYNC_NOW=LATER)
    ran = slow.run("cancel", "--all", "--format", "json")
    assert ran.exit == 8, ran
    assert outcomes(ran.json) == {"campaign.everybody": "unknown", "campaign.one": "done"}
    assert len(sandbox.schedules()) == 1
    settled = slow.run("resolve", "campaign.everybody", "--created", *sandbox.schedules())
    assert settled.exit == 0, settled
    assert slow.run("cancel", "--all").exit == 0
    assert sandbox.schedules() == {}
    stopped_for_good(slow, sandbox, "campaign.everybody", "campaign.one")


def test_a_campaign_that_is_being_renamed_is_stopped_under_both_names(
    slow: Workspace, sandbox: Served
) -> None:
    """Whoever cancels knows the old name only; the apply that renames it stops it under the new one."""
    sandbox.latency(0)
    slow.apply()
    renamed = EVERYBODY.replace("everybody:", "all-of-them:\n    moved_from: everybody")
    moved = renamed.replace("10:00:00", "11:00:00")
    slow.write(shop(moved, ONE))
    sandbox.latency(LATENCY)
    sandbox.forget()
    with applying(slow, "--parallelism", "1") as process:
        until(lambda: len(sandbox.requests()) >= 3, process)
        ran = slow.run("cancel", "everybody", "--format", "json")
        ended(process)
    assert ran.exit == 0, ran
    assert times(sandbox) == 0
    sandbox.latency(0)
    assert held(slow.apply())["campaign.all-of-them"] in ("cancelled", "cancelled-outside")
    assert times(sandbox) == 0


def test_a_cancel_that_is_interrupted_has_left_its_mark(slow: Workspace, sandbox: Served) -> None:
    """Ctrl-C ends in 130 and says that the mark stands."""
    sandbox.latency(0)
    slow.apply()
    sandbox.latency(1000)
    with slow.start("cancel", "one") as process:
        until(lambda: (slow.folder / STOP).exists(), process)
        time.sleep(0.3)
        process.send_signal(2)
        ran: Ran = ended(process)
    assert ran.exit == 130, ran
    assert "the stop mark was left" in ran.stderr
