"""The times that JSMS shows: what somebody moved goes out then, whatever was recorded."""

from collections.abc import Mapping

from msgspec.structs import replace

from jsms_sync.model.observed import RolledSchedule, ScheduleKept, SeenSchedule
from jsms_sync.model.records import Batch, CampaignRecord, Record, State


def as_shown(state: State, schedules: Mapping[str, ScheduleKept]) -> State:
    """The state with each schedule at the time that was just seen."""
    resources = {address: _record(record, schedules) for address, record in state.resources.items()}
    return replace(state, resources=resources)


def _record(record: Record, schedules: Mapping[str, ScheduleKept]) -> Record:
    if not isinstance(record, CampaignRecord):
        return record
    batches = {key: _batch(batch, schedules) for key, batch in record.batches.items()}
    return replace(record, batches=batches)


def _batch(batch: Batch, schedules: Mapping[str, ScheduleKept]) -> Batch:
    seen = schedules.get(batch.schedule_id)
    if not isinstance(seen, SeenSchedule | RolledSchedule) or seen.send_time == batch.target.send_time:
        return batch
    return replace(batch, target=replace(batch.target, send_time=seen.send_time), shown_time=None)
