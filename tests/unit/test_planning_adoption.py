"""Adopting what exists: what may be adopted, what is recorded of it, and what proves that it fits."""

from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from builders import (
    DIGESTER,
    GONE,
    HERE,
    NOON,
    ORIGIN,
    UNREADABLE,
    batch,
    campaign,
    campaign_record,
    definitions,
    intent,
    look,
    revision,
    seen_batch,
    seen_template,
    state,
    template,
    template_record,
    text_of,
)

from jsms_sync.errors import Exit
from jsms_sync.model.decisions import Action, Change, Reason, Refusal, RefusalCode
from jsms_sync.model.events import fold
from jsms_sync.model.observed import Observed, SeenSchedule, SeenTemplate
from jsms_sync.model.records import State
from jsms_sync.model.resources import Address, Campaign, Problem, Severity, Template
from jsms_sync.planning.adoption import (
    Objection,
    Wish,
    adopted_campaign,
    adopted_template,
    is_recorded,
    recorded_ids,
    serving_names,
    taken,
    torn,
    unread,
)
from jsms_sync.planning.adoption_fit import misfits
from jsms_sync.planning.decide import make_plan
from jsms_sync.planning.plan import Plan

T, C = Address("template.t"), Address("campaign.c")
GREETED = text_of("Hi {{n}}")


def wish(address: str, *ids: str) -> Wish:
    """That these ids shall become that address."""
    return Wish(Address(address), ids)


def told(objections: Iterable[Objection]) -> list[str]:
    """What is objected, in words."""
    return [objection.message for objection in objections]


def adopted(
    desired: Template | Campaign,
    shown: Mapping[int | str, Any],
    known: State | None = None,
    *others: Template | Campaign,
) -> tuple[list[Objection], State, Plan]:
    """What comes of adopting what is shown: objections, the state after it, and the plan for that."""
    before = known or state()
    templates = {id: each for id, each in shown.items() if isinstance(id, int)}
    schedules = {id: each for id, each in shown.items() if isinstance(id, str)}
    found = (each for each in schedules.values() if isinstance(each, SeenSchedule))
    if isinstance(desired, Template):
        (seen,) = templates.values()
        assert isinstance(seen, SeenTemplate)
        events = adopted_template(desired, seen, before, NOON)
    else:
        events = adopted_campaign(desired, found, before, DIGESTER, NOON)
    after, wanted = fold(before, events), definitions(desired, *others)
    plan = make_plan(look(wanted, after, Observed(templates, schedules)))
    ids = tuple(map(str, templates if isinstance(desired, Template) else schedules))
    return list(misfits([Wish(desired.address, ids)], wanted, after, plan)), after, plan


def test_recorded_ids_are_those_of_the_remote_objects() -> None:
    """Revisions and schedules, as text; a schedule that is only presumed has none, and nothing has none."""
    assert recorded_ids(template_record(revision(10), revision(11))) == {"10", "11"}
    assert recorded_ids(campaign_record({"1": batch("1"), "2": batch("")})) == {"s1"}
    assert recorded_ids(None) == frozenset()


def test_ids_and_addresses_that_are_taken() -> None:
    """An id belongs to one address of its kind, and an address that has one takes no other."""
    known = state(
        {"template.t": template_record(revision(10)), "campaign.c": campaign_record({"1": batch()})}
    )
    assert told(taken([wish("template.t", "10"), wish("campaign.c", "s1")], known)) == []
    assert told(taken([wish("template.u", "10")], known)) == [
        "10 cannot become template.u: it belongs to template.t"
    ]
    assert told(taken([wish("template.t", "11")], known)) == ["template.t is recorded already, with 10"]
    assert told(taken([wish("campaign.c", "s1", "s2")], known)) == ["campaign.c is recorded already, with s1"]
    assert told(taken([wish("campaign.d", "10")], known)) == []
    both = taken([wish("template.u", "11"), wish("template.v", "11")], known)
    assert told(both) == ["11 cannot become template.v: it belongs to template.u"]
    assert told(taken([wish("template.e", "12")], state({"template.e": template_record()}))) == []


def test_ids_that_were_not_read() -> None:
    """One that is not known and one that cannot be read are failures, each with what to do."""
    shown = Observed({10: GONE, 11: UNREADABLE, 12: seen_template(12, GREETED)}, {"s1": GONE})
    wishes = [*(wish("template.t", str(id)) for id in (10, 11, 12)), wish("campaign.c", "s1")]
    found = list(unread(wishes, shown))
    assert [(each.wish.ids, each.code) for each in found] == [
        (("10",), "unknown-id"),
        (("11",), "unreadable"),
        (("s1",), "unknown-id"),
    ]
    assert {each.exit for each in found} == {Exit.FAILED}


