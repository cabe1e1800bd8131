"""What was observed of a campaign's batches, settled against what is recorded and what was announced."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto

from msgspec.structs import replace

from jsms_sync.model.digests import Digester, each, halves, in_order
from jsms_sync.model.events import BatchDropped, BatchSet, Event, IntentClosed, Remembered
from jsms_sync.model.observed import Gone, RolledSchedule, ScheduleKept, SeenSchedule, Unreadable
from jsms_sync.model.records import Batch, CampaignRecord, Happened, HistoryEntry, Intent, Target
from jsms_sync.model.resources import Address
from jsms_sync.model.rolls import Roll, roll_of

PRESUMED = timedelta(days=1)
"""How long after its time a POST in doubt is presumed to have been sent."""

SKEW = timedelta(seconds=60)
"""By so much may the service's clock be ahead of ours: what vanished this close to its time may be sent."""


class Standing(Enum):
    """How one batch stands after a look."""

    PENDING = auto()
    PASSED = auto()
    GONE = auto()
    UNREADABLE = auto()
    CHANGED = auto()


@dataclass(frozen=True, slots=True)
class Standings:
    """One batch: its record, how it stands, and what was read of it.

    `members` are packed digests; None where nothing was read and the record cannot be compared.
    """

    key: str
    batch: Batch
    standing: Standing
    members: bytes | None = field(repr=False)
    seen: SeenSchedule | RolledSchedule | None = None
    roll: Roll = field(default_factory=Roll)

    @property
    def time(self) -> datetime:
        """When it goes out: the time that was read, else the recorded one."""
        return self.seen.send_time if self.seen else self.batch.time


@dataclass(frozen=True, slots=True)
class Look:
    """What settling needs to know beside the record."""

    address: Address
    seen: Mapping[str, ScheduleKept]
    intents: tuple[Intent, ...]
    now: datetime
    digester: Digester


@dataclass(frozen=True, slots=True)
class Settled:
    """A campaign's batches after a look, the POSTs in doubt, and what is to be recorded."""

    batches: tuple[Standings, ...]
    doubts: tuple[Intent, ...]
    events: tuple[Event, ...]

    def standing(self, *standings: Standing) -> tuple[Standings, ...]:
        """The batches that stand like that."""
        return tuple(batch for batch in self.batches if batch.standing in standings)


def settle(record: CampaignRecord, look: Look) -> Settled:
    """How each batch stands; PUT and DELETE intents settle themselves by it, old doubts become history."""
    announced = {intent.remote_id: intent for intent in look.intents if not intent.creates}
    known = {batch.schedule_id for batch in record.batches.values()}
    events: list[Event] = [IntentClosed(i.id) for id, i in announced.items() if id not in known]
    batches: list[Standings] = []
    doubts: list[Intent] = []
    for key, batch in record.batches.items():
        found, more = _settled(key, batch, announced.get(batch.schedule_id), look, stopped=record.cancelled)
        batches += [found] if found else []
        events += more
    for doubt in (intent for intent in look.intents if intent.creates):
        if doubt.target is not None and look.now - doubt.target.send_time > PRESUMED:
            presumed = _presumed(doubt, doubt.target)
            batches.append(presumed)
            events += _presumption(doubt, presumed, look)
        else:
            doubts.append(doubt)
    return Settled(tuple(batches), tuple(doubts), tuple(events))


def _presumed(doubt: Intent, target: Target) -> Standings:
    """A batch without an id: nobody in it is ever placed again, because it may have been sent."""
    return Standings(doubt.batch or doubt.id, Batch("", target, doubt.at), Standing.PASSED, None)


def _presumption(doubt: Intent, presumed: Standings, look: Look) -> list[Event]:
    send_time = presumed.batch.target.send_time
    entry = HistoryEntry(look.address, Happened.PRESUMED_SENT, look.now, send_time=send_time)
    return [IntentClosed(doubt.id), Remembered(entry), BatchSet(look.address, presumed.key, presumed.batch)]


