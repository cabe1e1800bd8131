"""The time that JSMS shows counts, for every schedule that was just seen."""

import builders as b
import pytest

from jsms_sync.model.observed import RolledSchedule, ScheduleKept, Unreadable
from jsms_sync.model.records import CampaignRecord
from jsms_sync.model.resources import Address
from jsms_sync.model.rolls import Roll
from jsms_sync.planning.shown_times import as_shown

AT = Address("campaign.c")
MOVED = {"s1": b.seen_batch("1", at="+3d")}
ROLLED = {"s1": RolledSchedule("s1", b.moment("+3d"), 10, Roll())}
TOLD_BEFORE = b.batch("1", shown_time="+2d")


@pytest.mark.parametrize(
    ("seen", "goes"),
    [
        (MOVED, "+3d"),
        (ROLLED, "+3d"),
        ({"s1": b.seen_batch("1", at="+1d")}, "+2d"),
        ({"s1": b.GONE}, "+2d"),
        ({"s1": Unreadable("50007")}, "+2d"),
        ({"s2": b.seen_batch("2", at="+3d")}, "+2d"),
        ({}, "+2d"),
    ],
)
def test_what_was_just_seen_counts_more_than_what_was_seen_before(
    seen: dict[str, ScheduleKept], goes: str
) -> None:
    """And what was seen before more than what was recorded."""
    known = b.state(
        {AT: b.campaign_record({"1": TOLD_BEFORE}), "template.t": b.template_record(b.revision())}
    )
    record = as_shown(known, seen).resources[AT]
    assert isinstance(record, CampaignRecord)
    assert record.batches["1"].time == b.moment(goes)


def test_nothing_else_changes() -> None:
    """Templates and schedules that were not seen stay as they are recorded."""
    both = {"1": b.batch("1"), "2": b.batch("2", "c")}
    known = b.state({AT: b.campaign_record(both), "template.t": b.template_record(b.revision())})
    shown = as_shown(known, MOVED)
    assert shown.resources["template.t"] == known.resources["template.t"]
    record = shown.resources[AT]
    assert isinstance(record, CampaignRecord)
    assert record.batches["2"] == both["2"]
    assert as_shown(known, {}) == known
