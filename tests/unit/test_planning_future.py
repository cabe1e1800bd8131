"""What later runs will do: the text that each campaign waits for, until when, and whether that is in time."""

from datetime import UTC, datetime
from typing import Any

import builders as b
import pytest

from jsms_sync.model.events import fold
from jsms_sync.model.observed import Observed
from jsms_sync.model.records import State
from jsms_sync.model.resources import Address, Definitions
from jsms_sync.planning.choices import Choices
from jsms_sync.planning.decide import make_plan
from jsms_sync.planning.document import plan_document
from jsms_sync.planning.future import Awaited
from jsms_sync.planning.plan import Plan
from jsms_sync.planning.status import status_document

T, C = Address("template.t"), Address("campaign.c")
OLD, NEW = "Ho {{n}}", b.GREETING
MONDAY = datetime(2027, 1, 4, tzinfo=UTC)
"""`NOON` is Friday evening in China, so nobody is at work before the morning of this day."""
FIRST = MONDAY.replace(hour=1)
"""Monday 09:00 in China: the earliest for an audit that is overdue."""
SOONEST = MONDAY.replace(hour=5, minute=30)
"""Monday 13:30 in China: three working hours after a submission at `NOON`."""
SECOND = MONDAY.replace(hour=8, minute=30)
"""Monday 16:30 in China: three working hours after an audit that ends at `SOONEST`."""
SERVED = b.revision(10, OLD, served=True)
LATE = "is not expected before"


def known(*revisions: Any, batches: bool = False, **more: Any) -> State:
    """A template that served with its old text, more revisions, and perhaps a campaign scheduled with it."""
    records = {T: b.template_record(SERVED, *revisions, serving=10)}
    records |= {C: b.campaign_record({"1": b.batch(at="+7d")})} if batches else {}
    return b.state(records, **more)


def plan(state: State, wanted: Definitions | None = None, shown: Observed | None = None, **more: Any) -> Plan:
    """The plan for a campaign in a week, with the new text of its template."""
    wanted = wanted or b.definitions(b.template(), b.campaign(at="+7d"))
    return make_plan(b.look(wanted, state, shown, **more))


WAITS: list[tuple[str, State, dict[str, Any], Awaited | None]] = [
    ("submitted by this plan", known(), {}, Awaited(T, None, SOONEST, SOONEST)),
    (
        "resubmitted by this plan",
        known(b.revision(11, "x", "rejected")),
        {},
        Awaited(T, 11, SOONEST, SOONEST),
    ),
    (
        "in its audit for a few hours",
        known(b.revision(11, NEW, "auditing", age="-3h")),
        {},
        Awaited(T, 11, FIRST.replace(hour=3), FIRST.replace(hour=3)),
    ),
    (
        "overdue: nobody is at work now",
        known(b.revision(11, NEW, "auditing")),
        {},
        Awaited(T, 11, datetime(2026, 12, 28, 5, 30, tzinfo=UTC), FIRST),
    ),
    (
        "resubmitted since",
        known(b.revision(11, NEW, "auditing", submitted_at=b.NOON)),
        {},
        Awaited(T, 11, SOONEST, SOONEST),
    ),
    (
        "after the audit of another text",
        known(b.revision(11, "x", "auditing", age="-1m")),
        {},
        Awaited(T, None, SECOND, SECOND),
    ),
    (
        "replacing a text under review",
        known(b.revision(11, "x", "auditing")),
        {"choices": Choices(supersede=frozenset({T}))},
        Awaited(T, None, SOONEST, SOONEST),
    ),
    ("rejected", known(b.revision(11, NEW, "rejected")), {}, Awaited(T, 11, None, SOONEST)),
    (
        "submitted, perhaps",
        known(intents=[b.intent("POST", T, says=NEW)]),
        {},
        Awaited(T),
    ),
    ("approved", known(b.revision(11, NEW, served=True)), {}, None),
]


@pytest.mark.parametrize(("state", "more", "text"), [case[1:] for case in WAITS], ids=[c[0] for c in WAITS])
def test_a_campaign_waits_for_a_revision_of_its_template(
    state: State, more: dict[str, Any], text: Awaited | None
) -> None:
    """It is known which one, when its audit should end, and when that can be reckoned with at best."""
    made = plan(state, **more)
    assert {a: wait.awaited for a, wait in made.waits.items()} == ({C: text} if text else {})
    for held in made.held:
        if held.address == C and held.code == "template-not-approved":
            assert text is not None
            assert held.expected_approval == text.expected


