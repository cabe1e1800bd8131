"""Drift: what is recorded against what is observed, whatever the definitions say."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from jsms_sync.kinds.campaign_settle import Look, Settled, Standing, Standings, is_comparable
from jsms_sync.kinds.campaign_settle import settle as settle_campaign
from jsms_sync.kinds.template_settle import Living
from jsms_sync.kinds.template_settle import settle as settle_template
from jsms_sync.model.digests import Digester, unpack
from jsms_sync.model.observed import (
    Observed,
    RolledSchedule,
    SeenSchedule,
    SeenTemplate,
    TemplateSeen,
    Unreadable,
)
from jsms_sync.model.records import Audit, CampaignRecord, Revision, State, TemplateRecord, Text
from jsms_sync.model.resources import Address, kind_of
from jsms_sync.model.wire import china_time
from jsms_sync.planning.document import FORMAT_VERSION, Json
from jsms_sync.planning.fields import differences

Fields = Mapping[str, object]

GONE: tuple[Fields, Fields] = ({"exists": True}, {"exists": False})


@dataclass(frozen=True, slots=True)
class Drifted:
    """One remote object that is not what is recorded: its fields as recorded, and as observed."""

    address: Address
    remote_id: int | str
    before: Fields
    after: Fields


@dataclass(frozen=True, slots=True)
class Drift:
    """All that differs, and what could not be read, with the reason."""

    drifted: tuple[Drifted, ...] = ()
    unreadable: tuple[tuple[Address, str], ...] = ()
    notes: tuple[str, ...] = ()

    def __add__(self, other: "Drift") -> "Drift":
        """Both as one."""
        unreadable = self.unreadable + other.unreadable
        return Drift(self.drifted + other.drifted, unreadable, self.notes + other.notes)


def drift(state: State, observed: Observed, digester: Digester, now: datetime) -> Drift:
    """What differs between record and service; the progress of an audit does not count.

    Writes of ours whose outcome is open are settled first, as a plan does it: what they did is no drift.
    """
    found = Drift()
    for address, record in sorted(state.resources.items()):
        if isinstance(record, TemplateRecord):
            found += _template(state, address, record, observed, now)
        else:
            look = Look(address, observed.schedules, state.intents_of(address), now, digester)
            found += _campaign(record, look)
    return found


def _template(
    state: State, address: Address, record: TemplateRecord, observed: Observed, now: datetime
) -> Drift:
    intents = state.intents_of(address)
    settled = settle_template(address, record.revisions, observed.templates, intents, now)
    announced = {intent.remote_id for intent in intents}
    drifted = [Drifted(address, temp_id, *GONE) for temp_id in settled.missing]
    for living in settled.living:
        temp_id = living.revision.temp_id
        was = living.revision if temp_id in announced else record.revisions[temp_id]
        before, after = _revisions(was, living, observed.templates.get(temp_id))
        drifted += [Drifted(address, temp_id, before, after)] if before != after else []
    return Drift(tuple(drifted), tuple((address, why) for why in settled.unreadable))


def _revisions(was: Revision, living: Living, seen: TemplateSeen | None) -> tuple[Fields, Fields]:
    """The revision as recorded and as observed; a service that trims or drops the remark is no drift."""
    before = _text(living.revision.echo or living.revision.sent or living.text)
    after = _text(living.text)
    shown = seen.remark if isinstance(seen, SeenTemplate) else None
    if was.remark and shown and was.remark.strip() != shown.strip():
        before, after = {**before, "remark": was.remark}, {**after, "remark": shown}
    if was.status not in (Audit.AUDITING, living.revision.status):
        return {**before, "status": was.status.value}, {**after, "status": living.revision.status.value}
    return before, after


def _text(text: Text | None) -> Fields:
    return {"content": text.content, "type": text.type.word, "ttl": text.ttl} if text else {}


def _campaign(record: CampaignRecord, look: Look) -> Drift:
    settled = settle_campaign(record, look)
    newly_gone = [b for b in settled.standing(Standing.GONE) if not record.batches[b.key].gone]
    drifted = [Drifted(look.address, b.batch.schedule_id, *GONE) for b in newly_gone]
    drifted += [_changed(b, look) for b in settled.standing(Standing.CHANGED)]
    unread = [b.batch.schedule_id for b in settled.standing(Standing.UNREADABLE)]
    seen = ((id, look.seen[id]) for id in unread)
    unreadable = [(look.address, f"{id}: {each.why}") for id, each in seen if isinstance(each, Unreadable)]
    return Drift(tuple(drifted), tuple(unreadable), tuple(_notes(settled, look)))


def _changed(standing: Standings, look: Look) -> Drifted:
    """What a schedule shows against what is recorded; recipients by how many differ."""
    target, seen = standing.batch.target, look.seen[standing.batch.schedule_id]
    assert isinstance(seen, SeenSchedule | RolledSchedule), "only what was read can be seen to have changed"
    before: dict[str, object] = {"send_time": china_time(target.send_time), "temp_id": target.temp_id}
    after: dict[str, object] = {"send_time": china_time(seen.send_time), "temp_id": seen.temp_id}
    if is_comparable(target, look.digester):
        counts = _counts(unpack(target.members), unpack(standing.members or b""))
        before, after = {**before, **dict.fromkeys(counts, 0)}, {**after, **counts}
    return Drifted(look.address, standing.batch.schedule_id, before, after)


def _counts(recorded: Mapping[bytes, bytes], shown: Mapping[bytes, bytes]) -> dict[str, int]:
    return {
        "recipients_added": len(shown.keys() - recorded.keys()),
        "recipients_removed": len(recorded.keys() - shown.keys()),
        "recipients_changed": sum(shown.get(m, params) != params for m, params in recorded.items()),
    }


def _notes(settled: Settled, look: Look) -> Iterator[str]:
    if settled.doubts:
        yield f"{look.address}: {len(settled.doubts)} of its schedules may or may not have been created"
    if not all(is_comparable(b.batch.target, look.digester) for b in settled.standing(Standing.PENDING)):
        yield f"{look.address}: its recipients were recorded under another key, and are not compared"


def drift_document(found: Drift) -> Json:
    """The drift as values that JSON knows: fields before as recorded, after as observed."""
    return {
        "format_version": FORMAT_VERSION,
        "summary": {"drifted": len(found.drifted), "unreadable": len(found.unreadable)},
        "drift": [_document(each) for each in found.drifted],
        "unreadable": [{"address": address, "reason": why} for address, why in found.unreadable],
        "notes": list(found.notes),
    }


def _document(drifted: Drifted) -> Json:
    return {
        "address": drifted.address,
        "kind": kind_of(drifted.address),
        "remote_id": drifted.remote_id,
        "reason": "deleted-outside" if drifted.before is GONE[0] else "drifted",
        "fields": [
            {"path": field.path, "before": field.before, "after": field.after}
            for field in differences(drifted.before, drifted.after)
        ],
    }
