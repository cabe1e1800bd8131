"""The plan as data: its summary, its exit codes, and the JSON that scripts read (contract §5)."""

import json
from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path

import builders as b
import diff_cases
import pytest
from diff_cases import Case

from jsms_sync.errors import Exit
from jsms_sync.model.decisions import Action, Held, HeldCode, Refusal, RefusalCode
from jsms_sync.model.resources import Address, Problem, Severity
from jsms_sync.planning.decide import Look, make_plan
from jsms_sync.planning.document import plan_document
from jsms_sync.planning.fields import FieldChange, differences
from jsms_sync.planning.messages import with_messages
from jsms_sync.planning.plan import Plan, held_exits

GOLDEN = Path(__file__).parents[1] / "golden" / "plan.json"
CHANGE = [
    "address",
    "kind",
    "action",
    "reason",
    "remote_id",
    "fields",
    "source",
    "next",
    "expected_approval",
    "fingerprint",
]
WARNING = Problem("tag-unused", Severity.WARNING, "a tag", b.HERE, "remove it", Address("campaign.c"))


def everything() -> Look:
    """A look that comes to something in every part of a plan."""
    old = b.template_record(b.revision(37582, "您的验证码是{{code}}", served=True), serving=37582)
    waiting = b.template_record(b.revision(40, "Offer {{n}}", "auditing"))
    protected = b.template_record(b.revision(41, "old", served=True), serving=41, protect=True)
    kept = b.template_record(b.revision(10, served=True), serving=10)
    known = b.state(
        {
            "template.login-code": old,
            "template.offer": waiting,
            "template.old": protected,
            "template.t": kept,
            "campaign.pending": b.campaign_record({"1": b.batch(people="a b c", tag="spring")}),
        }
    )
    wanted = b.definitions(
        b.template("login-code", "您好，您的验证码是{{code}}", remark="sign-up"),
        b.template("offer", "Offer {{n}}"),
        b.template("t"),
        b.campaign("sale", "d e", template="offer"),
        b.campaign("pending", "a=secret b f", tag="summer"),
    )
    look = b.look(wanted, known, b.observed(known, people={"1": "a b c"}))
    return replace(look, problems=(WARNING,), notes=("told before",))


def planned() -> Plan:
    """The plan for all of that, with the texts that it is about."""
    look = everything()
    return with_messages(make_plan(look), look.definitions, "青禾")


def test_the_json_of_a_plan_is_what_scripts_read() -> None:
    """Every key of contract §5, in its order; the golden file is its shape to the letter."""
    assert plan_document(planned()) == json.loads(GOLDEN.read_text(encoding="utf-8"))


def test_the_json_has_the_keys_of_the_contract() -> None:
    """The keys of the document and of a change come in the order in which the contract names them."""
    document = plan_document(planned())
    assert list(document) == [
        *("format_version", "id", "digest", "created_at", "expires_at", "tool_version", "account", "state"),
        *(
            "definitions_digest",
            "settings_digest",
            "made_from",
            "summary",
            "changes",
            "held",
            "refusals",
            "problems",
            "notes",
            "estimate",
            "messages",
            "sends",
        ),
    ]
    for change in document["changes"]:  # type: ignore[attr-defined]  # a list of documents
        assert list(change) == CHANGE + (["batches", "cost"] if change["kind"] == "campaign" else [])


@pytest.mark.parametrize("kind", ["template", "campaign"])
def test_no_plan_tells_a_number_or_a_value(kind: str) -> None:
    """Neither the JSON of any case nor the representation of its plan holds a number (promise 9)."""
    for case in diff_cases.cases(kind):
        plan = diff_cases.plan_of(_valued(case))
        told = json.dumps(plan_document(plan), ensure_ascii=False) + repr(plan)
        assert "1390000" not in told, case.id
        assert "SECRET" not in told, case.id


def _valued(case: Case) -> Case:
    """The case, with values that stand out."""
    return replace(
        case, fields=json.loads(json.dumps(case.fields).replace("=2", "=SECRET"), object_hook=_keys)
    )


def _keys(found: dict[str, object]) -> dict[object, object]:
    """JSON has made text of the numbers that cases use as keys."""
    return {int(key) if key.isdigit() else key: value for key, value in found.items()}


def test_the_time_of_a_plan_is_told_in_utc() -> None:
    """Wherever the plan was made."""
    plan = make_plan(everything())
    here = plan.origin.created_at.astimezone(timezone(timedelta(hours=8)))
    moved = replace(plan, origin=replace(plan.origin, created_at=here))
    assert plan_document(moved)["created_at"] == "2027-01-01T12:00:00Z"


