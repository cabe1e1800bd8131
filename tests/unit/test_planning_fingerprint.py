"""Two changes have one fingerprint only when they send the same requests and show the same fields."""

from dataclasses import replace
from datetime import timedelta

import builders as b
import diff_cases
import pytest

from jsms_sync.model.decisions import (
    Action,
    Change,
    ChangeBatch,
    DeleteTemplate,
    Draft,
    DropBatch,
    PlaceBatch,
    Reason,
    ResubmitTemplate,
    Step,
    SubmitTemplate,
)
from jsms_sync.model.records import Happened
from jsms_sync.model.resources import Address, Form, Position
from jsms_sync.planning.fingerprint import fingerprint, plan_digest

T, C = Address("template.t"), Address("campaign.c")
DRAFT = Draft(Form.BATCH, b.NOON, T, (), b"\0" * 32)
TEXT = b.template("t", "Hi {{n}}")
STEPS: list[Step] = [
    SubmitTemplate(TEXT),
    SubmitTemplate(b.template("t", "Hello {{n}}")),
    SubmitTemplate(b.template("t", "Hi {{n}}", "marketing")),
    SubmitTemplate(replace(TEXT, remark="for the shop")),
    SubmitTemplate(replace(TEXT, ttl=60)),
    ResubmitTemplate(TEXT, 10),
    ResubmitTemplate(TEXT, 11),
    DeleteTemplate(10, Happened.DELETED),
    DeleteTemplate(11, Happened.DELETED),
    PlaceBatch("1", DRAFT),
    PlaceBatch("2", DRAFT),
    *(
        PlaceBatch("1", each)
        for each in (
            replace(DRAFT, form=Form.SINGLE),
            replace(DRAFT, send_time=b.NOON + timedelta(seconds=1)),
            replace(DRAFT, template=10),
            replace(DRAFT, template=Address("template.u")),
            replace(DRAFT, members=b"\1" * 32),
            replace(DRAFT, members=b"\0" * 16),
            replace(DRAFT, sign_id=7),
            replace(DRAFT, tag="spring"),
        )
    ),
    ChangeBatch("1", "s", DRAFT, b.NOON),
    ChangeBatch("1", "s2", DRAFT, b.NOON),
    DropBatch("1", "s", b.NOON),
    DropBatch("1", "s2", b.NOON),
]


def change(*steps: Step) -> Change:
    """A change of these steps."""
    return Change(T, Action.CREATE, Reason.NEW, steps=steps)


def test_all_that_is_sent_tells_changes_apart() -> None:
    """Another request, recipient, time or text is another fingerprint, and so is another order."""
    several = [change(step) for step in STEPS] + [change(), change(*STEPS[:2]), change(*STEPS[1::-1])]
    assert len(set(map(fingerprint, several))) == len(several)


@pytest.mark.parametrize(
    "other",
    [
        replace(change(), address=C),
        replace(change(), action=Action.MODIFY),
        replace(change(), remote_id=7),
        replace(change(), after={"content": "Hi"}),
    ],
    ids=["address", "action", "id", "fields"],
)
def test_all_that_a_reviewer_reads_tells_changes_apart(other: Change) -> None:
    """What the plan shows of a change is a part of what was agreed on."""
    assert fingerprint(other) != fingerprint(change())


@pytest.mark.parametrize("kind", ["template", "campaign"])
def test_where_a_definition_stands_and_what_comes_later_do_not_count(kind: str) -> None:
    """A comment above it moves a definition, and an audit may end at another time."""
    for case in diff_cases.cases(kind):
        for found in diff_cases.plan_of(case).changes:
            moved = replace(
                found, source=Position("other.yaml", 9, 9), next=("later",), expected_approval=b.NOON
            )
            assert fingerprint(moved) == fingerprint(found), case.id


def test_the_digest_of_a_plan_does_not_depend_on_an_order() -> None:
    """It depends on the account, and on every change."""
    one, two = fingerprint(change(STEPS[0])), fingerprint(change(STEPS[1]))
    assert plan_digest("a", [one, two]) == plan_digest("a", [two, one])
    assert len({plan_digest("a", [one]), plan_digest("b", [one]), plan_digest("a", [one, one])}) == 3
