"""What a callback tells of an audit, as a table of what is recorded."""

import builders as b
import pytest

from jsms_sync.model.records import Audit
from jsms_sync.model.resources import Address
from jsms_sync.planning.audited import audited

AT = Address("template.t")
OTHERS = {"campaign.c": b.campaign_record({"1": b.batch()}), "template.o": b.template_record(b.revision(11))}
TELEPHONE = "请勿留电话13812345678"


@pytest.mark.parametrize(
    ("recorded", "told", "reason", "status", "kept"),
    [
        ("auditing", "approved", None, "approved", None),
        ("auditing", "rejected", "含敏感词", "rejected", "含敏感词"),
        ("auditing", "rejected", TELEPHONE, "rejected", "请勿留电话138****5678"),
        ("auditing", "rejected", "", "rejected", None),
        ("auditing", "approved", "好", "approved", None),
        ("rejected", "rejected", "含敏感词", "rejected", "含敏感词"),
        ("rejected", "approved", None, "rejected", None),
        ("approved", "approved", None, "approved", None),
    ],
)
def test_an_audit_is_recorded_where_it_is_still_open(
    recorded: str, told: str, reason: str | None, status: str, kept: str | None
) -> None:
    """A GET knows better than a late callback; the reason of a rejection is kept, numbers in it masked."""
    known = b.state({**OTHERS, AT: b.template_record(b.revision(10, status=recorded))})
    found = audited(known, 10, Audit(told), reason, b.NOON)
    assert found is not None
    assert (found.address, found.is_outdated) == (AT, False)
    assert (found.after.status, found.after.refuse_reason) == (Audit(status), kept)
    assert len(found.events) == (found.after != found.before)


@pytest.mark.parametrize(("signed", "outdated"), [("-61s", True), ("-60s", False), ("0s", False)])
def test_an_audit_of_an_earlier_submission_tells_nothing(signed: str, outdated: bool) -> None:
    """What was signed before the text was submitted, by more than clocks differ, is about another text."""
    waiting = b.revision(10, status="auditing", submitted_at=b.NOON)
    known = b.state({AT: b.template_record(waiting)})
    found = audited(known, 10, Audit.REJECTED, "含敏感词", b.moment(signed))
    assert found is not None
    assert found.is_outdated is outdated
    assert (found.events == ()) is outdated


def test_an_id_that_no_address_has_is_nobody_s() -> None:
    """Templates that the console holds are audited too."""
    assert audited(b.state(OTHERS), 10, Audit.APPROVED, None, b.NOON) is None
