"""However recipients are held, whole or as digests, in a file or at hand, the plan is the same."""

from array import array
from dataclasses import replace
from typing import Any

import builders as b
import diff_cases
import msgspec
import pytest
from diff_cases import Case
from hypothesis import given
from hypothesis import strategies as st

from jsms_sync.model.decisions import ChangeBatch, FileRows, Kept, PlaceBatch, Step
from jsms_sync.model.observed import Observed, RolledSchedule, SeenSchedule
from jsms_sync.model.privacy import Mobile, Params
from jsms_sync.model.resources import Campaign, Form, Recipient, RecipientsFile
from jsms_sync.model.rolls import Roll, masks, roll_of
from jsms_sync.planning.decide import Look, make_plan, wanted_variables
from jsms_sync.planning.plan import Plan


def compact(look: Look) -> Look:
    """The same look as the command line has it: schedules rolled, the recipients of batches in files."""
    schedules = {
        id: rolled(seen, look) if isinstance(seen, SeenSchedule) else seen
        for id, seen in look.observed.schedules.items()
    }
    observed = Observed(look.observed.templates, schedules, None, look.observed.clock_skew)
    whole = look.definitions.campaigns
    filed = {address: in_file(campaign) for address, campaign in whole.items()}
    look = replace(look, observed=observed, definitions=replace(look.definitions, campaigns=filed))
    named = [a for a, campaign in filed.items() if isinstance(campaign.recipients, RecipientsFile)]
    variables = wanted_variables(look, named)
    return replace(look, rolls={a: roll_of(people(whole[a]), look.digester, variables[a]) for a in named})


def rolled(seen: SeenSchedule, look: Look) -> RolledSchedule:
    """The schedule with its recipients as digests."""
    roll = roll_of(seen.recipients, look.digester)
    return RolledSchedule(seen.schedule_id, seen.send_time, seen.temp_id, roll)


def in_file(campaign: Campaign, *, is_read: bool = True) -> Campaign:
    """The same campaign with its recipients in a file, if it can have one."""
    if campaign.form is Form.SINGLE:
        return campaign
    everybody = people(campaign)
    names = frozenset.intersection(*(one.params.names for one in everybody))
    sha256, count = (b"x", len(everybody)) if is_read else (b"", 0)
    return replace(
        campaign, recipients=RecipientsFile("to.csv", "to.csv", names=names, count=count, sha256=sha256)
    )


def people(campaign: Campaign) -> tuple[Recipient, ...]:
    """The campaign's recipients at hand."""
    assert isinstance(campaign.recipients, tuple)
    return campaign.recipients


def told(plan: Plan) -> dict[str, Any]:
    """All of the plan but for how it holds recipients."""
    changes = [replace(change, steps=(), opening=(), closing=()) for change in plan.changes]
    steps = [(change.address, *map(step_of, change.steps)) for change in plan.changes]
    events = [(change.opening, change.closing) for change in plan.changes]
    rest = replace(plan, changes=())
    return {"changes": changes, "steps": steps, "events": events, "rest": rest}


def step_of(step: Step) -> object:
    """A step without its recipients, but with their number and digests."""
    if isinstance(step, PlaceBatch | ChangeBatch):
        draft = step.draft
        assert len(draft.recipients) == len(draft.members) // 16
        return type(step), step.key, replace(draft, recipients=()), len(draft.recipients)
    return step


@pytest.mark.parametrize("case", diff_cases.cases("campaign"), ids=lambda case: case.id)
def test_a_plan_from_digests_is_that_from_people(case: Case) -> None:
    """Every row of the table comes to the same steps, texts, counts and costs."""
    look = diff_cases.look_of(case)
    assert told(make_plan(compact(look))) == told(make_plan(look))


def test_rows_of_a_file_are_named_in_their_order_and_by_lengths() -> None:
    """A draft names rows, the parameters of the text, and what their values cost."""
    served = b.template_record(b.revision(10, served=True), serving=10)
    known = b.state({"template.t": served})
    look = compact(b.look(b.definitions(b.template(), b.campaign("c", "a b=22 c=333")), known))
    (change,) = make_plan(look).changes
    (step,) = change.steps
    assert isinstance(step, PlaceBatch)
    wanted = FileRows(array("I", [0, 1, 2]), frozenset({"n"}), {"n": array("I", [1, 2, 3])})
    assert step.draft.recipients == wanted
    assert "22" not in repr(step)


@pytest.mark.parametrize("at", ["+1d", "+2d"])
def test_without_its_file_a_campaign_is_not_compared(at: str) -> None:
    """Everybody stays where they are, and the plan is one to look at only."""
    served = b.template_record(b.revision(10, served=True), serving=10)
    known = b.state({"template.t": served, "campaign.c": b.campaign_record({"1": b.batch("1", "a b")})})
    look = b.look(b.definitions(b.template(), in_file(b.campaign("c", "x", at=at), is_read=False)), known)
    plan = make_plan(look)
    assert plan.without_recipients
    assert plan.notes == ("campaign.c: its recipients file was not read, so its recipients are not compared",)
    assert [type(step) for change in plan.changes for step in change.steps] == (
        [ChangeBatch] if at == "+2d" else []
    )
    assert not any(change.after.get("recipients_removed") for change in plan.changes)