def test_the_summary_counts_each_action_and_record_too() -> None:
    """Every action has its count, in the order of the contract; what is not touched is unchanged."""
    case = next(
        c for c in diff_cases.cases("template") if c.fields["name"] == "campaigns of a renamed template go on"
    )
    plan = diff_cases.plan_of(case)
    assert list(plan.summary) == [*(action.value for action in Action), "held", "refused", "unchanged"]
    assert plan.summary == dict.fromkeys(plan.summary, 0) | {"record": 2, "unchanged": 2}
    assert not plan.is_empty


HOLD = {code: Held(Address("campaign.c"), code, "") for code in HeldCode}
STUCK = {"rejected", "send-time-passed", "cancelled-outside", "changed-outside", "template-missing"}
WAITING = {"awaiting-approval", "under-review", "template-not-approved"}


@pytest.mark.parametrize("code", HeldCode)
def test_what_is_held_asks_for_the_codes_of_the_contract(code: HeldCode) -> None:
    """Unreadable is 1 always, stuck and waiting only where they are asked for (contract §2)."""
    held = [HOLD[code]]
    always = {Exit.FAILED} if code == "unreadable" else set()
    assert held_exits(held) == always
    assert held_exits(held, stuck=True) == (always | ({Exit.FAILED} if code in STUCK else set()))
    assert held_exits(held, waiting=True) == (always | ({Exit.WAITING} if code in WAITING else set()))


def test_a_plan_asks_for_the_codes_of_the_contract() -> None:
    """Changes count only in detail, refusals and invalid definitions always, warnings never."""
    plan = make_plan(everything())
    quiet = Plan(plan.origin)
    error = replace(WARNING, severity=Severity.ERROR)
    refusal = Refusal(RefusalCode.PROTECTED, "", Address("template.old"))
    assert plan.exits(detailed=True) == {Exit.REFUSED, Exit.CHANGES}
    assert plan.exits(detailed=False) == {Exit.REFUSED}
    assert quiet.exits(detailed=True) == set()
    assert quiet.is_empty
    assert replace(quiet, problems=(WARNING,)).exits(detailed=True) == set()
    assert replace(quiet, problems=(WARNING, error)).exits(detailed=False) == {Exit.INVALID}
    assert replace(quiet, refusals=(refusal,), held=(HOLD[HeldCode.REJECTED],)).exits(detailed=True) == {
        Exit.REFUSED,
        Exit.FAILED,
    }


@pytest.mark.parametrize(
    ("before", "after", "paths"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({}, {"a": 1, "b": None}, [("a", None, 1), ("b", None, None)]),
        ({"b": 1, "a": 2}, {}, [("b", 1, None), ("a", 2, None)]),
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, [("b", 2, 3)]),
        ({"a": 1, "z": 2}, {"y": 3, "a": 2}, [("y", None, 3), ("a", 1, 2), ("z", 2, None)]),
        ({"a": 1}, {"a": "1"}, [("a", 1, "1")]),
        ({"a": None, "b": 1}, {"a": 5, "b": 1}, [("a", None, 5)]),
    ],
)
def test_only_fields_that_differ_are_shown_in_the_order_they_are_written(
    before: dict[str, object], after: dict[str, object], paths: list[tuple[str, object, object]]
) -> None:
    """What is new comes where it stands, what is gone comes last."""
    assert differences(before, after) == tuple(FieldChange(*path) for path in paths)


def test_a_plan_shows_what_jsms_showed() -> None:
    """Where somebody changed a schedule outside, that is what an overwrite goes over."""
    case = next(c for c in diff_cases.cases("campaign") if c.id.endswith("--overwrite sets it again"))
    (change,) = diff_cases.plan_of(case).changes
    told = {field.path: (field.before, field.after) for field in differences(change.before, change.after)}
    assert told["send_time"] == ("2027-01-04 20:00:00", "2027-01-02 20:00:00")
    assert told["recipients_added"] == (None, 1)
    other = replace(case, fields={**case.fields, "record": {"batches": {1: {"seen": {"temp_id": 77}}}}})
    (change,) = diff_cases.plan_of(other).changes
    told = {field.path: (field.before, field.after) for field in differences(change.before, change.after)}
    assert told == {"template": (None, "t"), "temp_id": (77, 10)}