@pytest.mark.parametrize(
    ("state", "wanted", "waits"),
    [
        (known(), b.definitions(b.template(), b.campaign(at="+7d")), (False, False, False)),
        (known(batches=True), b.definitions(b.template(), b.campaign(at="+7d")), (True, False, True)),
        (known(batches=True), b.definitions(b.template()), None),
        (known(batches=True), b.definitions(b.template(), b.campaign(at="+1m")), (True, False, False)),
        (known(), b.definitions(b.template(), b.campaign(at="+30s")), None),
        (
            b.state(
                {T: b.template_record(SERVED, serving=10), C: b.campaign_record({"1": b.batch(at="-2d")})}
            ),
            b.definitions(b.template(), b.campaign(at="-2d")),
            None,
        ),
        (
            b.state({T: b.template_record(SERVED, serving=10), C: b.campaign_record(cancelled=True)}),
            b.definitions(b.template(), b.campaign(at="+7d")),
            None,
        ),
    ],
    ids=["new", "pending", "removed", "frozen", "too late", "sent", "cancelled"],
)
def test_only_what_can_still_be_sent_waits(
    state: State, wanted: Definitions, waits: tuple[bool, bool, bool] | None
) -> None:
    """Pending ones have an older text meanwhile, and switch unless something else holds them."""
    found = plan(state, wanted).waits.get(C)
    assert (found and (found.pending, found.lost, found.switches)) == waits


def test_a_template_that_is_not_managed_here_is_waited_for_without_a_time() -> None:
    """Nobody knows here when it was submitted."""
    wanted = b.definitions(b.template("kept"), b.campaign(temp_id=1250))
    seen = Observed({1250: b.seen_template(1250, b.text_of(NEW), "auditing")})
    made = plan(b.state(), wanted, seen)
    assert made.waits[C].awaited == Awaited(None, 1250)
    assert [n for n in made.notes if LATE in n] == []


def test_what_cannot_be_read_is_not_waited_for() -> None:
    """The plan says instead that it could not be read."""
    state = known(b.revision(11, NEW, "auditing"), batches=True)
    assert plan(state, shown=b.observed(state, {11: b.UNREADABLE}, people={"1": "a b"})).waits == {}


def test_next_names_the_campaigns_that_will_switch_while_the_text_is_in_its_audit() -> None:
    """Not those whose time has come, and not those that something else holds."""
    records = {
        T: b.template_record(SERVED, b.revision(11, NEW, "auditing"), serving=10),
        C: b.campaign_record({"1": b.batch(at="+7d")}),
        "campaign.sent": b.campaign_record({"1": b.batch("2", at="-1h")}),
        "campaign.frozen": b.campaign_record({"1": b.batch("3", at="+2m")}),
    }
    wanted = b.definitions(
        b.template(retire_after="7d"),
        b.campaign(at="+7d"),
        b.campaign("sent", at="-1h"),
        b.campaign("frozen", "a", at="+2m"),
    )
    state = b.state(records)
    held = {entry.address: entry for entry in plan(state, wanted).held}
    assert held[T].next == (
        "after approval: it serves",
        "after approval: switch campaign.c",
        "7d after approval: retire 10",
    )


@pytest.mark.parametrize(
    ("revision", "fate"),
    [
        (b.revision(9, "x"), "after approval: retire 9"),
        (b.revision(9, "x", served=True), "7d after approval: retire 9"),
        (b.revision(9, "x", served=True, superseded="-1d"), "after the grace period: retire 9"),
        (b.revision(9, "x", served=True, superseded="-9d"), "after approval: retire 9"),
    ],
)
def test_next_says_what_becomes_of_each_older_revision(revision: Any, fate: str) -> None:
    """Those that never served go with the approval, the others after their grace period."""
    records = {T: b.template_record(revision, SERVED, b.revision(11, NEW, "auditing"), serving=10)}
    (held,) = plan(b.state(records), b.definitions(b.template(retire_after="7d"))).held
    assert held.next == ("after approval: it serves", fate, "7d after approval: retire 10")


def test_without_retire_after_only_the_text_that_is_superseded_now_is_told_to_stay() -> None:
    """Of one that was superseded long ago it was said then."""
    older = b.revision(9, "x", served=True, superseded="-9d")
    records = {T: b.template_record(older, SERVED, serving=10)}
    (change,) = plan(b.state(records), b.definitions(b.template())).changes
    assert change.next == (
        "after approval: the new text serves",
        "after approval: 10 stays, because applications may still use it (no retire_after)",
    )


