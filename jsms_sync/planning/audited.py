"""What a callback tells of an audit, as events of the state."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

from jsms_sync.model.events import RevisionSet
from jsms_sync.model.privacy import without_numbers
from jsms_sync.model.records import Audit, Revision, State, TemplateRecord
from jsms_sync.model.resources import Address

SKEW = timedelta(minutes=1)
"""By so much JSMS's clock, which signs callbacks, may be behind the one by which we submitted."""


@dataclass(frozen=True, slots=True)
class Audited:
    """The revision that an audit was about, as it is recorded from now on.

    `is_outdated` says that the audit was that of an earlier submission under the same id, so that nothing is.
    """

    address: Address
    before: Revision
    after: Revision
    is_outdated: bool = False

    @property
    def events(self) -> tuple[RevisionSet, ...]:
        """What is to be recorded; nothing when it is known already."""
        return (RevisionSet(self.address, self.after),) if self.after != self.before else ()


def audited(
    state: State, temp_id: int, status: Audit, reason: str | None, signed_at: datetime
) -> Audited | None:
    """What the end of an audit means for the revision of that id; None where no address has it.

    The reason stands beside the submission that it answers, until that is submitted again. The status is
    recorded only while the audit is open: a callback may come hours late, and then a GET knows better.
    """
    for address, record in state.resources.items():
        revision = record.revisions.get(temp_id) if isinstance(record, TemplateRecord) else None
        if revision is not None:
            if revision.submitted_at is not None and signed_at < revision.submitted_at - SKEW:
                return Audited(address, revision, revision, is_outdated=True)
            return Audited(address, revision, _after(revision, status, reason))
    return None


def _after(revision: Revision, status: Audit, reason: str | None) -> Revision:
    if status is Audit.REJECTED and reason:
        revision = replace(revision, refuse_reason=without_numbers(reason))
    return replace(revision, status=status) if revision.status is Audit.AUDITING else revision
