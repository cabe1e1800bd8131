"""Recipients files on the command line: what is told of a bad one, and what becomes of a large one."""

import json
import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from served import Served
from workspace import Workspace, outcomes

pytestmark = pytest.mark.story

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


def test_twenty_thousand_recipients_end_in_twenty_schedules(approving: Workspace, sandbox: Served) -> None:
    """Planned and applied from a file; a second plan is empty, and ten edits cost ten requests at most."""
    selling(approving)
    people(approving, ((one, str(one)) for one in range(20_000)))
    (change,) = approving.plan()["changes"]
    assert change["batches"] == {"create": 20, "modify": 0, "delete": 0, "unchanged": 0}
    assert outcomes(approving.apply()) == {"campaign.sale": "done"}
    assert scheduled(sandbox) == {number(one): str(one) for one in range(20_000)}
    assert sorted(len(s["recipients"]) for s in sandbox.schedules().values()) == [1000] * 20

    edited = {one: str(one) for one in range(20_000)}
    for one in range(0, 20_000, 3_000):
        edited[one] = "edited"
    del edited[19_999], edited[1_500]
    edited[30_000] = "new"
    people(approving, reversed(edited.items()))
    before = sandbox.counted()
    approving.apply()
    sent = sandbox.counted() - before
    assert sent["PUT", "schedule"] <= 10
    assert sent["POST", "schedule"] <= 1
    assert scheduled(sandbox) == {number(one): order for one, order in edited.items()}
    said = approving.run("plan", "-v", "--format", "json").told + approving.run("status").told
    assert number(30_000) not in said


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
