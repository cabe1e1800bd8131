"""Which ids a state knows that an earlier one did not."""

from jsms_sync.model.records import CampaignRecord, Record, State
from jsms_sync.model.resources import Address


def created_since(before: State, after: State) -> dict[Address, tuple[str, ...]]:
    """The ids by address, in order of address; all of them were given by JSMS to what was created."""
    found: dict[Address, tuple[str, ...]] = {}
    for address, record in sorted(after.resources.items()):
        known = _ids(before.resources.get(address))
        if new := tuple(id for id in _ids(record) if id not in known):
            found[address] = new
    return found


def _ids(record: Record | None) -> tuple[str, ...]:
    match record:
        case None:
            return ()
        case CampaignRecord():
            return tuple(batch.schedule_id for batch in record.batches.values() if batch.schedule_id)
        case _:
            return tuple(map(str, record.revisions))