def _settled(
    key: str, batch: Batch, announced: Intent | None, look: Look, *, stopped: bool
) -> tuple[Standings | None, list[Event]]:
    closing: list[Event] = [IntentClosed(announced.id)] if announced else []
    passed = batch.time <= look.now
    may_be_sent = batch.time <= look.now + SKEW
    match look.seen.get(batch.schedule_id):
        case None:
            standing = Standing.GONE if batch.gone else Standing.PASSED if passed else Standing.PENDING
            return Standings(key, batch, standing, _recorded(batch, look)), []
        case Unreadable():
            # A PUT in doubt may have moved it to a later time, so that it still is to be sent.
            meant = announced.target.send_time if announced and announced.target else look.now
            is_over = batch.is_over(look.now) and meant <= look.now
            standing = Standing.PASSED if is_over else Standing.UNREADABLE
            return Standings(key, batch, standing, _recorded(batch, look)), []
        case Gone() if announced is not None and announced.method == "DELETE" and not may_be_sent:
            return None, [BatchDropped(look.address, key), *closing]
        case Gone() if stopped and not may_be_sent:
            # `cancel` was killed between its DELETE and its note of it, or somebody else was quicker.
            return None, [BatchDropped(look.address, key), *closing]
        case Gone() if batch.gone or not may_be_sent:
            vanished = replace(batch, gone=True, unseen=False)
            setting = _setting(key, batch, vanished, look)
            return Standings(key, vanished, Standing.GONE, _recorded(batch, look)), setting + closing
        case Gone():
            sent = replace(batch, unseen=False)
            setting = _setting(key, batch, sent, look)
            return Standings(key, sent, Standing.PASSED, _recorded(batch, look)), setting + closing
        case found:
            return _compared(key, batch, found, announced, look, closing)


def _setting(key: str, batch: Batch, settled: Batch, look: Look) -> list[Event]:
    return [BatchSet(look.address, key, settled)] if settled != batch else []


def _recorded(batch: Batch, look: Look) -> bytes | None:
    return in_order(batch.target.members) if is_comparable(batch.target, look.digester) else None


def _compared(
    key: str,
    batch: Batch,
    found: SeenSchedule | RolledSchedule,
    announced: Intent | None,
    look: Look,
    closing: list[Event],
) -> tuple[Standings, list[Event]]:
    roll = found.roll if isinstance(found, RolledSchedule) else roll_of(found.recipients, look.digester)
    members = in_order(roll.members)
    settled = replace(batch, gone=False)
    if announced is not None and announced.method == "PUT" and announced.target is not None:
        settled = _after_put(settled, announced.target, found, members, look)
    if found.send_time <= look.now < settled.target.send_time:
        # Somebody moved it to an earlier time, which has come: then it was sent.
        settled = replace(settled, target=replace(settled.target, send_time=found.send_time))
    later = found.send_time if found.send_time > settled.target.send_time else None
    settled = replace(settled, shown_time=later, unseen=False)
    standing = _standing(settled, found, members, look)
    events = _setting(key, batch, settled, look) + closing
    return Standings(key, settled, standing, members, found, roll), events


def _standing(batch: Batch, found: SeenSchedule | RolledSchedule, members: bytes, look: Look) -> Standing:
    # Not by the record alone: what somebody moved to a later time is still to be sent.
    if found.send_time <= look.now:
        return Standing.PASSED
    told = (found.send_time, found.temp_id) == (batch.target.send_time, batch.target.temp_id)
    recorded = batch.target.members
    same = members == recorded or not is_comparable(batch.target, look.digester)
    return Standing.PENDING if told and (same or members == in_order(recorded)) else Standing.CHANGED


def is_comparable(target: Target, digester: Digester) -> bool:
    """Whether the recorded members were digested under the key in use."""
    return target.key_id == digester.key_id


def _after_put(
    batch: Batch, meant: Target, found: SeenSchedule | RolledSchedule, members: bytes, look: Look
) -> Batch:
    """A PUT in doubt acted when GET shows its time and text and nobody but its members.

    Either way its signature cannot be observed, so when it meant another one it is planned again.
    """
    doubtful = batch.doubtful or meant.sign_id != batch.target.sign_id
    shown = (found.send_time, found.temp_id) == (meant.send_time, meant.temp_id)
    if shown and not is_comparable(meant, look.digester):
        return replace(batch, target=meant, doubtful=doubtful)
    if shown and set(each(members)) <= set(each(meant.members)):
        return replace(batch, target=replace(meant, members=members), doubtful=doubtful)
    return replace(batch, doubtful=doubtful)


def twice(batches: tuple[Standings, ...]) -> tuple[str, ...]:
    """The masked numbers that were observed in more than one batch, one of which is still to be sent."""
    again = _repeated(batches)
    pending = (b for b in batches if again and b.standing in (Standing.PENDING, Standing.CHANGED))
    found = {
        m: batch.roll.mask(row) for batch in pending for row, m in enumerate(_numbers(batch)) if m in again
    }
    return tuple(found.values())


def _repeated(batches: tuple[Standings, ...]) -> set[int]:
    """The digests of the numbers that more than one batch shows."""
    seen, again = set[int](), set[int]()
    for batch in batches:
        there = set(_numbers(batch))
        again |= seen & there
        seen |= there
    return again


def _numbers(batch: Standings) -> Iterable[int]:
    return halves(batch.roll.members)[0]
