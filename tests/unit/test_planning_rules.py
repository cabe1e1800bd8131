"""The safety rules of a whole plan, and the overrides that lift them."""

from datetime import timedelta

import builders as b
import diff_cases
import pytest

from jsms_sync.errors import InvalidInput
from jsms_sync.model.decisions import Action, HeldCode, Reason, Refusal, RefusalCode
from jsms_sync.model.observed import Gone
from jsms_sync.model.records import State
from jsms_sync.model.resources import Address, Definitions
from jsms_sync.model.settings import Limits
from jsms_sync.planning.choices import NOTHING_CHOSEN, Choices, check_allowed
from jsms_sync.planning.decide import make_plan
from jsms_sync.planning.safety import Circumstances, start_refusals

KEPT = b.template_record(b.revision(90, "kept", served=True), serving=90)
FOUR = {f"template.{name}": b.template_record(b.revision(number)) for number, name in enumerate("wxyz", 1)}
MANY = b.definitions(b.template("kept", "kept"))


def allowing(*values: str) -> Choices:
    """The overrides of `--allow`."""
    return Choices(check_allowed(values))


def refused(
    wanted: Definitions, known: State, choices: Choices = NOTHING_CHOSEN, **more: object
) -> list[tuple[str, str | None]]:
    """The refusals of the plan, by code and address."""
    plan = make_plan(b.look(wanted, known, choices=choices, **more))  # type: ignore[arg-type]  # passed through
    return [(refusal.code.value, refusal.address) for refusal in plan.refusals]


START = [
    (Circumstances(state_exists=True), (), []),
    (Circumstances(state_exists=True, new_state=True, in_ci=True), (), []),
    (Circumstances(state_exists=False), (), ["no-state"]),
    (Circumstances(state_exists=False), ("local-state",), ["no-state"]),
    (Circumstances(state_exists=False, new_state=True), (), []),
    (Circumstances(state_exists=False, new_state=True, in_ci=True), (), ["forgetful-state"]),
    (Circumstances(state_exists=False, new_state=True, in_ci=True), ("local-state",), []),
    (Circumstances(state_exists=False, new_state=True, in_ci=True), ("forgetful-state",), []),
    (Circumstances(state_exists=False, new_state=True, state_is_local=False, in_ci=True), (), []),
]


@pytest.mark.parametrize(("circumstances", "allowed", "codes"), START)
def test_an_apply_starts_only_where_a_state_is_or_shall_be(
    circumstances: Circumstances, allowed: tuple[str, ...], codes: list[str]
) -> None:
    """No state, no campaigns (promise 5); and a runner's disk, which forgets, is no place for a new one."""
    refusals = start_refusals(circumstances, allowing(*allowed))
    assert [refusal.code.value for refusal in refusals] == codes
    assert all(refusal.override for refusal in refusals)


def test_empty_definitions_are_refused() -> None:
    """Nothing defined and something recorded is more likely a mistake than a wish."""
    known = b.state({"template.kept": KEPT})
    assert refused(b.definitions(), known) == [("empty-definitions", None)]
    assert refused(b.definitions(), known, allowing("empty-definitions")) == []
    assert refused(b.definitions(), b.state()) == []


def test_deleting_what_a_file_defines_that_was_not_loaded_is_refused() -> None:
    """A file that exists but was not loaded still defines what it defined; one that is gone does not."""
    other = b.template_record(b.revision(1), file="other.yaml")
    known = b.state({"template.kept": KEPT, "template.t": other})
    assert refused(MANY, known, existing={"other.yaml", b.FILE}) == [("not-all-files", "template.t")]
    assert refused(MANY, known, allowing("not-all-files=template.t"), existing={"other.yaml"}) == []
    assert refused(MANY, known, allowing("not-all-files=template.u"), existing={"other.yaml"}) != []
    assert refused(MANY, known, existing={b.FILE}) == []


def test_more_than_three_deletes_are_refused() -> None:
    """An address that is allowed by name does not count; retires and forgets never do."""
    known = b.state({"template.kept": KEPT, **FOUR})
    assert refused(MANY, known) == [("over-limit", None)]
    assert refused(MANY, known, allowing("delete=template.x")) == []
    assert refused(MANY, known, allowing("over-limit")) == []
    gone = b.observed(known, {1: b.GONE})
    assert refused(MANY, known, shown=gone) == []


