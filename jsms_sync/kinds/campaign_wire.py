"""The campaign on the wire: JSMS says `schedule` and `temp_para` (`jsms-api.md §4`)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from jsms_sync.model.decisions import Draft
from jsms_sync.model.digests import Digester
from jsms_sync.model.observed import RolledSchedule, ScheduleKept, ScheduleSeen, SeenSchedule, Unreadable
from jsms_sync.model.privacy import Mobile, Params
from jsms_sync.model.records import Refused, Target
from jsms_sync.model.resources import Recipient
from jsms_sync.model.rolls import rolled
from jsms_sync.model.wire import from_china_time


class RecipientReply(Protocol):
    """One recipient in an answer."""

    @property
    def mobile(self) -> Mobile: ...
    @property
    def temp_para(self) -> Params: ...


class FailureReply(RecipientReply, Protocol):
    """One refused recipient in an answer."""

    @property
    def code(self) -> int: ...


class _Schedule(Protocol):
    @property
    def schedule_id(self) -> str: ...
    @property
    def send_time(self) -> str: ...
    @property
    def temp_id(self) -> int: ...


class ScheduleReply(_Schedule, Protocol):
    """What a GET answers."""

    @property
    def recipients(self) -> Sequence[RecipientReply]: ...


class ColumnsReply(_Schedule, Protocol):
    """The same, with the recipients in columns."""

    @property
    def mobiles(self) -> Sequence[str]: ...
    @property
    def params(self) -> Sequence[Mapping[str, str]]: ...


def target(draft: Draft, temp_id: int, key_id: str) -> Target:
    """What the schedule is meant to be, once its template's id is known; `key_id` names the digests' key."""
    return Target(draft.form, draft.send_time, temp_id, draft.members, draft.sign_id, draft.tag, key_id)


def seen(reply: ScheduleReply) -> ScheduleSeen:
    """The schedule that was read; a time that cannot be understood makes it unreadable."""
    moment = _moment(reply)
    if isinstance(moment, Unreadable):
        return moment
    recipients = tuple(Recipient(entry.mobile, entry.temp_para) for entry in reply.recipients)
    return SeenSchedule(reply.schedule_id, moment, reply.temp_id, recipients)


def kept(reply: ColumnsReply, digester: Digester) -> ScheduleKept:
    """The schedule that was read, with what its recipients are compared by in their place."""
    moment = _moment(reply)
    if isinstance(moment, Unreadable):
        return moment
    roll = rolled(reply.mobiles, reply.params, digester)
    return RolledSchedule(reply.schedule_id, moment, reply.temp_id, roll)


def _moment(reply: _Schedule) -> datetime | Unreadable:
    try:
        return from_china_time(reply.send_time)
    except ValueError:
        return Unreadable("its send_time is not a time")


def refused(
    sent: Sequence[Recipient], failures: Sequence[FailureReply], digester: Digester
) -> tuple[Refused, ...]:
    """The recipients of ours that were refused, by the digest of what we sent for them."""
    ours = {recipient.mobile: recipient.params for recipient in sent}
    return tuple(
        Refused(digester.mobile(failure.mobile) + digester.params(ours[failure.mobile]), failure.code)
        for failure in failures
        if failure.mobile in ours
    )
