"""Which ids came into a state."""

import builders as b
from msgspec.structs import replace

from jsms_sync.model.resources import Address
from jsms_sync.planning.created import created_since


def test_ids_that_came_are_named_by_address() -> None:
    """New revisions and schedules; not what was known, what has gone, or what never had an id."""
    before = b.state(
        {
            "template.a": b.template_record(b.revision(10)),
            "template.gone": b.template_record(b.revision(9)),
            "campaign.c": b.campaign_record({"1": b.batch("1")}),
        }
    )
    nobody = replace(b.batch("3"), schedule_id="")
    after = b.state(
        {
            "template.a": b.template_record(b.revision(10), b.revision(12)),
            "template.new": b.template_record(b.revision(11)),
            "campaign.c": b.campaign_record({"1": b.batch("1"), "2": b.batch("2"), "3": nobody}),
        }
    )
    assert created_since(before, after) == {
        Address("campaign.c"): ("s2",),
        Address("template.a"): ("12",),
        Address("template.new"): ("11",),
    }
    assert created_since(before, before) == {}
