"""What a cancel came to as JSON: outcomes as those of an apply, with the schedules counted."""

from collections import Counter
from collections.abc import Sequence

from jsms_sync.errors import JsmsSyncError
from jsms_sync.model.ending import Ending
from jsms_sync.model.outcomes import Result, Trouble
from jsms_sync.model.records import Intent
from jsms_sync.model.wire import CHINA
from jsms_sync.planning.document import FORMAT_VERSION, Json
from jsms_sync.reports.outcome_json import error_document
from jsms_sync.reports.words import count

RESULTS = (Result.DONE, Result.FAILED, Result.UNKNOWN)


def trouble_of(ending: Ending) -> Trouble | None:
    """What keeps the campaign from being stopped, if anything does."""
    if ending.doubts:
        return _unknown(ending)
    if ending.left:
        return next(iter(ending.left.values()))
    if ending.sent:
        message = f"{count(ending.sent, 'schedule was', 'schedules were')} sent already"
        return Trouble("already-sent", message)
    return None


def _unknown(ending: Ending) -> Trouble:
    one = len(ending.doubts) == 1
    what = "it" if one else "each of them"
    message = (
        f"{count(len(ending.doubts), 'schedule', 'schedules')} may exist without a known id:"
        f" {'; '.join(map(_announced, ending.doubts))}"
    )
    help = (
        f"Delete {what} in the JSMS console, then `jsms-sync resolve {ending.address} --not-created`;"
        f" or `jsms-sync resolve {ending.address} --created ID`, and cancel again."
    )
    return Trouble("unknown-outcome", message, help)


def _announced(intent: Intent) -> str:
    return f"announced {intent.at.astimezone(CHINA):%Y-%m-%d %H:%M:%S} (China time)"


def cancel_document(endings: Sequence[Ending], unmarked: JsmsSyncError | None, notes: Sequence[str]) -> Json:
    """The whole of it; `unmarked` is why no stop mark could be left."""
    counted = Counter(ending.result for ending in endings)
    error = None if unmarked is None else error_document(Trouble.of(unmarked))
    return {
        "format_version": FORMAT_VERSION,
        "mark": {"left": unmarked is None, **({"error": error} if error else {})},
        "outcomes": [_outcome(ending) for ending in endings],
        "notes": list(notes),
        "summary": {result.value: counted[result] for result in RESULTS},
    }


def _outcome(ending: Ending) -> Json:
    trouble = trouble_of(ending)
    return {
        "address": ending.address,
        "action": "cancel",
        "result": ending.result.value,
        "schedules": {
            "deleted": ending.deleted,
            "sent": ending.sent,
            "failed": len(ending.left),
            "unknown": len(ending.doubts),
        },
        **({"left": sorted(ending.left)} if ending.left else {}),
        **({"error": {**error_document(trouble), "help": trouble.help}} if trouble else {}),
    }
