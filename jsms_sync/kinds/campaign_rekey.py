"""A batch whose members were digested under another key: digested anew from what the service shows of it."""

from msgspec.structs import replace

from jsms_sync.model.digests import ENTRY, Digester, pack
from jsms_sync.model.observed import Gone, ScheduleSeen, SeenSchedule, Unreadable
from jsms_sync.model.records import Batch


def rekeyed(batch: Batch, seen: ScheduleSeen, digester: Digester) -> Batch | str:
    """The batch under the digester's key, or why it cannot be: what is shown is not what was recorded.

    Whom JSMS refused is in no schedule, so these entries go, and the next apply tries them again.
    """
    match seen:
        case Unreadable(why):
            return why
        case Gone():
            return "it does not exist any more"
        case found:
            return _difference(batch, found) or _digested(batch, found, digester)


def _difference(batch: Batch, seen: SeenSchedule) -> str:
    """A change outside must not be taken for what we recorded; under another key only this much shows it."""
    if (seen.send_time, seen.temp_id) != (batch.target.send_time, batch.target.temp_id):
        return "it shows another time or text than recorded"
    shown, recorded = len(seen.recipients), len(batch.target.members) // ENTRY
    return "" if shown == recorded else f"it shows {shown} recipients, and {recorded} are recorded"


def _digested(batch: Batch, seen: SeenSchedule, digester: Digester) -> Batch:
    members = {digester.mobile(r.mobile): digester.params(r.params) for r in seen.recipients}
    target = replace(batch.target, members=pack(members), key_id=digester.key_id)
    return replace(batch, target=target, refused=())
