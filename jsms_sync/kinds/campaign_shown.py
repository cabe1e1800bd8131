"""What a plan shows of a campaign's schedules, before and after: for people only."""

from dataclasses import dataclass

from jsms_sync.kinds.campaign_settle import Standing
from jsms_sync.kinds.campaign_wanted import Case
from jsms_sync.model.digests import ENTRY, halves
from jsms_sync.model.wire import china_time


def shown_before(case: Case) -> dict[str, object]:
    """What JSMS showed: of a schedule that was changed outside, where there is one."""
    if not case.live:
        return {}
    shown = next((b for b in case.live if b.standing is Standing.CHANGED), case.live[0])
    target, seen = shown.batch.target, shown.seen
    temp_id = seen.temp_id if seen else target.temp_id
    is_ours = case.record.template is not None and temp_id == target.temp_id
    return {
        "send_time": china_time(seen.send_time if seen else target.send_time),
        **({"template": case.record.template} if is_ours else {}),
        "temp_id": temp_id,
        "sign_id": target.sign_id,
        "recipients": sum(len(b.members or b"") // ENTRY for b in case.live),
    }


def shown_after(case: Case, touched: frozenset[str]) -> dict[str, object]:
    """What there will be, with how many recipients come, go or get other params.

    In batches that are not touched everybody stays as they are.
    """
    text = {"template": case.desired.template} if case.desired.template else {}
    edits = _edits(case, touched)
    shown: dict[str, object] = {
        "send_time": china_time(case.desired.send_time),
        **text,
        "temp_id": case.live[0].batch.target.temp_id if case.live and case.stays else case.serving.temp_id,
        "sign_id": case.desired.sign_id,
        "recipients": edits.count,
    }
    counts = {
        "recipients_added": edits.added,
        "recipients_removed": edits.removed,
        "recipients_changed": edits.changed,
    }
    return {**shown, **{name: count for name, count in counts.items() if count and case.live}}


@dataclass(frozen=True, slots=True)
class _Edits:
    """How many recipients there will be (None: nobody knows), come, go, or get other params."""

    count: int | None
    added: int = 0
    removed: int = 0
    changed: int = 0


def _edits(case: Case, touched: frozenset[str]) -> _Edits:
    wanted = case.wanted
    if wanted is None:
        return _Edits(None)
    found = removed = changed = 0
    for standing in case.live:
        if standing.key not in touched:
            found += len(standing.members or b"") // ENTRY
            continue
        mobiles, params = halves(standing.members or b"")
        rows = list(map(wanted.rows.get, mobiles))
        there = [(row, p) for row, p in zip(rows, params, strict=True) if row is not None]
        found, removed = found + len(there), removed + len(rows) - len(there)
        changed += sum(wanted.params[row] != p for row, p in there)
    if case.stays:
        return _Edits(found, removed=removed)
    return _Edits(len(wanted.roll), len(wanted.roll) - found, removed, changed)
