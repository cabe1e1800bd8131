"""How everything stands after one look, for the commands that tell or wait for it."""

from dataclasses import dataclass
from datetime import timedelta

from jsms_sync.cli.looking import Wanted, observed_plan
from jsms_sync.cli.session import Connection, backend
from jsms_sync.cli.terminal import doubts
from jsms_sync.model.decisions import HeldCode
from jsms_sync.model.events import fold as after
from jsms_sync.model.records import State
from jsms_sync.planning.document import Json
from jsms_sync.planning.due import due_document, not_ready
from jsms_sync.planning.plan import Plan
from jsms_sync.planning.shown_times import as_shown
from jsms_sync.planning.status import status_document


@dataclass(frozen=True, slots=True)
class Standing:
    """The status document, whether something that is due is not ready, and notes about the state."""

    document: Json
    is_ready: bool
    notes: tuple[str, ...]

    def is_news_after(self, other: "Standing | None") -> bool:
        """Whether anything stands otherwise than it did; that the time goes by is no news."""
        return other is None or _without_time(self.document) != _without_time(other.document)


def _unread(plan: Plan) -> tuple[str, ...]:
    """What is shown as it was recorded, because nobody could look at it."""
    unread = (held for held in plan.held if held.code is HeldCode.UNREADABLE)
    return tuple(f"{held.address} is shown as recorded: {held.reason}" for held in unread)


def _without_time(document: Json) -> Json:
    due = document.get("due")
    return {**document, "due": due["not_ready"] if isinstance(due, dict) else None}


def look(wanted: Wanted, connection: Connection, due: timedelta | None = None) -> Standing:
    """One look at everything that is recorded, GETs only; nothing is written."""
    snapshot = backend(wanted.common).read()
    recorded = snapshot.state if snapshot else State(lineage="")
    plan, observed = observed_plan(wanted, connection, snapshot.state if snapshot else None, priced=False)
    state = as_shown(after(recorded, plan.events), observed.schedules)
    seen, definitions = observed.templates, wanted.definitions
    document = status_document(definitions, recorded, state, wanted.now, plan.waits, plan.costs, seen)
    notes = snapshot.notes if snapshot else ("there is no state here yet",)
    notes = (*notes, *doubts(recorded), *_unread(plan))
    if due is None:
        return Standing(document, True, notes)
    until = wanted.now + due
    found = not_ready(wanted.definitions, state, plan, wanted.now, until)
    return Standing({**document, "due": due_document(until, found)}, not found, notes)