def test_the_limits_are_those_of_the_settings() -> None:
    """Deletes and missing objects are counted against what the settings allow."""
    known = b.state({"template.kept": KEPT, **FOUR})
    assert refused(MANY, known, limits=Limits(max_deletes=4)) == []
    gone = b.observed(known, {1: b.GONE})
    assert refused(MANY, known, shown=gone, limits=Limits(max_missing=0)) == [("too-many-missing", None)]


def test_a_campaign_to_more_people_than_allowed_is_refused() -> None:
    """What is created or changed counts, each campaign by itself; one that goes does not."""
    known = b.state({"template.t": b.template_record(b.revision(served=True), serving=10)})
    wanted = b.definitions(b.template(), b.campaign("c", "a b c"), b.campaign("d", "a b"))
    assert refused(wanted, known, limits=Limits(max_recipients=3)) == []
    few = Limits(max_recipients=2)
    assert refused(wanted, known, limits=few) == [("over-limit", "campaign.c")]
    assert refused(wanted, known, allowing("over-limit=campaign.c"), limits=few) == []
    assert refused(wanted, known, allowing("over-limit=campaign.d"), limits=few) != []
    placed = b.campaign_record({"1": b.batch(people="a b c")})
    there = b.state({**known.resources, "campaign.c": placed})
    assert refused(b.definitions(b.template()), there, limits=few, shown=b.observed(there)) == []


@pytest.mark.parametrize(
    ("seconds", "at", "codes"),
    [
        (60, "+1d", []),
        (61, "+1d", ["clock-skew"]),
        (-61, "+1d", ["clock-skew"]),
        (None, "+1d", []),
        (3600, "", []),
    ],
)
def test_a_wrong_clock_stops_campaigns_but_not_their_deletion(
    seconds: int | None, at: str, codes: list[str]
) -> None:
    """More than 60 s off is a refusal while campaigns would be created or changed (promise 3)."""
    served = b.template_record(b.revision(served=True), serving=10)
    known = b.state({"template.t": served, "campaign.d": b.campaign_record({"1": b.batch()})})
    wanted = b.definitions(b.template(), *([b.campaign(at=at)] if at else []))
    skew = None if seconds is None else timedelta(seconds=seconds)
    shown = b.observed(known, clock_skew=skew)
    assert refused(wanted, known, shown=shown) == [(code, None) for code in codes]
    assert refused(wanted, known, allowing("clock-skew"), shown=shown) == []


@pytest.mark.parametrize(("skew", "wrong"), [("-2h", "+2h"), ("+2h", "-2h"), ("-50s", "+0s")])
def test_by_a_wrong_clock_no_young_text_is_taken_for_deleted(skew: str, wrong: str) -> None:
    """It was submitted five minutes ago by the clock of the service, which is the one that counts."""
    young = b.template_record(b.revision(status="auditing", age="-5m"))
    known = b.state({"template.t": young})
    shown = b.observed(known, {10: Gone()}, clock_skew=b.span(skew))
    plan = make_plan(b.look(b.definitions(b.template()), known, shown, now=b.moment(wrong)))
    assert ([held.code for held in plan.held], plan.changes) == (["unreadable"], ())


def test_by_a_wrong_clock_no_text_that_a_campaign_needs_is_retired() -> None:
    """By ours the grace period is over and the campaign was sent; by that of the service neither is."""
    record = b.template_record(
        b.revision(10, "old {{x}}", served=True, superseded="-30m"), b.revision(11, served=True), serving=11
    )
    pending = b.campaign_record({"1": b.batch(at="+30m", temp_id=10)})
    known = b.state({"template.t": record, "campaign.c": pending})
    wanted = b.definitions(b.template(retire_after="1m"), b.campaign(at="+30m"))
    for skew, retired in ((b.span("-1h"), []), (None, [10])):
        shown = b.observed(known, clock_skew=skew)
        plan = make_plan(b.look(wanted, known, shown, now=b.moment("+1h")))
        assert [change.remote_id for change in plan.changes if change.action == "retire"] == retired


