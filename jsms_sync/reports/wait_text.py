"""The progress of a wait, in lines for stderr."""

from collections.abc import Iterator
from datetime import datetime

from jsms_sync.model.wire import china_time
from jsms_sync.planning.audit_hours import expected_approval
from jsms_sync.planning.audits import Revisions, Verdict, Verdicts
from jsms_sync.reports.words import count


def news(known: Revisions, before: Verdicts, now: Verdicts) -> Iterator[str]:
    """A line for each audit that stands otherwise than before; an open one says when it should be over."""
    for key, verdict in now.items():
        if before.get(key) is not verdict:
            address, temp_id = key
            since = known[key].in_audit_since if verdict is Verdict.OPEN else None
            yield f"{address} {temp_id}: {verdict}{_expected(since)}"


def _expected(since: datetime | None) -> str:
    if since is None:
        return ""
    began, over = china_time(since)[:-3], china_time(expected_approval(since))[:-3]
    return f" since {began}, approval expected {over} (China time)"


def still_waiting(verdicts: Verdicts, seconds: float) -> str:
    """What is said now and then, so that nobody takes a long wait for a dead one."""
    open_ones = list(verdicts.values()).count(Verdict.OPEN)
    return f"Still waiting for {count(open_ones, 'audit', 'audits')}, after {int(seconds // 60)} minutes."
