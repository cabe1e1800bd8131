"""A document and the journal that continues it, as the one state that they are."""

from jsms_sync.errors import Stale
from jsms_sync.model.events import fold
from jsms_sync.model.records import State
from jsms_sync.state.document import decode
from jsms_sync.state.journal import HELP, Origin, Replay, replay
from jsms_sync.state.places import Places


def joined(document: bytes, journal: bytes | None, places: Places) -> tuple[State, Replay]:
    """The state after the journal's events, and what of the journal was not in the document yet.

    Raises Stale when either cannot be read, or they do not belong together.
    """
    state = decode(document, str(places.document))
    found = Replay(None) if journal is None else replay(journal, str(places.journal))
    if found.origin is None or found.origin.journal == state.folded:
        return state, Replay(None, torn=found.torn)
    _check_origin(found.origin, state, places)
    return fold(state, found.events), found


def _check_origin(origin: Origin, state: State, places: Places) -> None:
    if origin.lineage != state.lineage:
        raise Stale(f"The journal {places.journal} belongs to another state.", help=HELP)
    if origin.base_serial != state.serial:
        raise Stale(
            f"The journal {places.journal} continues serial {origin.base_serial} of the state, "
            f"but {places.document} has serial {state.serial}.",
            help=HELP,
        )