AUDITING = b.revision(11, NEW, "auditing", submitted_at=b.NOON)


@pytest.mark.parametrize(
    ("at", "is_late"),
    [("2027-01-04T05:30:59", True), ("2027-01-04T05:31:00", False), ("2027-01-11T05:31:00", False)],
)
def test_a_campaign_that_will_be_missed_is_told_in_time(at: str, is_late: bool) -> None:
    """When its text is expected later than a minute before its time, after which nothing is created."""
    seconds = int((datetime.fromisoformat(f"{at}+00:00") - b.NOON).total_seconds())
    made = plan(known(AUDITING), b.definitions(b.template(), b.campaign(at=f"+{seconds}s")))
    assert made.notes == (
        (
            "campaign.c: it will be missed, its time is 2027-01-04 13:30 (China time); "
            "the approval of template.t is not expected before 2027-01-04 13:30",
        )
        if is_late
        else ()
    )


@pytest.mark.parametrize(("minutes", "is_late"), [(4, True), (5, False)])
@pytest.mark.parametrize("known_revisions", [(), (AUDITING,), (b.revision(11, NEW, "rejected"),)])
def test_a_campaign_that_will_go_out_with_the_old_text_is_told_in_time(
    minutes: int, is_late: bool, known_revisions: tuple[Any, ...]
) -> None:
    """When its text is expected later than its freeze window, also if it was rejected and resubmitted now."""
    seconds = int((SOONEST - b.NOON).total_seconds()) + 60 * minutes
    records = {
        T: b.template_record(SERVED, *known_revisions, serving=10),
        C: b.campaign_record({"1": b.batch(at=f"+{seconds}s")}),
    }
    made = plan(b.state(records), b.definitions(b.template(), b.campaign(at=f"+{seconds}s")))
    assert made.notes == (
        (
            f"campaign.c: at 2027-01-04 13:3{minutes} (China time) the OLD text will be sent; "
            "the approval of template.t is not expected before 2027-01-04 13:30",
        )
        if is_late
        else ()
    )
    assert plan_document(made)["notes"] == list(made.notes)


def test_the_time_that_counts_is_the_one_at_which_it_will_be_sent() -> None:
    """That of the definition where this plan sets it, else the one that is scheduled."""
    state = known(AUDITING, batches=True)
    moved = plan(state, b.definitions(b.template(), b.campaign(at="+1d")))
    assert "at 2027-01-02 20:00 (China time) the OLD text" in moved.notes[0]
    frozen = plan(state, b.definitions(b.template(), b.campaign(at="+2m")))
    assert [held.code for held in frozen.held if held.address == C] == ["inside-freeze-window"]
    assert frozen.notes == ()


def test_a_campaign_whose_template_is_gone_will_fail() -> None:
    """There is no old text to be sent."""
    state = b.state({T: b.template_record(SERVED, serving=10), C: b.campaign_record({"1": b.batch()})})
    made = plan(state, b.definitions(b.template(), b.campaign()), b.observed(state, {10: b.GONE}))
    assert made.notes == (
        "campaign.c: at 2027-01-02 20:00 (China time) it will fail, because its template is gone; "
        "the approval of template.t is not expected before 2027-01-04 13:30",
    )
    assert {held.code: held.expected_approval for held in made.held} == {"template-missing": SOONEST}


def test_a_resubmission_in_doubt_that_acted_began_the_audit_anew() -> None:
    """When it was announced; the record of the first submission stays what it is."""
    put = b.intent("PUT", T, remote_id=11, says=NEW, at="-1h")
    state = known(b.revision(11, "x", "rejected"), intents=[put])
    shown = b.observed(state, {11: b.seen_template(11, b.text_of(NEW), "auditing")})
    (text,) = (wait.awaited for wait in plan(state, shown=shown).waits.values())
    assert (text.temp_id, text.expected) == (11, SOONEST)
    ((found,), _) = _status(state, plan(state, shown=shown))
    assert found["since"] == "2027-01-01T19:00:00+08:00"


def _status(state: State, made: Plan) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The templates and campaigns of the status after that look."""
    wanted = b.definitions(b.template(), b.campaign(at="+7d"))
    document: dict[str, Any] = status_document(wanted, state, fold(state, made.events), b.NOON, made.waits)
    return document["templates"], document["campaigns"]
