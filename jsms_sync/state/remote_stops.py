"""The stop mark beside a remote state.

It is never removed, only emptied: no store can remove a part and be sure that nothing was added meanwhile.
"""

from collections.abc import Callable

from jsms_sync.errors import OperationFailed, StateLocked
from jsms_sync.model.stop import Stop
from jsms_sync.state import stops
from jsms_sync.state.remote_place import STOP, Conflict, Opened, written
from jsms_sync.state.store import Holder

Change = Callable[[Stop], Stop]

ATTEMPTS = 20
"""How often the mark is written again when somebody else has changed it meanwhile."""


def read_stop(place: Opened, location: str) -> tuple[Stop | None, str | None]:
    """The mark, None where nothing is stopped, and the version of what stands there. Raises Stale."""
    stop, version, _ = _read(place, location)
    return (stop if stop.campaigns or stop.every else None), version


def leave_stop(place: Opened, location: str, owner: Holder, stop: Stop) -> None:
    """The mark holds this beside what it held. Raises OperationFailed when it cannot be left."""
    _change(place, location, owner, lambda known: known | stop)


def clear_stop(place: Opened, location: str, owner: Holder, recorded: Stop) -> bool:
    """Whether the mark is empty now, and not one that says more than what was recorded."""
    return _change(place, location, owner, lambda known: Stop() if known == recorded else known) == Stop()


def _read(place: Opened, location: str) -> tuple[Stop, str | None, int]:
    blob = place.fetch(STOP)
    if blob is None:
        return Stop(), None, 0
    stop, serial = stops.decode_numbered(blob.data, f"of {location}")
    return stop, blob.version, serial


def _change(place: Opened, location: str, owner: Holder, change: Change) -> Stop:
    try:
        with place.alone(STOP, owner) as key:
            return _changed(place, location, change, key)
    except StateLocked as error:
        message = f"The stop mark of {location} is being changed all the time."
        raise OperationFailed(message, help=error.help) from error


def _changed(place: Opened, location: str, change: Change, key: str) -> Stop:
    for _ in range(ATTEMPTS):
        known, version, serial = _read(place, location)
        after = change(known)
        if after == known:
            return known
        try:
            written(place, STOP, stops.encode(after, serial + 1), version, lambda _: False, key)
        except Conflict:
            continue
        return after
    raise OperationFailed(f"The stop mark of {location} changes faster than it can be written.")