@pytest.mark.parametrize(("at", "codes"), [("+1d", [("template-in-use", "template.t")]), ("-1d", [])])
def test_a_text_that_a_campaign_names_is_not_deleted(at: str, codes: list[tuple[str, str]]) -> None:
    """Also one that this plan schedules, or that waits; what was sent needs it no more."""
    known = b.state({"template.t": b.template_record(b.revision(served=True), serving=10)})
    wanted = b.definitions(b.template("u"), b.campaign(template=None, temp_id=10, at=at))
    assert refused(wanted, known) == codes
    due = b.template_record(
        b.revision(10, "old {{x}}", served=True, superseded="-2d"), b.revision(11, served=True), serving=11
    )
    superseded = b.state({"template.t": due})
    wanted = b.definitions(b.template(retire_after="1d"), b.campaign(template=None, temp_id=10, at=at))
    plan = make_plan(b.look(wanted, superseded))
    retired = [change.remote_id for change in plan.changes if change.action == "retire"]
    assert retired == ([] if codes else [10])


def test_by_a_wrong_clock_no_campaign_is_forgotten() -> None:
    """What our clock takes for sent may still be pending, so it stays recorded (promise 3)."""
    known = b.state({"campaign.d": b.campaign_record({"1": b.batch(at="-1h")})})
    shown = b.observed(known, clock_skew=timedelta(hours=-1))
    others = b.definitions(b.template())
    assert refused(others, known, shown=shown) == [("clock-skew", None)]
    assert refused(others, known, allowing("clock-skew"), shown=shown) == []


def test_each_refusal_that_can_be_lifted_says_how() -> None:
    """The override is what to type, and typing it lifts just that refusal."""
    known = b.state({"template.kept": KEPT, **FOUR})
    (refusal,) = make_plan(b.look(MANY, known)).refusals
    assert refusal == Refusal(
        RefusalCode.OVER_LIMIT,
        "4 deletes, more than max_deletes (3): template.w, template.x, template.y, template.z",
        override="--allow over-limit",
    )
    assert refused(MANY, known, allowing(refusal.override.removeprefix("--allow "))) == []


@pytest.mark.parametrize(
    ("value", "help"),
    [
        ("force", "one of: "),
        ("protected", "one of: "),
        ("protected=template.t", "one of: "),
        ("no-state", "one of: "),
        ("recipient-twice=campaign.c", "one of: "),
        ("delete", "write --allow delete=template.NAME"),
        ("delete=login", "write --allow delete=template.NAME"),
        ("delete=template.", "write --allow delete=template.NAME"),
        ("template-in-use", "write --allow template-in-use=template.NAME"),
        ("over-limit=template.t", "write --allow over-limit=campaign.NAME"),
        ("too-many-missing=template.t", "write --allow too-many-missing"),
        ("", "one of: "),
    ],
)
def test_an_override_that_lifts_nothing_is_invalid(value: str, help: str) -> None:
    """What was mistyped must not look as if it had been allowed."""
    with pytest.raises(InvalidInput) as raised:
        check_allowed([value])
    assert raised.value.help.startswith(help)


def test_overrides_name_one_thing_each() -> None:
    """An override counts for its code and its address alone."""
    choices = allowing("template-in-use=template.t", "delete=campaign.c", "forgetful-state")
    assert choices.allow == {"template-in-use=template.t", "delete=campaign.c", "local-state"}
    assert choices.allows(RefusalCode.TEMPLATE_IN_USE, Address("template.t"))
    assert not choices.allows(RefusalCode.TEMPLATE_IN_USE, Address("template.u"))
    assert not choices.allows(RefusalCode.PROTECTED, Address("template.t"))
    assert choices.allows_delete(Address("campaign.c"))
    assert not choices.allows_delete(Address("campaign.d"))


def test_the_cases_show_every_code_there_is() -> None:
    """Each held code, action, reason and refusal code is what some case expects."""
    every = [case.expected for kind in ("template", "campaign") for case in diff_cases.cases(kind)]
    changes = [line for expected in every for line in expected.get("changes", ())]
    held = {line.split()[0] for expected in every for line in expected.get("held", ())}
    refusals = {line.split()[0] for expected in every for line in expected.get("refusals", ())}
    here = {"no-state", "forgetful-state", "empty-definitions", "not-all-files", "clock-skew"}
    here |= {"insufficient-balance", "outside-marketing-hours", "blackout"}
    assert {line.split()[0] for line in changes} == set(Action)
    assert {line.partition("(")[2].partition(")")[0] for line in changes} == set(Reason)
    assert held == set(HeldCode)
    assert refusals | here == set(RefusalCode)
