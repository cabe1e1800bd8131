"""An HTTP server on loopback that says exactly the bytes it is told, and remembers what it heard."""

import gzip
import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import BinaryIO


@dataclass(frozen=True)
class Heard:
    """One request; `connection` counts the connections from 1."""

    connection: int
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Says:
    """Bytes to answer with, after a delay in seconds, and what becomes of the connection then."""

    data: bytes
    then: str = "close"
    delay: float = 0.0


CUT = Says(b"")
RESET = Says(b"", then="reset")


def http(status: int, body: object = b"", *, then: str = "keep", **headers: str) -> Says:
    """A complete answer; a body that is not bytes is sent as JSON."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    fields = {"Content-Type": "application/json", "Content-Length": str(len(data))}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
    return Says(f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{head}\r\n".encode() + data, then)


def gzipped(status: int, data: bytes) -> Says:
    """The same, compressed."""
    return http(status, gzip.compress(data), Content_Encoding="gzip")


def refusal(number: object, status: int = 403) -> Says:
    """The error body of JSMS (`jsms-api.md §1`)."""
    return http(status, {"error": {"code": number, "message": "whatever"}})


class ScriptedServer:
    """A context manager; the last thing of the script is said to every further request."""

    def __init__(self, *script: Says, tls: ssl.SSLContext | None = None, proxy: bool = False) -> None:
        self.script: Sequence[Says] = script
        self.heard: list[Heard] = []
        self.connects: list[str] = []
        self._tls, self._proxy = tls, proxy
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self.connections = 0
        self._goodbyes = threading.Semaphore(0)
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]

    @property
    def base_url(self) -> str:
        return f"http{'s' if self._tls else ''}://127.0.0.1:{self.port}/v1"

    def __enter__(self) -> "ScriptedServer":
        self._start(self._accept)
        return self

    def wait_for_goodbye(self, seconds: float) -> None:
        """The caller has closed one more connection."""
        assert self._goodbyes.acquire(timeout=seconds)

    def stop_listening(self) -> None:
        """Refuses new connections from now on."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop_listening()
        for sock in self._open:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()
        for thread in self._threads:
            thread.join(5)

    def _start(self, target: object, *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)  # type: ignore[arg-type]  # a bound method
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._open.append(sock)
                self.connections += 1
                self._start(self._serve, sock, self.connections)

    def _serve(self, sock: socket.socket, number: int) -> None:
        with suppress(OSError, ValueError):
            channel = self._tunnel(sock) if self._proxy else sock
            if self._tls is not None:
                # A copy of the socket, so that closing the original in `__exit__` ends this thread as well.
                channel = self._tls.wrap_socket(channel, server_side=True)
                self._open.append(channel)
            self._converse(channel, number)
            channel.close()

    def _tunnel(self, sock: socket.socket) -> socket.socket:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += sock.recv(1)
        self.connects.append(head.split()[1].decode())
        sock.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        return sock

    def _converse(self, sock: socket.socket, number: int) -> None:
        with sock.makefile("rb") as stream:
            while (heard := _read(stream, number)) is not None:
                says = self._next(heard)
                time.sleep(says.delay)
                sock.sendall(says.data)
                while says.then == "drip":
                    sock.sendall(b" ")
                    time.sleep(0.02)
                if says.then == "reset":
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                if says.then != "keep":
                    return
        self._goodbyes.release()

    def _next(self, heard: Heard) -> Says:
        with self._lock:
            self.heard.append(heard)
            return self.script[min(len(self.heard), len(self.script)) - 1]


def _read(stream: BinaryIO, number: int) -> Heard | None:
    line = stream.readline().split()
    if len(line) != 3:
        return None
    headers: dict[str, str] = {}
    while (header := stream.readline().strip()) != b"":
        name, _, value = header.decode("latin-1").partition(": ")
        headers[name.lower()] = value
    body = stream.read(int(headers.get("content-length", "0")))
    return Heard(number, line[0].decode(), line[1].decode(), headers, body)
