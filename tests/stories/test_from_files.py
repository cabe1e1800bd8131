"""Recipients files on the command line: what is told of a bad one, and what becomes of a large one."""

import json
import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from served import Served
from workspace import Workspace, held

from jsms_sync.sandbox.beliefs import Beliefs

pytestmark = pytest.mark.story

MANY = 100_000
GOLDEN = Path(__file__).parents[1] / "golden" / "recipients"
BEFORE = "2099-03-01T08:00:00+08:00"
SALE = """  sale:
    template: offer
    send_time: 2099-03-01 10:00:00
    recipients_file: {file}
"""
OFFER = "version: 1\ntemplates:\n  offer: {type: notification, content: '您的订单{{order}}已发出。'}\n"


@pytest.fixture
def approving(workspace: Workspace, sandbox: Served) -> Workspace:
    """A workspace at a JSMS that approves everything, with the template in place."""
    sandbox.audit("approve")
    workspace.write(OFFER)
    here = workspace.having(JSMS_SYNC_NOW=BEFORE)
    sandbox.clock(BEFORE)
    here.apply("--new-state")
    here.apply()
    return here


def selling(here: Workspace, *lines: str, file: str = "people.csv") -> None:
    """Writes the definitions with the campaign."""
    more = "".join(f"    {line}\n" for line in lines)
    here.write(f"{OFFER}campaigns:\n{SALE.format(file=file)}{more}")


def number(one: int) -> str:
    """A phone number."""
    return f"199{one:08}"


def people(here: Workspace, rows: Iterable[tuple[int, str]]) -> None:
    """Writes the recipients."""
    here.write("mobile,order\n" + "".join(f"{number(one)},{order}\n" for one, order in rows), "people.csv")


def numbers(schedule: dict[str, Any]) -> set[str]:
    """Who is in a schedule."""
    return {person["mobile"] for person in schedule["recipients"]}


def scheduled(sandbox: Served) -> dict[str, str]:
    """Everybody's order, by number, as the schedules at JSMS hold them."""
    found = [
        (person["mobile"], person["temp_para"]["order"])
        for schedule in sandbox.schedules().values()
        for person in schedule["recipients"]
    ]
    assert len(dict(found)) == len(found)
    return dict(found)


def until(holds: Callable[[], bool]) -> None:
    """Waits for it, a few seconds at most."""
    for _ in range(400):
        if holds():
            return
        time.sleep(0.02)
    raise AssertionError("it never came")


@pytest.mark.parametrize("name", ["gbk", "numbers", "column"])
def test_what_is_wrong_with_a_file_is_told_word_for_word(workspace: Workspace, name: str) -> None:
    """A file in GBK, one with three bad numbers and five repeated ones, one without a column."""
    for file in GOLDEN.glob(f"{name}.*"):
        shutil.copy(file, workspace.folder)
    ran = workspace.run("validate", "-f", f"{name}.yaml")
    assert ran.exit == 3
    assert ran.stdout == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


def test_a_hundred_thousand_recipients_end_in_a_hundred_schedules(
    approving: Workspace, sandbox: Served
) -> None:
    """Planned and applied from a file; a second plan is empty, and ten edits cost ten requests at most."""
    selling(approving)
    people(approving, ((one, str(one)) for one in range(MANY)))
    (change,) = approving.plan()["changes"]
    assert change["batches"] == {"create": 100, "modify": 0, "delete": 0, "unchanged": 0}
    sandbox.forget()
    ran = approving.run("apply", "--auto-approve", "-v")
    assert ran.exit == 0, ran
    assert sandbox.counted() == {("POST", "schedule"): 100}
    assert scheduled(sandbox) == {number(one): str(one) for one in range(MANY)}
    assert [len(s["recipients"]) for s in sandbox.schedules().values()] == [1000] * 100
    assert approving.plan(exit=0)["changes"] == []

    edited = {one: str(one) for one in range(MANY)}
    for one in range(0, MANY, 15_000):
        edited[one] = "edited"
    del edited[MANY - 1], edited[1_500]
    edited[MANY + 1] = "new"
    people(approving, reversed(edited.items()))
    sandbox.forget()
    again = approving.run("apply", "--auto-approve", "-v")
    assert again.exit == 0, again
    sent = sandbox.counted()
    assert sent["PUT", "schedule"] <= 10
    assert sent["POST", "schedule"] <= 1
    assert sent.total() == sent["PUT", "schedule"] + sent["POST", "schedule"]
    assert scheduled(sandbox) == {number(one): order for one, order in edited.items()}
    said = ran.told + again.told + approving.run("plan", "-v", "--detailed-exitcode").told
    assert not any(number(one) in said for one, order in edited.items() if order in ("edited", "new"))


