"""What was observed of a template's revisions, settled against what is recorded and what was announced."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

from jsms_sync.model.events import Event, IntentClosed, Remembered, RevisionDropped, RevisionSet
from jsms_sync.model.observed import Gone, SeenTemplate, TemplateSeen, Unreadable
from jsms_sync.model.records import (
    Audit,
    Happened,
    HistoryEntry,
    Intent,
    Revision,
    Submission,
    Text,
)
from jsms_sync.model.resources import Address, Template, TemplateType

YOUNG = timedelta(minutes=10)
"""A revision younger than this that answers 50013 may only not have arrived everywhere yet."""


@dataclass(frozen=True, slots=True)
class Living:
    """A revision that exists, as recorded and as observed now."""

    revision: Revision
    text: Text | None


@dataclass(frozen=True, slots=True)
class Settled:
    """The revisions that exist, oldest first; why others could not be read; what is to be recorded.

    `known_ids` are the ids that were not seen to be gone.
    """

    living: tuple[Living, ...]
    unreadable: tuple[str, ...]
    missing: tuple[int, ...]
    events: tuple[Event, ...]
    known_ids: frozenset[int]


def desired_text(template: Template) -> Text:
    """What a revision has to carry to be the one that is wanted."""
    ttl = template.ttl if template.type is TemplateType.VERIFICATION else None
    return Text(template.content, template.type, ttl)


def carries(living: Living, desired: Text) -> bool:
    """Whether the revision is the desired text.

    Either it shows just that, or we sent just that and the service still answers what it first answered for
    it: a server that trims or fills in must not cause endless resubmission (architecture §4).
    """
    revision = living.revision
    if living.text == desired:
        return True
    return revision.sent == desired and living.text == revision.echo


def settle(
    address: Address,
    revisions: Mapping[int, Revision],
    seen: Mapping[int, TemplateSeen],
    intents: tuple[Intent, ...],
    now: datetime,
) -> Settled:
    """What each recorded revision turned out to be; PUT and DELETE intents settle themselves by it."""
    living: list[Living] = []
    unreadable: list[str] = []
    missing: list[int] = []
    orphans = (i for i in intents if not i.creates and i.remote_id not in revisions)
    events: list[Event] = [IntentClosed(orphan.id) for orphan in orphans]
    for temp_id, revision in revisions.items():
        announced = next((i for i in intents if i.remote_id == temp_id), None)
        match seen.get(temp_id):
            case None:
                living.append(Living(revision, revision.echo or revision.sent))
            case Unreadable(why):
                unreadable.append(f"{temp_id}: {why}")
            case Gone() if announced is not None and announced.method == "DELETE":
                events += _left(address, temp_id, _purpose(announced), now)
                events.append(IntentClosed(announced.id))
            case Gone() if now - revision.created_at < YOUNG:
                unreadable.append(
                    f"{temp_id}: not known to the service, but submitted less than 10 minutes ago"
                )
            case Gone():
                missing.append(temp_id)
                events += _left(address, temp_id, Happened.DELETED_OUTSIDE, now)
                events += [IntentClosed(announced.id)] if announced else []
            case found:
                now_recorded = _observed(revision, found, announced)
                living.append(Living(now_recorded, found.text))
                events += [RevisionSet(address, now_recorded)] if now_recorded != revision else []
                events += [IntentClosed(announced.id)] if announced else []
    left = {event.temp_id for event in events if isinstance(event, RevisionDropped)}
    known = frozenset(revisions) - left
    return Settled(tuple(living), tuple(unreadable), tuple(missing), tuple(events), known)


def believed(address: Address, settled: Settled, desired: Text) -> Settled:
    """The same, with every revision that shows the desired text recorded as carrying it.

    A state that was restored may tell of an older text under that id; kept, that would be drift for ever.
    """
    living = tuple(_believed(each, desired) for each in settled.living)
    pairs = zip(settled.living, living, strict=True)
    events = tuple(RevisionSet(address, now.revision) for before, now in pairs if now is not before)
    return dataclasses.replace(settled, living=living, events=settled.events + events)


def _believed(living: Living, desired: Text) -> Living:
    revision = living.revision
    if living.text != desired or revision.echo in (None, desired):
        return living
    sent = None if revision.sent is None else desired
    return Living(replace(revision, sent=sent, echo=desired), desired)


def reinstated(address: Address, settled: Settled) -> tuple[Settled, Living | None]:
    """The same where the text that served was deleted by somebody else, and the one that serves instead.

    That is the newest of those that served before: applications may still use it. None where none is left.
    """
    served = (x for x in reversed(settled.living) if x.revision.served)
    former = next((x for x in served if x.revision.status is Audit.APPROVED), None)
    if former is None:
        return settled, None
    again = Living(replace(former.revision, superseded_at=None), former.text)
    living = tuple(again if each is former else each for each in settled.living)
    told = (RevisionSet(address, again.revision),) if again.revision != former.revision else ()
    return dataclasses.replace(settled, living=living, events=settled.events + told), again


def _purpose(announced: Intent) -> Happened:
    return Happened.RETIRED if announced.action == "retire" else Happened.DELETED


def _left(address: Address, temp_id: int, event: Happened, now: datetime) -> list[Event]:
    return [RevisionDropped(address, temp_id), Remembered(HistoryEntry(address, event, now, temp_id))]


def _observed(revision: Revision, found: SeenTemplate, announced: Intent | None) -> Revision:
    """The revision with what GET showed, and with what a resubmission in doubt said when that acted."""
    said = announced.submission if announced else None
    if announced is not None and said is not None and _acted(revision, found, said):
        again = replace(revision, sent=said.text, remark=said.remark, echo=found.text)
        # A reason answers the submission before this one.
        revision = replace(again, submitted_at=announced.at, refuse_reason=None)
    if revision.echo is None and revision.sent is not None:
        revision = replace(revision, echo=found.text)
    reason = revision.refuse_reason if found.status is Audit.REJECTED else None
    return replace(revision, status=found.status, refuse_reason=reason)


def _acted(revision: Revision, found: SeenTemplate, said: Submission) -> bool:
    """Only the very text that was sent proves it: another one may be anybody's, and would count as ours."""
    another_audit = found.status is not Audit.REJECTED or found.text != (revision.echo or revision.sent)
    return found.text == said.text and another_audit
