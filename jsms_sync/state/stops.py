"""The stop mark beside a local state: `cancel` leaves it, applies obey it, the next holder records it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Literal

import msgspec

from jsms_sync.errors import OperationFailed, Stale, StateLocked
from jsms_sync.kinds.campaign_stop import stop_events
from jsms_sync.model.events import fold
from jsms_sync.model.records import State
from jsms_sync.model.resources import Address
from jsms_sync.model.stop import Stop, Stopped
from jsms_sync.state.document import encode as encode_state
from jsms_sync.state.files import Files, put, told
from jsms_sync.state.lock import locked, this_process
from jsms_sync.state.places import Places

FORMAT_VERSION = 1
PATIENCE = 2.0
"""Seconds to wait for somebody else who changes the mark; that takes milliseconds."""
ATTEMPTS = 100
"""How often the mark is recorded again when it grows meanwhile."""
HELP = (
    "No campaign is scheduled or changed while it stands there. Look at what it names, remove it, and cancel "
    "those campaigns again."
)


class _Document(Stop, frozen=True, kw_only=True, omit_defaults=False):
    """The mark as it is kept, wherever that is; what it does not say may have been lost."""

    format_version: Literal[1]
    serial: int = 0
    campaigns: Mapping[Address, Stopped]


_DOCUMENT = msgspec.json.Decoder(_Document)


def encode(stop: Stop, serial: int | None = None) -> bytes:
    """The mark as JSON, in order of address; numbered where the store wants each write to be (GitLab)."""
    head = {"format_version": FORMAT_VERSION} | ({} if serial is None else {"serial": serial})
    document = {**head, "every": stop.every, "campaigns": dict(sorted(stop.campaigns.items()))}
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def decode(data: bytes, place: str) -> Stop:
    """The mark; Stale when it cannot be read, so that it is never taken for none."""
    return decode_numbered(data, place)[0]


def decode_numbered(data: bytes, place: str) -> tuple[Stop, int]:
    """The mark and the number of its write; Stale when it cannot be read."""
    try:
        found = _DOCUMENT.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Stale(f"The stop mark {place} cannot be read: {error}.", help=HELP) from error
    return Stop(found.campaigns, found.every), found.serial


def read(files: Files, places: Places) -> Stop | None:
    """The mark as it stands, None where there is none. Raises Stale, or OperationFailed."""
    data = read_bytes(files, places)
    return None if data is None else decode(data, str(places.stop))


def read_bytes(files: Files, places: Places) -> bytes | None:
    """The bytes of the mark, None where there is none."""
    with told(f"Reading the stop mark {places.stop}"):
        return files.read(places.stop)


def leave(files: Files, places: Places, stop: Stop) -> None:
    """The mark holds this beside what it held. Raises OperationFailed when it cannot be left."""
    with _alone(places):
        known = read(files, places)
        both = stop if known is None else known | stop
        if both != known:
            with told(f"Writing the stop mark {places.stop}"):
                put(files, places.stop, encode(both))


def record(files: Files, places: Places, document: bytes, state: State) -> tuple[bytes, State]:
    """Document and state with the mark folded in, which then is gone; the state's lock must be held.

    The document is durable before the mark is removed, and nothing that was added meanwhile is lost.
    """
    for _ in range(ATTEMPTS):
        stop = read(files, places)
        if stop is None:
            return document, state
        after = with_stop(state, stop)
        if after is not state:
            document, state = encode_state(after), after
            with told(f"Recording the stop mark {places.stop} in {places.document}"):
                put(files, places.document, document)
        _clear(files, places, stop)
    raise OperationFailed(f"The stop mark {places.stop} changes faster than it can be recorded.")


def with_stop(state: State, stop: Stop) -> State:
    """The state as the next holder will find it; the same where it knows all that the mark says."""
    after = fold(state, stop_events(state, stop))
    return state if after == state else msgspec.structs.replace(after, serial=state.serial + 1)


def _clear(files: Files, places: Places, stop: Stop) -> None:
    """There is no mark, unless it says more than this by now."""
    with _alone(places), told(f"Removing the stop mark {places.stop}"):
        if read(files, places) == stop:
            files.unlink(places.stop)
            files.sync_folder(places.document.parent)


@contextmanager
def _alone(places: Places) -> Iterator[None]:
    """Nobody else changes the mark meanwhile."""
    try:
        with locked(places.stop_lock, this_process("cancel"), PATIENCE):
            yield
    except StateLocked as error:
        raise OperationFailed(
            f"The stop mark {places.stop} is being changed all the time.", help=error.help
        ) from error