def test_a_schedule_that_cannot_be_read_keeps_everybody_where_they_are(
    approving: Workspace, sandbox: Served
) -> None:
    """Nobody is placed, moved or placed twice; who goes from the others goes, and the rest comes later."""
    selling(approving)
    people(approving, ((one, "1") for one in range(2_500)))
    approving.apply()
    unread = next(id for id, s in sandbox.schedules().items() if number(1_200) in numbers(s))
    sandbox.fault("status", "GET", f"/v1/schedule/{unread}", times=100, status=403, code=50007)
    people(approving, ((one, "1") for one in range(2_600) if one not in (500, 1_200, 2_200)))
    plan = approving.plan(exit=1)
    assert held(plan) == {"campaign.sale": "unreadable"}
    before = sandbox.schedules()[unread]
    approving.apply(exit=1)
    assert sandbox.schedules()[unread] == before
    assert scheduled(sandbox).keys() == {number(one) for one in range(2_500) if one not in (500, 2_200)}
    sandbox.control("DELETE", "faults")
    approving.apply()
    wanted = {number(one) for one in range(2_600) if one not in (500, 1_200, 2_200)}
    assert scheduled(sandbox).keys() == wanted


def test_a_preview_of_a_file_is_that_of_the_same_people(workspace: Workspace) -> None:
    """Of those who count: the longest and the shortest message, all parts; the values only when asked for."""
    inline = "".join(
        f'      - {{mobile: "{number(one)}", params: {{order: "{order}"}}}}\n'
        for one, order in ((2, "22"), (1, "x" * 90), (4, "4"))
    )
    people(workspace, ((3, "x" * 400), (2, "22"), (1, "x" * 90), (4, "4"), (2, "22")))
    workspace.write(f"mobile\n{number(3)}\n", "left.csv")
    for values in ((), ("--values",)):
        workspace.write(f"{OFFER}campaigns:\n{SALE.replace('_file: {file}', ':')}{inline}")
        wanted = workspace.run("preview", "--format", "json", *values)
        assert wanted.exit == 0, wanted
        selling(workspace, "suppress: left.csv")
        assert workspace.run("preview", "--format", "json", *values).json == wanted.json
        assert ("x" * 60 in wanted.stdout) == bool(values)


def test_who_unsubscribes_later_is_taken_out(approving: Workspace, sandbox: Served) -> None:
    """Of the schedules they are in, without an edit of the file; who is taken off the list comes back."""
    selling(approving, "suppress: [left.csv]")
    approving.write("mobile\n", "left.csv")
    people(approving, ((one, "1") for one in range(2_000)))
    approving.apply()
    approving.write(f"mobile\n{number(3)}\n{number(5_000)}\n+86 {number(1_003)}\n", "left.csv")
    plan = approving.plan(exit=2)
    assert plan["notes"] == ["campaign.sale: 2 left out, because `suppress` names their numbers"]
    assert plan["changes"][0]["batches"] == {"create": 0, "modify": 2, "delete": 0, "unchanged": 0}
    approving.apply()
    assert {number(3), number(1_003)}.isdisjoint(scheduled(sandbox))
    approving.write(f"mobile\n{number(3)}\n", "left.csv")
    approving.apply()
    assert len(scheduled(sandbox)) == 1_999


