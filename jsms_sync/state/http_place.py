"""The state at an http(s) address, by the protocol of Terraform's HTTP backend, as GitLab serves it.

The protocol: GET, POST (with the lock's id as `?ID=`) and a lock that is taken with a JSON of who wants it;
409 and 423 mean that somebody else has it. The lock never runs out; `state unlock ID` ends it. GitLab wants
a whole number `serial` in each document, and takes no number twice.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

import msgspec

from jsms_sync.errors import JsmsSyncError, MissingCredentials, OperationFailed
from jsms_sync.model.privacy import Secret
from jsms_sync.state.files import Files, put, told
from jsms_sync.state.http_lock import LockedBy, LockInfo, Manner, told_by, wish
from jsms_sync.state.http_wire import Answer, Wire
from jsms_sync.state.lock import this_process
from jsms_sync.state.remote_place import DOCUMENT, PAUSES, Blob, Conflict, LockLost, Unanswered, persistent
from jsms_sync.state.store import Holder

PAUSE = 0.5
"""Seconds between two attempts to take a lock."""
PATIENCE = 5.0
"""Seconds after which a lock of the stop mark was left by somebody who died: it is held for two requests."""
ABSENT = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND)
DONE = (HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.NO_CONTENT)
LOCKED = (HTTPStatus.CONFLICT, HTTPStatus.LOCKED)
# 400 and 422 are GitLab's answers to a serial that it has already: a retried write may have been done.
REFUSED = (
    *LOCKED,
    HTTPStatus.PRECONDITION_FAILED,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.BAD_REQUEST,
)
FORBIDDEN = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
BUSY = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.INTERNAL_SERVER_ERROR)
NO_LOCK = (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED)
CREDENTIALS = (
    "Set JSMS_SYNC_STATE_USERNAME and JSMS_SYNC_STATE_PASSWORD, or TF_HTTP_USERNAME and TF_HTTP_PASSWORD; in "
    "GitLab they need the rights of a maintainer to write, of a developer to read (docs/state.md)."
)


@dataclass(frozen=True, slots=True)
class HttpPlace:
    """A state at that address; copies of it are made in the folder."""

    location: str
    origin: str
    path: str
    query: str
    authorization: Secret | None
    manner: Manner
    folder: Path
    patience: float = PATIENCE
    pauses: tuple[float, ...] = PAUSES

    @contextmanager
    def opened(self) -> Iterator["Addresses"]:
        """Connections for the length of the block."""
        wire = Wire(self.origin, self.authorization, self.location)
        try:
            yield Addresses(self, wire)
        finally:
            wire.close()


@dataclass(frozen=True, slots=True)
class HeldLock:
    """A lock that does not run out."""

    id: str
    took_over: bool

    def check(self, seconds: float) -> None:
        """It is held until somebody ends it; then the server refuses what is written under its id."""


class Addresses:
    """The addresses of one state: `-stop` and the like are appended to its path."""

    # Copies are files here, which a `.backup` before every apply would only multiply; GitLab keeps versions.
    keeps_versions = True

    def __init__(self, place: HttpPlace, wire: Wire) -> None:
        self._place, self._wire, self.pauses = place, wire, place.pauses

    def fetch(self, part: str) -> Blob | None:
        """What stands at the address, None where there is nothing; asked again where there is no answer."""
        answer = persistent(lambda: self._asked("GET", self._target(part)), self.pauses)
        if answer.status in ABSENT or (answer.status == HTTPStatus.OK and not answer.body):
            return None
        if answer.status != HTTPStatus.OK:
            raise self._unexpected("GET", answer)
        return Blob(answer.body, sha256(answer.body).hexdigest())

    def put(self, part: str, data: bytes, expected: str | None, key: str = "") -> str:
        """The version of what stands there now; Conflict when it was another, or the lock is not ours.

        The protocol compares nothing but the lock's id, and not every server does that; so we look first.
        """
        found = self.fetch(part)
        if (found.version if found else None) != expected:
            raise Conflict("something else stands there by now")
        answer = self._asked(self._place.manner.update, self._target(part, key), data)
        if answer.status in REFUSED:
            raise LockLost(f"the server refused it with HTTP {answer.status}")
        if answer.status not in DONE:
            raise self._unexpected(self._place.manner.update, answer)
        return sha256(data).hexdigest()

    def keep(self, part: str, data: bytes) -> str:
        """The file in the working folder that holds the data now: no server is sure to take any bytes."""
        path = self._place.folder / f"{self._place.path.rpartition('/')[2]}.state.json.{part}"
        with told(f"Writing the copy {path}", help="Nothing was changed."):
            put(Files(), path, data)
        return str(path)

    def prove(self) -> None:
        """A second lock is refused while there is one; OperationFailed else, or without locks at all."""
        info = wish(this_process("doctor"))
        if self._lock(DOCUMENT, info) is not None:
            return
        try:
            other = wish(this_process("doctor"))
            if self._lock(DOCUMENT, other) is None:
                self._unlock(DOCUMENT, other.id)
                message = f"{self._place.location}: the server gave its lock to two at once."
                help = "Keep the state in a store whose lock can be trusted (docs/state.md)."
                raise OperationFailed(message, help=help, code="lying-store")
        finally:
            self._unlock(DOCUMENT, info.id)

    @contextmanager
    def locked(self, owner: Holder, timeout: float, instead_of: str | None = None) -> Iterator[HeldLock]:
        """The lock is ours for the length of the block; one of the id `instead_of` is taken away."""
        if instead_of is not None:
            self._unlock(DOCUMENT, instead_of)
        id = self._taken(DOCUMENT, owner, timeout)
        try:
            yield HeldLock(id, took_over=instead_of is not None)
        except BaseException:
            with suppress(JsmsSyncError):
                self._unlock(DOCUMENT, id)
            raise
        self._unlock(DOCUMENT, id)

    @contextmanager
    def alone(self, part: str, owner: Holder) -> Iterator[str]:
        """The id of the part's own lock; one that nobody gives back is taken away."""
        try:
            id = self._taken(part, owner, self._place.patience)
        except LockedBy as locked:
            if not (locked.all_the_time and locked.id):
                raise
            self._unlock(part, locked.id)
            id = self._taken(part, owner, 0)
        try:
            yield id
        finally:
            self._unlock(part, id)

    def _taken(self, part: str, owner: Holder, timeout: float) -> str:
        deadline, info, seen = time.monotonic() + timeout, wish(owner), set[str]()
        while (holder := self._lock(part, info)) is not None:
            seen.add(holder.id)
            if time.monotonic() >= deadline:
                raise LockedBy(self._place.location, self._place.manner, holder, all_the_time=len(seen) == 1)
            time.sleep(min(PAUSE, max(deadline - time.monotonic(), 0)))
        return info.id

    def _lock(self, part: str, info: LockInfo) -> LockInfo | None:
        """Who has the lock, None when it is ours: also when it was given to us and the answer got lost."""
        manner, target = self._place.manner, self._lock_target(part)
        body = msgspec.json.encode(info)
        answer = persistent(lambda: self._asked(manner.lock, target, body), self.pauses)
        if answer.status in DONE:
            return None
        if answer.status in LOCKED:
            holder = told_by(answer.body)
            return None if holder.id == info.id else holder
        if answer.status in NO_LOCK:
            message = f"The server of the state {self._place.location} offers no lock (HTTP {answer.status})."
            help = (
                "Without a lock two applies could run at once. See docs/state.md for servers that have one."
            )
            raise OperationFailed(message, help=help, code="no-lock")
        raise self._unexpected(manner.lock, answer)

    def _unlock(self, part: str, id: str) -> None:
        """The lock of that id is gone; nothing happens to one of another id."""
        manner, target = self._place.manner, self._lock_target(part, id)
        body = None if manner.below else msgspec.json.encode(LockInfo(id=id))
        try:
            answer = persistent(lambda: self._asked(manner.unlock, target, body), self.pauses)
        except Unanswered as error:
            help = f"Nobody else can take it until then: `jsms-sync state unlock {id}`."
            raise OperationFailed(f"The lock could not be given back: {error.message}", help=help) from error
        if answer.status not in (*DONE, *REFUSED, *NO_LOCK):
            raise self._unexpected(manner.unlock, answer)

    def _asked(self, method: str, target: str, body: bytes | None = None) -> Answer:
        answer = self._wire.ask(method, target, body)
        if answer.status in FORBIDDEN:
            message = f"{method} of the state {self._place.location} was refused with HTTP {answer.status}."
            raise MissingCredentials(message, help=CREDENTIALS, code="state-credentials")
        if answer.status in BUSY or answer.status > HTTPStatus.NOT_IMPLEMENTED:
            message = f"{method} of the state {self._place.location} failed with HTTP {answer.status}."
            raise Unanswered(message, help="Try again; its server has a problem.")
        return answer

    def _unexpected(self, method: str, answer: Answer) -> OperationFailed:
        moved = HTTPStatus.MULTIPLE_CHOICES <= answer.status < HTTPStatus.BAD_REQUEST
        help = "It redirects, and credentials do not follow: name the final address." if moved else ""
        message = f"{method} of the state {self._place.location} was answered with HTTP {answer.status}."
        return OperationFailed(message, help=help or "See that --state names the address of a state.")

    def _target(self, part: str, id: str = "", below: str = "") -> str:
        query = "&".join(filter(None, [self._place.query, f"ID={quote(id, safe='')}" if id else ""]))
        path = self._place.path + (f"-{part}" if part else "") + below
        return f"{path}?{query}" if query else path

    def _lock_target(self, part: str, id: str = "") -> str:
        return self._target(part, id, self._place.manner.below)
