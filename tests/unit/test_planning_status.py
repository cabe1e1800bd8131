"""How everything stands: the phases of contract §5."""

from typing import Any

import builders as b
import pytest

from jsms_sync.model.records import Happened, HistoryEntry, State
from jsms_sync.model.resources import Address, Campaign, Definitions, Template
from jsms_sync.planning.decide import make_plan
from jsms_sync.planning.status import in_phase, outputs, status_document

T, C = Address("template.t"), Address("campaign.c")


def shown(
    known: State, *resources: Template | Campaign, recorded: State | None = None
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The templates and the campaigns of the document."""
    wanted: Definitions = b.definitions(*resources)
    document: dict[str, Any] = status_document(wanted, recorded or known, known, b.NOON)
    assert list(document) == ["format_version", "templates", "campaigns"]
    return document["templates"], document["campaigns"]


@pytest.mark.parametrize(
    ("revisions", "phase", "temp_id"),
    [
        ([], "unsubmitted", None),
        ([b.revision(1, status="auditing")], "auditing", 1),
        ([b.revision(1)], "approved", 1),
        ([b.revision(1, status="rejected", refuse_reason="too loud")], "rejected", 1),
        ([b.revision(1), b.revision(2, "other", "auditing")], "approved", 1),
        ([b.revision(1, "old"), b.revision(2, "other", "auditing")], "auditing", 2),
        ([b.revision(1, status="rejected"), b.revision(2, status="auditing")], "auditing", 2),
        ([b.revision(1, "odd", echo=b.GREETING)], "approved", 1),
    ],
)
def test_a_template_stands_as_the_revision_with_its_text_else_the_newest(
    revisions: list[Any], phase: str, temp_id: int | None
) -> None:
    """Its phase and temp_id are that one's, with the reason of a rejection."""
    templates, _ = shown(b.state({T: b.template_record(*revisions)} if revisions else {}), b.template())
    (found,) = templates
    assert (found["address"], found["phase"], found["temp_id"]) == (T, phase, temp_id)
    assert found["refuse_reason"] == ("too loud" if phase == "rejected" else None)


@pytest.mark.parametrize(
    ("revision", "since", "expected"),
    [
        (b.revision(1), None, None),
        (b.revision(1, status="rejected"), None, None),
        (b.revision(1, status="auditing"), "2026-12-27T20:00:00+08:00", "2026-12-28T13:30:00+08:00"),
        (
            b.revision(1, status="auditing", submitted_at=b.NOON),
            "2027-01-01T20:00:00+08:00",
            "2027-01-04T13:30:00+08:00",
        ),
    ],
)
def test_an_audit_tells_since_when_it_is_open_and_when_it_should_end(
    revision: Any, since: str | None, expected: str | None
) -> None:
    """In China time; a resubmission starts it anew, and what is audited is told of no more."""
    ((found,), _) = shown(b.state({T: b.template_record(revision)}), b.template())
    assert (found["since"], found["expected_approval"]) == (since, expected)
    assert in_phase({"templates": [found]}, "auditing") is (since is not None)


@pytest.mark.parametrize(
    ("revision", "waits_for", "expected"),
    [
        (b.revision(1), None, None),
        (b.revision(1, status="auditing"), {"address": T, "temp_id": 1}, "2026-12-28T13:30:00+08:00"),
        (b.revision(1, "x", "approved"), {"address": T, "temp_id": None}, "2027-01-04T13:30:00+08:00"),
        (b.revision(1, status="rejected"), {"address": T, "temp_id": 1}, None),
    ],
)
def test_a_campaign_tells_which_revision_it_waits_for(
    revision: Any, waits_for: object, expected: str | None
) -> None:
    """By the template's address and the revision's id, which is null while it is not submitted."""
    known, wanted = b.state({T: b.template_record(revision)}), b.definitions(b.template(), b.campaign())
    waits = make_plan(b.look(wanted, known)).waits
    document: dict[str, Any] = status_document(wanted, known, known, b.NOON, waits)
    (found,) = document["campaigns"]
    assert (found["waits_for"], found["expected_approval"]) == (waits_for, expected)


def test_a_template_that_vanished_is_missing() -> None:
    """When the last that happened to it was that somebody else deleted it."""
    entry = HistoryEntry(T, Happened.DELETED_OUTSIDE, b.NOON, 10)
    ((found,), _) = shown(b.state({T: b.template_record(serving=10)}, history=[entry]), b.template())
    assert (found["phase"], found["serving_temp_id"]) == ("missing", None)


def test_serving_is_what_was_recorded_not_what_was_just_seen() -> None:
    """As `outputs` tells it; superseded revisions are listed, also of templates that nobody defines."""
    old, new = b.revision(10, "old", served=True, superseded="-1d"), b.revision(11, served=True)
    before = b.state({T: b.template_record(old, new, serving=10)})
    after = b.state(
        {T: b.template_record(old, new, serving=11), "template.u": b.template_record(serving=None)}
    )
    templates, _ = shown(after, recorded=before)
    assert [(t["address"], t["serving_temp_id"], t["superseded"]) for t in templates] == [
        (T, 10, [10]),
        ("template.u", None, []),
    ]
    assert outputs(before) == {"t": 10}
    assert outputs(after) == {"t": 11}


ONE = {"1": b.batch()}


@pytest.mark.parametrize(
    ("record", "more", "phase"),
    [
        (None, {}, "waiting"),
        (b.campaign_record(ONE), {}, "scheduled"),
        (b.campaign_record({"1": b.batch(at="+0s")}), {}, "sent"),
        (b.campaign_record(cancelled=True), {}, "cancelled"),
        (b.campaign_record({**ONE, "2": b.batch("2", gone=True)}), {}, "cancelled"),
        (b.campaign_record(ONE), {"intents": [b.intent("POST", C)]}, "unknown"),
        (None, {"intents": [b.intent("POST", C)]}, "unknown"),
        (b.campaign_record(ONE), {"intents": [b.intent("PUT", C, remote_id="s1")]}, "scheduled"),
        (None, {"history": [HistoryEntry(C, Happened.SENT, b.NOON)]}, "sent"),
        (None, {"history": [HistoryEntry(C, Happened.CANCELLED, b.NOON)]}, "cancelled"),
    ],
)
def test_a_campaign_stands_as_its_schedules_do(record: Any, more: dict[str, Any], phase: str) -> None:
    """Without any, the history and the clock tell."""
    _, campaigns = shown(b.state({C: record} if record else {}, **more), b.campaign())
    assert [found["phase"] for found in campaigns] == [phase]


def test_a_campaign_that_was_never_scheduled_in_time_is_missed() -> None:
    """So is one that is announced, recorded and defined no more."""
    _, campaigns = shown(b.state({"campaign.d": b.campaign_record()}), b.campaign(at="+0s"))
    assert [(found["address"], found["phase"]) for found in campaigns] == [
        (C, "missed"),
        ("campaign.d", "missed"),
    ]
    assert campaigns[1]["send_time"] is None


def test_a_campaign_counts_its_recipients() -> None:
    """Those in its schedules, and those whom JSMS refused; before there are any, those who are defined."""
    record = b.campaign_record({"1": b.batch(people="a b c", refused={"d": 50006}), "2": b.batch("2", "e")})
    _, (found, waiting) = shown(b.state({C: record}), b.campaign(), b.campaign("d", "f"))
    assert {key: found[key] for key in ("send_time", "batches", "recipients", "failed")} == {
        "send_time": "2027-01-02T20:00:00+08:00",
        "batches": 2,
        "recipients": 4,
        "failed": 1,
    }
    assert (waiting["batches"], waiting["recipients"], waiting["failed"]) == (0, 1, 0)