@pytest.mark.parametrize(
    ("schedules", "objections"),
    [
        ({"s1": seen_batch("1", "a"), "s2": seen_batch("2", "b")}, []),
        (
            {"s1": seen_batch("1", "a"), "s2": seen_batch("2", "b", at="+2d", temp_id=11)},
            ["the schedules of campaign.c differ in their time and template"],
        ),
        ({"s1": seen_batch("1", "")}, ["campaign.c cannot be written: nobody is in its schedule"]),
        (
            {"s1": seen_batch("1", "a b"), "s2": seen_batch("2", "b c")},
            ["1 of the numbers of campaign.c are in it twice"],
        ),
    ],
)
def test_schedules_of_one_campaign_belong_together(
    schedules: Mapping[str, SeenSchedule], objections: list[str]
) -> None:
    """They have one time and one template, somebody is in them, and nobody is in two."""
    assert told(torn(wish("campaign.c", *schedules), Observed(schedules=schedules))) == objections


def test_names_of_templates_that_serve() -> None:
    """Recorded and defined ones, and approved ones that are adopted in the same run; a record comes first."""
    known = state(
        {
            "template.a": template_record(revision(10), serving=10),
            "template.gone": template_record(revision(11), serving=11),
            "template.waits": template_record(revision(12, status="auditing")),
            "campaign.c": campaign_record({"1": batch()}),
        }
    )
    wishes = [wish(f"template.{name}", id) for name, id in {"a2": "10", "n": "20", "w": "21"}.items()]
    shown = {
        10: seen_template(10, GREETED),
        20: seen_template(20, GREETED),
        21: seen_template(21, GREETED, "auditing"),
    }
    defined = {Address(f"template.{name}") for name in ("a", "waits", "n", "w")}
    names = serving_names([*wishes, wish("campaign.c", "s1")], defined, known, Observed(shown))
    assert names == {10: "a", 20: "n"}


@pytest.mark.parametrize("status", ["auditing", "approved", "rejected"])
def test_a_template_is_recorded_as_it_stands(status: str) -> None:
    """An approved one serves and has served; the definition's protection is recorded with it."""
    desired = template(protect=True, retire_after="7d")
    objections, after, plan = adopted(desired, {10: seen_template(10, GREETED, status)})
    assert (objections, plan.changes) == ([], ())
    record = after.template(T)
    assert record is not None
    approved = status == "approved"
    kept = record.revisions[10]
    assert (kept.sent, kept.echo, kept.status, kept.served) == (None, GREETED, status, approved)
    assert (record.serving, record.protect, record.source) == (10 if approved else None, True, HERE.file)
    assert is_recorded(wish("template.t", "10"), after)


def test_line_ends_that_no_definition_can_write_fit() -> None:
    """CR LF is read as LF everywhere, so that a text or a remark with it counts as the one that was sent."""
    shown = seen_template(10, text_of("Hi\r\n{{n}}"), "rejected", "a\r\nb")
    objections, after, plan = adopted(template(content="Hi\n{{n}}", remark="a\nb"), {10: shown})
    assert (objections, plan.changes) == ([], ())
    record = after.template(T)
    assert record is not None
    assert record.revisions[10].sent == text_of("Hi\n{{n}}")
    objections, _, _ = adopted(template(content="Hi\r{{n}}"), {10: shown})
    assert len(objections) == 1


@pytest.mark.parametrize(
    ("desired", "shown", "message"),
    [
        (
            template(content="Ho {{n}}"),
            seen_template(10, GREETED),
            "template.t at templates.yaml:3:3 is not what JSMS shows for 10: "
            "`content` is `Hi {{n}}` there, and `Ho {{n}}` in the definition",
        ),
        (
            template(remark="new"),
            seen_template(10, GREETED, "rejected"),
            "template.t at templates.yaml:3:3 is not what JSMS shows for 10: "
            "`remark` is nothing there, and `new` in the definition",
        ),
        (
            template(content="Ho {{n}}"),
            seen_template(10, GREETED, "auditing"),
            "template.t would be held (under-review): 10, with another text, is still in its audit",
        ),
    ],
)
def test_a_template_that_differs_does_not_fit(desired: Template, shown: SeenTemplate, message: str) -> None:
    """What differs is told field by field; a remark counts where it would be submitted."""
    objections, _, _ = adopted(desired, {10: shown})
    assert told(objections) == [message]
    assert objections[0].help


def test_a_doubt_stands_in_the_way() -> None:
    """While a submission of the address may have arrived, nothing else becomes it."""
    known = state(intents=[intent("POST", "template.t", says="Hi {{n}}")])
    objections, _, _ = adopted(template(), {10: seen_template(10, GREETED)}, known)
    assert [(each.code, each.exit) for each in objections] == [("unknown-outcome", Exit.INVALID)]


