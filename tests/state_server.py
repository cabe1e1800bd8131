"""A server of states over HTTP, as GitLab documents it, or as the plain protocol of Terraform has it.

GitLab: the state at …/terraform/state/NAME, its lock at …/lock (POST, DELETE), JSON with a whole number
`serial` that no two writes share, 204 for a state without a file. The plain one: LOCK and UNLOCK, any bytes.
"""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

USER, PASSWORD = "runner", "hunter2-state"


@dataclass
class Kept:
    """One state: every version that was written, and its lock."""

    versions: list[bytes] = field(default_factory=list)
    serials: set[int] = field(default_factory=set)
    lock: dict[str, str] | None = None


@dataclass
class StateServer:
    """What the server keeps, and how it shall misbehave.

    `faults` are taken one by one by requests of that method: `drop-before` and `drop-after` cut the
    connection, a number is answered after it was done, one in quotes instead of doing it. Where it
    `is_public` nobody needs a login to read; what is not there is forbidden then, as S3 has it. `logins` are
    those it got.
    """

    gitlab: bool = True
    has_locks: bool = True
    is_true: bool = True
    compares_ids: bool = True
    is_public: bool = False
    logins: list[str | None] = field(default_factory=list)
    locked_answer: bytes | None = None
    states: dict[str, Kept] = field(default_factory=dict)
    faults: dict[str, list[str | int]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    guard: threading.Lock = field(default_factory=threading.Lock)
    origin: str = ""

    def url(self, name: str) -> str:
        """The address of a state."""
        return f"{self.origin}{'/api/v4/projects/1/terraform/state' if self.gitlab else '/states'}/{name}"

    def latest(self, name: str) -> Any:
        """The document as it stands."""
        return json.loads(self.kept(name).versions[-1])

    def kept(self, name: str) -> Kept:
        """All that is kept of that state."""
        return next(kept for path, kept in self.states.items() if path.endswith(f"/{name}"))

    def answer(self, method: str, path: str, id: str | None, body: bytes) -> tuple[int, bytes]:
        """What the protocol answers."""
        locks = method in ("LOCK", "UNLOCK") or path.endswith("/lock")
        path = path.removesuffix("/lock")
        if locks:
            if not self.has_locks:
                return 405, b""
            if method in ("LOCK", "POST"):
                return self._lock(path, json.loads(body))
            return self._unlock(path, id, body)
        kept = self.states.get(path)
        if method == "GET":
            return (404, b"") if kept is None else (200, kept.versions[-1]) if kept.versions else (204, b"")
        if method != "POST":
            return 405, b""
        return self._write(self.states.setdefault(path, Kept()), id, body)

    def _write(self, kept: Kept, id: str | None, body: bytes) -> tuple[int, bytes]:
        if self.compares_ids and (kept.lock["ID"] if kept.lock else None) != id:
            return (409 if self.gitlab else 423), b""
        if self.gitlab:
            try:
                serial = json.loads(body)["serial"]
            except (ValueError, KeyError, TypeError):
                return 400, b'{"error": "serial is missing"}'
            if not isinstance(serial, int) or serial in kept.serials:
                return 422, b'{"message": "Version has already been taken"}'
            kept.serials.add(serial)
        kept.versions.append(body)
        return 200, b""

    def _lock(self, path: str, info: dict[str, str]) -> tuple[int, bytes]:
        kept = self.states.setdefault(path, Kept())
        if kept.lock is None or not self.is_true:
            kept.lock = info | {"Who": USER if self.gitlab else info["Who"]}
            return 200, b""
        # GitLab answers with what the one who asks said of itself, but for these.
        told = (
            {**info, **{key: kept.lock[key] for key in ("ID", "Who", "Created")}}
            if self.gitlab
            else kept.lock
        )
        said = json.dumps(told).encode() if self.locked_answer is None else self.locked_answer
        return (409 if self.gitlab else 423), said

    def _unlock(self, path: str, id: str | None, body: bytes) -> tuple[int, bytes]:
        kept = self.states.setdefault(path, Kept())
        wanted = id or (json.loads(body).get("ID") if body else None)
        if wanted is not None and (kept.lock is None or kept.lock["ID"] != wanted):
            return 409, b""
        kept.lock = None
        return 200, b""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    kept: StateServer

    def _any(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        expected = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        with self.kept.guard:
            self.kept.asked.append((self.command, parts.path))
            left = self.kept.faults.get(self.command)
            fault = left.pop(0) if left else None
            login = self.headers.get("Authorization")
            self.kept.logins.append(login)
            if self.kept.is_public and login is None and self.command == "GET":
                status, answer = self.kept.answer("GET", parts.path, None, body)
                status = 403 if status in (204, 404) else status
            elif login != f"Basic {expected}":
                status, answer = 401, b""
            elif fault == "drop-before":
                self.close_connection = True
                return
            elif isinstance(fault, str) and fault.isdigit():
                status, answer = int(fault), b""
            else:
                id = parse_qs(parts.query).get("ID", [None])[0]
                status, answer = self.kept.answer(self.command, parts.path, id, body)
        if fault == "drop-after":
            self.close_connection = True
            return
        self.send_response(fault if isinstance(fault, int) else status)
        if fault == 302:
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.send_header("Content-Length", str(0 if status == 204 else len(answer)))
        self.end_headers()
        if status != 204:
            self.wfile.write(answer)

    do_GET = do_POST = do_DELETE = do_LOCK = do_UNLOCK = _any  # noqa: N815 - named by the standard library

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    block_on_close = False


@contextmanager
def state_server(**manner: Any) -> Iterator[StateServer]:
    """A server on a free port of loopback, for the length of the block."""
    kept = StateServer(**manner)
    handler = type("Handler", (_Handler,), {"kept": kept})
    server = _Server(("127.0.0.1", 0), handler)
    kept.origin = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.02), daemon=True)
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
