"""The audits that are open, and what each of them came to."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from jsms_sync.kinds.template_settle import YOUNG
from jsms_sync.model.events import fold
from jsms_sync.model.observed import Gone, SeenTemplate, TemplateSeen
from jsms_sync.model.records import Audit, Revision, State
from jsms_sync.model.resources import Address, Definitions
from jsms_sync.planning.moves import moves

Key = tuple[Address, int]
"""The address and the temp_id of a revision."""
Revisions = Mapping[Key, Revision]


class Verdict(StrEnum):
    """How an audit stands: open, or over in one of four ways."""

    OPEN = "auditing"
    APPROVED = "approved"
    REJECTED = "rejected"
    MISSING = "missing"
    WITHDRAWN = "withdrawn"


Verdicts = Mapping[Key, Verdict]
BAD = frozenset({Verdict.REJECTED, Verdict.MISSING})
"""Audits that did not end as they should: the text needs a person, or was deleted outside."""


def revisions(definitions: Definitions, state: State, now: datetime) -> Revisions:
    """Every revision that is recorded at a defined address, also at one that was renamed just now."""
    known = fold(state, moves(definitions, state, now).events)
    records = ((address, known.template(address)) for address in sorted(definitions.templates))
    return {(a, temp_id): r for a, record in records if record for temp_id, r in record.revisions.items()}


def undecided(known: Revisions) -> tuple[Key, ...]:
    """Those whose audit may be open: one that was rejected may have been submitted again by somebody else."""
    return tuple(key for key, revision in known.items() if revision.status is not Audit.APPROVED)


def auditing(known: Revisions, seen: Mapping[int, TemplateSeen]) -> tuple[Key, ...]:
    """Those that are recorded, or were seen, in their audit."""
    return tuple(key for key in undecided(known) if _is_open(known[key], seen.get(key[1])))


def _is_open(revision: Revision, seen: TemplateSeen | None) -> bool:
    in_audit = isinstance(seen, SeenTemplate) and seen.status is Audit.AUDITING
    return in_audit or revision.status is Audit.AUDITING


def verdicts(
    keys: Iterable[Key], known: Revisions, seen: Mapping[int, TemplateSeen], now: datetime
) -> Verdicts:
    """How the audit of each of those revisions stands."""
    return {key: _verdict(known.get(key), seen.get(key[1]), now) for key in sorted(keys)}


def _verdict(revision: Revision | None, seen: TemplateSeen | None, now: datetime) -> Verdict:
    """One that could not be read is open as far as anybody knows.

    One that an apply has removed from the record meanwhile was withdrawn, for a newer text or an edit back.
    """
    if revision is None:
        return Verdict.WITHDRAWN
    match seen:
        case SeenTemplate(status=status):
            return Verdict(status.value)
        case _ if revision.status is not Audit.AUDITING:
            return Verdict(revision.status.value)
        case Gone() if now - revision.created_at >= YOUNG:
            return Verdict.MISSING
        case _:
            return Verdict.OPEN
