"""The alarm before a campaign goes out: who is due, and why it is not what it should be."""

from datetime import timedelta
from typing import Any

import builders as b
import pytest

from jsms_sync.model.events import fold
from jsms_sync.model.observed import Observed
from jsms_sync.model.records import State
from jsms_sync.model.resources import Address, Campaign, Definitions
from jsms_sync.planning.decide import make_plan
from jsms_sync.planning.due import NotReady, due_document, not_ready

T, C = Address("template.t"), Address("campaign.c")
SERVING = b.template_record(b.revision(served=True), serving=10)
DAY = timedelta(days=1)


def alarms(
    state: State,
    *campaigns: Campaign,
    wanted: Definitions | None = None,
    shown: Observed | None = None,
    due: timedelta = DAY,
    **more: Any,
) -> dict[str, str]:
    """Who is due within a day and not ready, and why."""
    wanted = wanted or b.definitions(b.template(), *campaigns)
    plan = make_plan(b.look(wanted, state, shown, **more))
    found = not_ready(wanted, fold(state, plan.events), plan, b.NOON, b.NOON + due)
    assert [each.send_time for each in found] == sorted(each.send_time for each in found)
    return {each.address: each.why for each in found}


def scheduled(*batches: Any, template: Any = SERVING, **more: Any) -> State:
    """A campaign with those schedules."""
    placed = {str(n): batch for n, batch in enumerate(batches, 1)}
    return b.state({T: template, C: b.campaign_record(placed)}, **more)


AT = {"at": "+20h"}
ONE = b.batch(**AT)
AUDITING = b.template_record(
    b.revision(10, "Ho {{n}}", served=True), b.revision(11, status="auditing"), serving=10
)
OLD_TEXT = "it is scheduled with an older text than that of template.t"


@pytest.mark.parametrize(
    ("state", "campaign", "why"),
    [
        (scheduled(ONE), b.campaign(**AT), None),
        (b.state({T: SERVING}), b.campaign(at="+25h"), None),
        (b.state({T: SERVING}), b.campaign(at="+24h"), "an apply would create it"),
        (scheduled(ONE), b.campaign(people="a c", **AT), "an apply would modify it"),
        (scheduled(ONE), b.campaign(at="+9d"), "an apply would modify it"),
        (scheduled(b.batch(at="+9d")), b.campaign(**AT), "an apply would modify it"),
        (scheduled(ONE), None, "an apply would delete it"),
        (
            b.state({T: b.template_record(b.revision(11, status="auditing"))}),
            b.campaign(**AT),
            "the text of template t is not approved yet",
        ),
        (scheduled(ONE, template=AUDITING), b.campaign(**AT), f"{OLD_TEXT} (11)"),
        (
            scheduled(ONE, template=b.template_record(b.revision(10, "Ho {{n}}", served=True), serving=10)),
            b.campaign(**AT),
            OLD_TEXT,
        ),
        (
            scheduled(ONE, template=AUDITING),
            b.campaign(names=("m",), **AT),
            f"the text of template t is not approved yet; {OLD_TEXT} (11)",
        ),
        (
            b.state({T: SERVING, C: b.campaign_record(cancelled=True)}),
            b.campaign(**AT),
            "it was cancelled",
        ),
        (
            b.state({T: SERVING}, intents=[b.intent("POST", C, batch="1")]),
            b.campaign(**AT),
            "1 of its schedules may or may not have been created: `resolve` it",
        ),
    ],
)
def test_a_campaign_that_is_due_is_fully_scheduled_on_the_desired_text_or_named(
    state: State, campaign: Campaign | None, why: str | None
) -> None:
    """Due is what the definition or a schedule says, whichever comes first."""
    assert alarms(state, *([campaign] if campaign else [])) == ({C: why} if why else {})


@pytest.mark.parametrize(
    ("key", "why"), [(b.DIGESTER, {}), (b.OTHER_KEY, {C: "1 of its recipients are not scheduled"})]
)
def test_who_is_refused_for_good_is_nobodys_omission(key: Any, why: dict[str, str]) -> None:
    """But under another key nobody knows who it was, so somebody new is not placed, and that is told."""
    state = scheduled(b.batch(people="a", refused={"b": 50006}, **AT))
    wanted = b.campaign(people="a b c" if why else "a b", **AT)
    assert alarms(state, wanted, shown=b.observed(state, people={"1": "a"}), digester=key) == why


def test_params_that_do_not_fit_are_an_alarm() -> None:
    """No apply would create such a campaign."""
    wanted = b.definitions(b.template("kept"), b.campaign(names=(), temp_id=10, **AT))
    shown = Observed({10: b.seen_template(10, b.text_of(b.GREETING))})
    why = "template 10 has variables without a value: `n` for all recipients"
    assert why in alarms(b.state(), wanted=wanted, shown=shown)[C]


def test_a_number_in_two_schedules_is_an_alarm() -> None:
    """The refusal of the campaign says which."""
    state = scheduled(b.batch(people="a", **AT), b.batch("2", "a", **AT))
    found = alarms(state, b.campaign(people="a", **AT), shown=b.observed(state, people={"1": "a", "2": "a"}))
    assert found[C].startswith("1 of its numbers are scheduled in two batches: ")


@pytest.mark.parametrize(
    ("state", "campaign", "why"),
    [
        (b.state({T: SERVING}), b.campaign(at="-2d"), "its send_time 2026-12-30 20:00:00 (China time)"),
        (
            scheduled(b.batch(at="-2d", gone=True)),
            b.campaign(at="-2d"),
            "its schedule vanished before its time, not by us",
        ),
        (scheduled(b.batch(at="-2d")), b.campaign(at="-2d"), None),
        (scheduled(b.batch(at="-2d")), b.campaign(people="a c", at="-2d"), None),
        (scheduled(b.batch(at="-2d")), None, None),
        (b.state({T: SERVING, C: b.campaign_record(cancelled=True)}), b.campaign(at="-2d"), None),
    ],
    ids=["missed", "vanished", "sent", "edited too late", "sent and removed", "cancelled"],
)
def test_what_is_over_is_an_alarm_only_while_a_person_has_to_do_something(
    state: State, campaign: Campaign | None, why: str | None
) -> None:
    """What was missed or vanished stays one; what was sent, or stopped on purpose, may stay in the file."""
    shown = b.observed(state, schedules={"s1": b.GONE})
    found = alarms(state, *([campaign] if campaign else []), shown=shown)
    assert found.keys() == ({C} if why else set())
    assert why is None or why in found[C]


def test_alarms_come_by_their_time_and_tell_it_in_china_time() -> None:
    """The next thing to happen first."""
    found = alarms(b.state({T: SERVING}), b.campaign("z", at="+1h"), b.campaign("a", at="+2h"))
    assert list(found) == ["campaign.z", "campaign.a"]
    entry = NotReady(C, b.NOON, "late")
    assert due_document(b.NOON + DAY, [entry]) == {
        "until": "2027-01-02T20:00:00+08:00",
        "not_ready": [{"address": C, "send_time": "2027-01-01T20:00:00+08:00", "why": "late"}],
    }
