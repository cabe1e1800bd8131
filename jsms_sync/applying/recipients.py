"""Who is in a schedule that is about to be sent: in person only now, where the plan names rows or digests."""

from jsms_sync.applying.refresh import read_schedule
from jsms_sync.applying.run import Run
from jsms_sync.errors import Stale
from jsms_sync.model.decisions import Change, Draft, FileRows, Kept
from jsms_sync.model.digests import unpack
from jsms_sync.model.observed import SeenSchedule
from jsms_sync.model.resources import Recipient


def recipients_of(run: Run, change: Change, draft: Draft, schedule_id: str = "") -> tuple[Recipient, ...]:
    """The draft's recipients, read now where the plan only names them.

    Raises Stale when their file, or the schedule in which they stay, is not what the plan was made from.
    """
    run.check_wanted()
    match draft.recipients:
        case FileRows() as rows:
            assert run.reader is not None, "a plan with a recipients file is applied with its reader"
            return run.reader.fetch(change.address, rows)
        case Kept():
            return _kept_in(run, change, draft, schedule_id)
        case people:
            return people


def _kept_in(run: Run, change: Change, draft: Draft, schedule_id: str) -> tuple[Recipient, ...]:
    seen, entries = read_schedule(run.client, schedule_id), unpack(draft.members)
    people = seen.recipients if isinstance(seen, SeenSchedule) else ()
    kept = tuple(
        p for p in people if entries.get(run.digester.mobile(p.mobile)) == run.digester.params(p.params)
    )
    if len(kept) != len(draft.recipients):
        message = f"{change.address}: {schedule_id} does not hold the recipients any more that it held"
        raise Stale(message, help="Make the plan again.", code="changed-outside")
    return kept


def check_file(run: Run, change: Change, draft: Draft) -> None:
    """Raises Stale when the recipients file of the draft is not what the plan was made from."""
    if isinstance(draft.recipients, FileRows) and run.reader is not None:
        run.reader.check(change.address)