def test_a_record_that_moves_here_stands_in_the_way() -> None:
    """`moved_from` takes a record over; where there is none to take, it means nothing any more."""
    known = state({"template.old": template_record(revision(9), serving=9)})
    objections, _, _ = adopted(template(moved_from="old"), {10: seen_template(10, GREETED)}, known)
    assert told(objections) == [
        "template.t is the new name of template.old, whose record the next apply moves there"
    ]
    assert adopted(template(moved_from="old"), {10: seen_template(10, GREETED)})[0] == []


OURS = {"template.t": template_record(revision(10), serving=10)}


def test_a_campaign_is_recorded_as_it_stands() -> None:
    """Its schedules become batches; what no GET shows is taken from the definition."""
    shown = {"s1": seen_batch("1", "a b"), "s2": seen_batch("2", "c")}
    desired = campaign(people="a b c", sign_id=7, tag="spring")
    objections, after, plan = adopted(desired, shown, state(OURS), template())
    assert (objections, plan.changes, plan.held) == ([], (), ())
    record = after.campaign(C)
    assert record is not None
    assert [(key, b.schedule_id, b.target.sign_id, b.target.tag) for key, b in record.batches.items()] == [
        ("1", "s1", 7, "spring"),
        ("2", "s2", 7, "spring"),
    ]
    assert (record.template, record.source) == ("t", HERE.file)


def test_a_campaign_of_a_template_that_is_not_managed_here() -> None:
    """With `temp_id` it stands for itself; one that is not approved any more is held for that, and fits."""
    shown = {"s1": seen_batch("1", "a b", temp_id=77)}
    desired = campaign(temp_id=77)
    for status, codes in (("approved", []), ("auditing", ["template-not-approved"])):
        seen = {**shown, 77: seen_template(77, GREETED, status)}
        objections, _, plan = adopted(desired, seen)
        assert (objections, [held.code for held in plan.held]) == ([], codes)
    objections, _, _ = adopted(desired, {**shown, 77: UNREADABLE})
    assert [(each.code, each.exit) for each in objections] == [("unreadable", Exit.FAILED)]


@pytest.mark.parametrize(
    ("desired", "known", "parts"),
    [
        (campaign(at="+2d"), OURS, ["`send_time` is"]),
        (campaign(people="a c"), OURS, ["recipients added in the definition: 1", "recipients removed in"]),
        (campaign(people="a b=2"), OURS, ["recipients changed in the definition: 1"]),
        (campaign(), {}, ["campaign.c is to send template.t, but its schedule sends 10"]),
        (
            campaign(),
            {"template.t": template_record(revision(11), serving=11)},
            ["but its schedule sends 10", "`temp_id` is `10` there, and `11` in the definition"],
        ),
        (campaign(), {**OURS, "campaign.c": campaign_record(cancelled=True)}, ["it was cancelled"]),
    ],
)
def test_a_campaign_that_differs_does_not_fit(
    desired: Campaign, known: Mapping[str, Any], parts: list[str]
) -> None:
    """Its time, its people, its template, and what was decided about it before."""
    objections, _, _ = adopted(desired, {"s1": seen_batch()}, state(known), template())
    message = "; ".join(told(objections))
    assert [part for part in parts if part not in message] == []


def test_params_that_do_not_cover_the_text_are_told() -> None:
    """JSMS would have refused them, but it is not for us to trust that."""
    shown = {"s1": seen_batch("1", temp_id=77), 77: seen_template(77, text_of("{{n}} and {{m}}"))}
    objections, _, _ = adopted(campaign(temp_id=77), shown)
    assert "params-missing" in {each.code for each in objections}


def test_whatever_a_plan_holds_about_the_address_counts() -> None:
    """Refusals and changes without a difference to show too; what concerns others does not, nor a warning."""
    reason = "a number is in two of its schedules"
    changes = (Change(T, Action.RETIRE, Reason.SUPERSEDED), Change(C, Action.DELETE, Reason.DRIFTED))
    refusals = (Refusal(RefusalCode.RECIPIENT_TWICE, reason, T), Refusal(RefusalCode.OVER_LIMIT, "many"))
    warning = Problem("template-unknown", Severity.WARNING, "unknown", HERE, "", T)
    plan = Plan(ORIGIN, changes, refusals=refusals, problems=(warning,))
    found = misfits([wish("template.t", "10")], definitions(template()), state(OURS), plan)
    assert told(found) == [
        "template.t is not what JSMS shows for 10: the plan for it would be retire",
        f"template.t: {reason}",
    ]
