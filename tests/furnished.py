"""A shop in the middle of its life: the next apply has every kind of write to do."""

import json
from collections import Counter, defaultdict
from typing import Any

from served import Served
from workspace import Workspace

PEOPLE = 1200
BEFORE = "2099-03-01T08:00:00+08:00"
LATER = "2099-03-01T09:00:00+08:00"


def template(name: str, content: str) -> str:
    """A template that nobody needs for long once it is replaced."""
    return f"  {name}: {{type: notification, content: '{content}', retire_after: 1s}}\n"


def campaign(name: str, text: str, hour: int, who: str) -> str:
    """A campaign on one day."""
    return f"  {name}:\n    template: {text}\n    send_time: 2099-03-20 {hour}:00:00\n    {who}\n"


def several(*numbers: int) -> str:
    """Recipients as an inline list."""
    entries = (f'{{mobile: "199{number:08}", params: {{order: "1"}}}}' for number in numbers)
    return f"recipients: [{', '.join(entries)}]"


ONE = 'mobile: "19900000001"\n    params: {order: "1"}'
FIRST = f"""\
version: 1
templates:
{template("switched", "旧订单{{order}}。")}{template("replaced", "您的包裹{{order}}到了。")}\
{template("removed", "再见{{order}}。")}{template("stays", "您好{{order}}。")}\
campaigns:
{campaign("follows", "switched", 10, several(11, 12))}{campaign("edited", "stays", 11, several(21, 22, 23))}\
{campaign("gone", "stays", 12, several(31, 32))}{campaign("grows", "stays", 13, ONE)}"""
SECOND = FIRST.replace("旧订单", "新订单")
THIRD = f"""\
version: 1
templates:
{template("switched", "新订单{{order}}。")}{template("replaced", "您的包裹{{order}}已到。")}\
{template("new", "欢迎{{order}}。")}{template("stays", "您好{{order}}。")}\
campaigns:
{campaign("follows", "switched", 10, several(11, 12))}{campaign("edited", "stays", 11, several(21, 23, 24))}\
{campaign("grows", "stays", 13, several(1, 2))}{campaign("single", "stays", 14, ONE)}\
{campaign("many", "stays", 15, "recipients_file: people.csv")}"""
WRITES = Counter(
    {
        ("POST", "templates"): 2,
        ("DELETE", "templates"): 1,
        ("PUT", "schedule"): 2,
        ("DELETE", "schedule"): 2,
        ("POST", "schedule"): 4,
    }
)
"""What the apply of `THIRD` sends: creates, a replacement, a switch, an edit, removals, a change of form."""


def furnish(workspace: Workspace, sandbox: Served) -> Workspace:
    """Everything is in place, the text of `switched` was edited and approved, and `THIRD` is on the disk."""
    rows = [f"198{number:08},{number}" for number in range(PEOPLE)]
    workspace.write("\n".join(["mobile,order", *rows, ""]), "people.csv")
    here = workspace.having(JSMS_SYNC_NOW=BEFORE)
    sandbox.clock(BEFORE)
    sandbox.audit("approve")
    here.write(FIRST)
    for _ in range(2):
        assert here.run("apply", "--auto-approve", "--new-state").exit == 0
    sandbox.audit("manual")
    here.write(SECOND)
    assert here.run("apply", "--auto-approve").exit == 0
    sandbox.approve(
        *(id for id, each in sandbox.templates().items() if each["template"].startswith("新订单"))
    )
    sandbox.clock(LATER)
    sandbox.audit("approve")
    here.write(THIRD)
    sandbox.forget()
    return workspace.having(JSMS_SYNC_NOW=LATER)


def reached(sandbox: Served) -> list[Any]:
    """What JSMS holds, without ids and batches: two ways there are the same if this is.

    Who is in two schedules is there twice.
    """
    texts = {id: each["template"] for id, each in sandbox.templates().items()}
    people: defaultdict[tuple[str, ...], list[Any]] = defaultdict(list)
    for each in sandbox.schedules().values():
        if each["status"] == "pending":
            told = [[recipient["mobile"], recipient["temp_para"]] for recipient in each["recipients"]]
            people[each["kind"], each["send_time"], texts[each["temp_id"]]] += told
    return [sorted(texts.values()), *([*key, sorted(people[key], key=json.dumps)] for key in sorted(people))]