@pytest.mark.parametrize(
    "sandbox", [{"beliefs": Beliefs(opted_out=frozenset({"19900000003", "19900001003"}))}], indirect=True
)
def test_whom_jsms_refuses_is_left_out_until_their_row_changes(approving: Workspace, sandbox: Served) -> None:
    """Recorded by digest and code, told masked, counted; an edit elsewhere does not try them again."""
    selling(approving)
    people(approving, ((one, "1") for one in range(1_500)))
    (outcome,) = approving.apply()["outcomes"]
    (refused,) = outcome["refused"]
    assert (refused["code"], refused["count"]) == (50024, 2)
    assert set(refused["recipients"]) == {"199****0003", "199****1003"}
    assert len(scheduled(sandbox)) == 1_498
    recorded = (approving.folder / "jsms-sync.state.json").read_text()
    assert "50024" in recorded
    assert not any(number(one) in recorded for one in range(1_500))
    (entry,) = approving.run("status", "--format", "json").json["campaigns"]
    assert (entry["recipients"], entry["failed"]) == (1_498, 2)
    for edited in (7, 3):
        people(approving, ((one, "2" if one == edited else "1") for one in range(1_500)))
        sandbox.forget()
        (outcome,) = approving.apply()["outcomes"]
        assert sandbox.counted() == {("PUT", "schedule"): 1}
        assert [each["count"] for each in outcome.get("refused", [])] == ([1] if edited == 3 else [])


def test_a_file_of_somebody_elses_system_is_taken_as_it_is(approving: Workspace, sandbox: Served) -> None:
    """GBK, tabs, other headers, numbers as people write them, a suppression list: kept outside of git."""
    selling(
        approving,
        "encoding: gbk",
        "columns: {手机号: mobile, 单号: order}",
        "suppress: unsubscribed.csv",
        file="people.tsv",
    )
    private = approving.folder / "private"
    private.mkdir()
    (private / "people.tsv").write_bytes(
        (
            "手机号\t单号\t姓名\r\n+86 199-0000-0001\t甲1\t张三\r\n"
            "１９９０００００２２０\t甲2\t李四\r\n19900000003\t甲3\t王五\r\n"
        ).encode("gbk")
    )
    (private / "unsubscribed.csv").write_bytes("mobile,原因\n19900000003,退订\n".encode("gbk"))
    ran = approving.run("apply", "--auto-approve", "--recipients-dir", "private")
    assert ran.exit == 0, ran
    assert scheduled(sandbox) == {"19900000001": "甲1", "19900000220": "甲2"}
    plan = approving.plan("--recipients-dir", "private", exit=0)
    assert plan["notes"] == ["campaign.sale: 1 left out, because `suppress` names their numbers"]


def test_without_recipients_a_plan_can_be_looked_at_and_not_applied(approving: Workspace) -> None:
    """What is known without the files is planned; the plan says that it is for looking at only."""
    selling(approving)
    assert approving.run("plan").exit == 3
    ran = approving.run("validate", "--without-recipients")
    assert ran.exit == 0, ran
    plan = approving.plan("--without-recipients")
    assert plan["without_recipients"] is True
    assert [change["address"] for change in plan["changes"]] == ["campaign.sale"]
    told = approving.run("plan", "--without-recipients", "--out", "p.json")
    assert "cannot be applied" in told.stdout
    assert "jsms-sync apply" not in told.told
    assert "cannot be applied" in approving.run("show", "p.json").stdout
    assert approving.run("apply", "--without-recipients", "--auto-approve").exit == 3


def test_a_file_that_changes_while_it_is_sent_stops_its_campaign(
    approving: Workspace, sandbox: Served
) -> None:
    """What was sent is recorded, the rest is not sent, exit 6; the next apply goes on with the new file."""
    selling(approving)
    people(approving, ((one, "1") for one in range(6_000)))
    sandbox.latency(300)
    with approving.start("apply", "--auto-approve", "--format", "json", "--parallelism", "1") as process:
        until(lambda: len(sandbox.schedules()) >= 2)
        people(approving, ((one, "2") for one in range(6_000)))
        stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 6, stderr
    (outcome,) = json.loads(stdout)["outcomes"]
    assert (outcome["result"], outcome["error"]["code"]) == ("failed", "recipients-changed")
    assert 2 <= len(sandbox.schedules()) < 6
    sandbox.latency(0)
    approving.apply()
    assert scheduled(sandbox) == {number(one): "2" for one in range(6_000)}
