"""The journal beside the document: lines of events, appended and synced, one sync for all who wait.

A line is its number, a checksum and JSON. Line 0 names the journal and the document that it continues;
each other one holds the events of the commits that shared one write. So a torn write spoils the last
line and nothing else, and that is a line whose commits had not returned.
"""

import hashlib
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from jsms_sync.errors import OperationFailed, Stale
from jsms_sync.model.events import Event
from jsms_sync.state.files import Files, told
from jsms_sync.state.turns import Turns

HELP = (
    "The journal was left as it is, and holds ids that are recorded nowhere else: keep it. Put it beside the "
    "document that it belongs to, or take both back from where the state is kept."
)
ORPHAN = f"{HELP} Or `jsms-sync state restore FILE` makes a copy the state, with what the journal adds to it."


class Origin(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The journal's own id, and which document its events continue."""

    format_version: Literal[1] = 1
    journal: str
    lineage: str
    base_serial: int


@dataclass(frozen=True, slots=True)
class Replay:
    """What a journal holds; `origin` is None when not even its first line was finished."""

    origin: Origin | None
    events: tuple[Event, ...] = ()
    torn: bool = False


_ORIGIN = msgspec.json.Decoder(Origin)
_EVENTS = msgspec.json.Decoder(list[Event])


class Journal:
    """A journal in the making, safe between threads; the file appears with the first write.

    What could not be written stays queued and goes with the next write, from the same offset on.
    """

    def __init__(self, path: Path, origin: Origin, files: Files) -> None:
        self._path, self._origin, self._files = path, origin, files
        self._turns = Turns()
        self._waiting: list[bytes] = []
        self._file: int | None = None
        self._size = self._lines = 0
        self._closed = False

    @property
    def id(self) -> str:
        """What tells this journal from all others."""
        return self._origin.journal

    @property
    def unsettled(self) -> int:
        """How many commits are queued and not durable."""
        return self._turns.unsettled

    def queue(self, encoded: Sequence[bytes]) -> int:
        """The events, each from `encode`, have their place in line; the ticket is for `settle`."""
        with self._turns.lock:
            self._waiting += encoded
            self._turns.queued += 1
            return self._turns.queued

    def settle(self, ticket: int) -> None:
        """Everything queued up to the ticket is durable. OperationFailed else."""
        self._turns.settle(ticket, self._write)

    def settle_all(self) -> None:
        """Everything queued so far is durable. OperationFailed else."""
        self.settle(self._turns.queued)

    def close(self, *, folded: bool) -> None:
        """No more is written; when `folded`, everything queued is durable in the document instead."""
        with self._turns.lock:
            self._turns.await_writer()
            self._closed = True
            if folded:
                self._turns.settled = self._turns.queued
            if self._file is not None:
                # What counts was synced; closing has nothing to add.
                with suppress(OSError):
                    self._files.close(self._file)

    def _write(self) -> None:
        if self._closed:
            raise OperationFailed(f"Nothing more can be recorded in {self._path}: it was closed.")
        with self._turns.lock:
            events, queued = list(self._waiting), self._turns.queued
        lines = [frame(0, msgspec.json.encode(self._origin))] if self._lines == 0 else []
        number = self._lines or 1
        # One line for all, so that a write torn by a power cut cannot spoil a line with whole ones behind it.
        data = b"".join([*lines, frame(number, b"[" + b",".join(events) + b"]")])
        with told(f"Recording in {self._path}"):
            self._put(data)
        with self._turns.lock:
            left, size = self._waiting[len(events) :], self._size + len(data)
            # No call in between, so that Ctrl-C finds either all of it or none.
            self._waiting, self._turns.settled, self._lines, self._size = left, queued, number + 1, size

    def _put(self, data: bytes) -> None:
        if self._file is None:
            self._file = self._files.open(self._path)
        self._files.write(self._file, data, self._size)
        self._files.sync(self._file)
        if self._lines == 0:
            self._files.sync_folder(self._path.parent)


def encode(event: Event) -> bytes:
    """The event as JSON. OperationFailed for text that no file can hold, such as half of a surrogate pair."""
    try:
        return msgspec.json.encode(event)
    except UnicodeEncodeError as error:
        raise OperationFailed(f"A text cannot be recorded: {error}.") from error


def frame(number: int, payload: bytes) -> bytes:
    """One line of a journal."""
    return b"%d %s %s\n" % (number, _checksum(number, payload), payload)


def replay(data: bytes, place: str) -> Replay:
    """What the journal holds, without a torn last line.

    Raises Stale when another line is damaged or missing, or a newer version wrote it.
    """
    payloads, torn = _payloads(data, place)
    if not payloads:
        return Replay(None, torn=torn)
    try:
        origin = _ORIGIN.decode(payloads[0])
        events = [event for payload in payloads[1:] for event in _EVENTS.decode(payload)]
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        message = f"The journal {place} cannot be understood by this version: {error}."
        raise Stale(message, help=HELP) from error
    return Replay(origin, tuple(events), torn)


def _payloads(data: bytes, place: str) -> tuple[list[bytes], bool]:
    """The JSON of each line, and whether a torn last line was left out."""
    if data and not data.startswith((b"0", b"\0")):
        # However a write of ours is torn, it begins so, or with what was never written.
        raise Stale(f"Line 1 of the journal {place} is damaged.", help=HELP)
    *lines, tail = data.split(b"\n")
    payloads: list[bytes] = []
    for number, line in enumerate(lines):
        found = _parsed(line)
        if found is None and number == len(lines) - 1 and not tail and not _lost_its_end(line, number):
            return payloads, True
        if found is None or found[0] != number:
            what = "is damaged" if found is None else "does not follow the line before it"
            raise Stale(f"Line {number + 1} of the journal {place} {what}.", help=HELP)
        payloads.append(found[1])
    if _lost_its_end(tail, len(lines)):
        raise Stale(f"Line {len(lines) + 1} of the journal {place} is damaged.", help=HELP)
    return payloads, bool(tail)


def _lost_its_end(line: bytes, number: int) -> bool:
    """Whether a whole line of that number is there and something else than its end follows.

    A torn write leaves nothing behind a whole line, so somebody changed a byte of what may have been durable.
    """
    follows = [found.start() - 1 for found in re.finditer(b"%d [0-9a-f]{16} " % (number + 1), line)]
    whole = (_parsed(line[:end]) for end in (*follows, len(line) - 1) if end > 0)
    return any(found is not None and found[0] == number for found in whole)


def _parsed(line: bytes) -> tuple[int, bytes] | None:
    """Number and payload of a line, None where they do not fit its checksum."""
    number, _, rest = line.partition(b" ")
    checksum, _, payload = rest.partition(b" ")
    if not number.isdigit() or len(number) > 18 or checksum != _checksum(int(number), payload):
        return None
    return int(number), payload


def _checksum(number: int, payload: bytes) -> bytes:
    return hashlib.blake2b(b"%d %s" % (number, payload), digest_size=8).hexdigest().encode()