@pytest.mark.parametrize(
    ("record", "changes"),
    [
        (None, ["create"]),
        ({"1": b.batch("1", "a", form="single")}, ["replace"]),
        ({"1": b.batch("1", "a b", at="-1h")}, []),
    ],
)
def test_without_its_file_a_campaign_still_shows_what_would_come(record: Any, changes: list[str]) -> None:
    """A new one would be created, one number would become many, and one that was sent stays sent."""
    served = b.template_record(b.revision(10, served=True), serving=10)
    records = {"template.t": served} | ({"campaign.c": b.campaign_record(record)} if record else {})
    at = "-1h" if not changes else "+1d"
    known = b.state(records)
    shown = b.observed(known, people={"1": "a"})
    look = b.look(
        b.definitions(b.template(), in_file(b.campaign("c", "x", at=at), is_read=False)), known, shown
    )
    plan = make_plan(look)
    assert [change.action.value for change in plan.changes] == changes
    assert not any(isinstance(step, PlaceBatch) for change in plan.changes for step in change.steps)


def test_numbers_in_two_batches_are_shown_masked() -> None:
    """Also when only their digests were kept."""
    served = b.template_record(b.revision(10, served=True), serving=10)
    record = b.campaign_record({"1": b.batch("1", "a b"), "2": b.batch("2", "b c")})
    known = b.state({"template.t": served, "campaign.c": record})
    shown = b.observed(known, people={"1": "a b", "2": "b c"})
    look = b.look(b.definitions(b.template(), b.campaign("c", "a b c")), known, shown)
    reasons = [refusal.reason for refusal in make_plan(compact(look)).refusals]
    assert reasons == [refusal.reason for refusal in make_plan(look).refusals]
    assert reasons == [f"1 of its numbers are scheduled in two batches: {b.mobile('b')!r}"]


@given(st.lists(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True) | st.text(max_size=12), max_size=5))
def test_a_mask_is_that_of_the_number(some: list[str]) -> None:
    """Eleven digits are shown as everywhere else, anything else not at all."""
    roll = Roll(b"0" * 16 * len(some), masks=masks(some))
    for row, mobile in enumerate(some):
        is_number = len(mobile) == 11 and mobile.isascii() and mobile.isdigit()
        assert roll.mask(row) == (repr(Mobile(mobile)) if is_number else "****")


@given(
    st.lists(
        st.dictionaries(st.sampled_from("abc"), st.text(max_size=3), max_size=3).map(Params), max_size=4
    ),
    st.none() | st.frozensets(st.sampled_from("abcd")),
)
def test_a_roll_is_what_the_digests_of_each_are(params: list[Params], names: frozenset[str] | None) -> None:
    """Whatever parameters each has, alike or not, and whichever of them are sent."""
    everybody = [Recipient(b.mobile(str(number)), each) for number, each in enumerate(params)]
    sent = [(one.mobile, one.params if names is None else one.params.only(names)) for one in everybody]
    roll = roll_of(everybody, b.DIGESTER, names)
    assert roll.members == b"".join(
        b.DIGESTER.mobile(mobile) + b.DIGESTER.params(each) for mobile, each in sent
    )
    common = [each.names for each in params]
    assert roll.names == (frozenset.intersection(*common) if common else frozenset())


@pytest.mark.parametrize("content", [b.GREETING, "Ho {{n}} {{m}}"])
def test_batches_that_nobody_can_compare_are_only_moved(content: str) -> None:
    """Under another key and without a look nobody knows who is in a batch: only its time can be told."""
    served = b.template_record(b.revision(10, content, served=True), serving=10)
    unknown = msgspec.structs.replace(b.batch("1", "a b"), target=b.target("a b", key=b.OTHER_KEY))
    known = b.state({"template.t": served, "campaign.c": b.campaign_record({"1": unknown})})
    moved = b.definitions(b.template(content=content), b.campaign("c", "a b", at="+2d"))
    (change,) = make_plan(b.look(moved, known, Observed())).changes
    (step,) = change.steps
    assert isinstance(step, ChangeBatch)
    assert step.draft.recipients == Kept(0)


def test_who_is_suppressed_is_counted_in_a_note() -> None:
    """While the campaign is still to be sent."""
    served = b.template_record(b.revision(10, served=True), serving=10)
    known = b.state({"template.t": served})
    wanted = b.definitions(b.template(), b.campaign("c", "a b", suppressed=3))
    notes = make_plan(b.look(wanted, known)).notes
    assert notes == ("campaign.c: 3 left out, because `suppress` names their numbers",)
