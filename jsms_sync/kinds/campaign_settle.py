"""What was observed of a campaign's batches, settled against what is recorded and what was announced."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto

from msgspec.structs import replace

from jsms_sync.model.digests import Digester, Members, pack, unpack
from jsms_sync.model.events import BatchDropped, BatchSet, Event, IntentClosed, Remembered
from jsms_sync.model.observed import Gone, ScheduleSeen, SeenSchedule, Unreadable
from jsms_sync.model.records import Batch, CampaignRecord, Happened, HistoryEntry, Intent, Target
from jsms_sync.model.resources import Address, Recipient

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
    """One batch: its record, how it stands, and who is in it by digest and, where it was read, by recipient.

    `members` is None where nothing was read and the record cannot be compared.
    """

    key: str
    batch: Batch
    standing: Standing
    members: Members | None
    shown_time: datetime | None = None
    recipients: Mapping[bytes, Recipient] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Look:
    """What settling needs to know beside the record."""

    address: Address
    seen: Mapping[str, ScheduleSeen]
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
    recorded = unpack(batch.target.members) if is_comparable(batch.target, look.digester) else None
    passed = batch.target.send_time <= look.now
    may_be_sent = batch.target.send_time <= look.now + SKEW
    match look.seen.get(batch.schedule_id):
        case None:
            standing = Standing.GONE if batch.gone else Standing.PASSED if passed else Standing.PENDING
            return Standings(key, batch, standing, recorded), []
        case Unreadable():
            # A PUT in doubt may have moved it to a later time, so that it still is to be sent.
            meant = announced.target.send_time if announced and announced.target else look.now
            standing = Standing.PASSED if passed and meant <= look.now else Standing.UNREADABLE
            return Standings(key, batch, standing, recorded), []
        case Gone() if announced is not None and announced.method == "DELETE" and not may_be_sent:
            return None, [BatchDropped(look.address, key), *closing]
        case Gone() if stopped and not may_be_sent:
            # `cancel` was killed between its DELETE and its note of it, or somebody else was quicker.
            return None, [BatchDropped(look.address, key), *closing]
        case Gone() if batch.gone or not may_be_sent:
            vanished = replace(batch, gone=True)
            setting: list[Event] = [] if batch.gone else [BatchSet(look.address, key, vanished)]
            return Standings(key, vanished, Standing.GONE, recorded), setting + closing
        case Gone():
            return Standings(key, batch, Standing.PASSED, recorded), closing
        case found:
            return _compared(key, batch, found, announced, look, closing)


def _compared(
    key: str, batch: Batch, found: SeenSchedule, announced: Intent | None, look: Look, closing: list[Event]
) -> tuple[Standings, list[Event]]:
    recipients, members = _digested(found, look.digester)
    settled = replace(batch, gone=False)
    if announced is not None and announced.method == "PUT" and announced.target is not None:
        settled = _after_put(settled, announced.target, found, members, look)
    events = ([BatchSet(look.address, key, settled)] if settled != batch else []) + closing
    standing = _standing(settled, found, members, look)
    return Standings(key, settled, standing, members, found.send_time, recipients), events


def _digested(found: SeenSchedule, digester: Digester) -> tuple[Mapping[bytes, Recipient], Members]:
    recipients = {digester.mobile(recipient.mobile): recipient for recipient in found.recipients}
    return recipients, {mobile: digester.params(r.params) for mobile, r in recipients.items()}


def _standing(batch: Batch, found: SeenSchedule, members: Members, look: Look) -> Standing:
    if batch.target.send_time <= look.now:
        return Standing.PASSED
    told = (found.send_time, found.temp_id) == (batch.target.send_time, batch.target.temp_id)
    comparable = is_comparable(batch.target, look.digester)
    same = not comparable or members == unpack(batch.target.members)
    return Standing.PENDING if told and same else Standing.CHANGED


def is_comparable(target: Target, digester: Digester) -> bool:
    """Whether the recorded members were digested under the key in use."""
    return target.key_id == digester.key_id


def _after_put(batch: Batch, meant: Target, found: SeenSchedule, members: Members, look: Look) -> Batch:
    """A PUT in doubt acted when GET shows its time and text and nobody but its members.

    Either way its signature cannot be observed, so when it meant another one it is planned again.
    """
    doubtful = batch.doubtful or meant.sign_id != batch.target.sign_id
    shown = (found.send_time, found.temp_id) == (meant.send_time, meant.temp_id)
    if shown and not is_comparable(meant, look.digester):
        return replace(batch, target=meant, doubtful=doubtful)
    if shown and members.items() <= unpack(meant.members).items():
        return replace(batch, target=replace(meant, members=pack(members)), doubtful=doubtful)
    return replace(batch, doubtful=doubtful)


def twice(batches: tuple[Standings, ...]) -> tuple[Recipient, ...]:
    """The recipients who were observed in more than one batch, one of which is still to be sent."""
    counted = Counter(mobile for batch in batches for mobile in batch.recipients)
    pending = (batch for batch in batches if batch.standing in (Standing.PENDING, Standing.CHANGED))
    found = {mobile: r for batch in pending for mobile, r in batch.recipients.items() if counted[mobile] > 1}
    return tuple(found.values())
