"""The sandbox: how many requests it answers, and how soon it is there."""

import base64
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from benchmarks.measure import Row, Scale, Work, compare, process
from jsms_sync.sandbox.controller import Sandbox
from jsms_sync.sandbox.settings import Access

CONNECTIONS = 16
TEXT = "您的订单{{order}}已由{{carrier}}发出。"
SERVE = ("jsms_sync", "sandbox", "--port", "0", "--format", "json")


def rows(scale: Scale, folder: Path) -> tuple[list[Row], list[str]]:
    """Its start, and its answers."""
    return [starting(scale.rounds), answering(scale.of(10_000), scale.rounds)], []


def answering(number: int, rounds: int) -> Row:
    """Reading a template from another process, against the same bytes said without thinking."""
    with _piped(*SERVE) as (_, said):
        sandbox = Sandbox(Access(**json.loads(said.readline())))
        port = urlsplit(sandbox.console).port or 0
        request = _request(sandbox.app_key, sandbox.master_secret, sandbox.add_template(TEXT), port)
        with (
            _asking(port, request, number, CONNECTIONS) as ours,
            _answering(_captured(port, request)) as fixed,
            _asking(fixed, request, number, CONNECTIONS) as floor,
        ):
            what = f"the sandbox: {number:,} × GET /v1/templates/{{id}}, {CONNECTIONS} connections"
            return compare(what, ours, "fixed bytes", floor, rounds, number=number)


def starting(rounds: int) -> Row:
    """From nothing to the first answer, against the interpreter alone."""

    def ours() -> None:
        with _piped(*SERVE) as (_, said):
            assert Sandbox(Access(**json.loads(said.readline()))).balance()

    def floor() -> None:
        process(sys.executable, "-c", "pass")

    return compare("the sandbox: start, and first answer", ours, "`python -c pass`", floor, rounds)


def _request(key: str, secret: str, temp_id: int, port: int) -> bytes:
    """The bytes that read that template."""
    pair = base64.b64encode(f"{key}:{secret}".encode()).decode()
    path = f"/v1/templates/{temp_id}"
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Basic {pair}\r\n\r\n".encode()


def _captured(port: int, request: bytes) -> bytes:
    """The answer as it is on the wire."""
    with socket.create_connection(("127.0.0.1", port)) as caller:
        caller.sendall(request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        with caller.makefile("rb") as answer:
            return answer.read().replace(b"connection: close\r\n", b"")


@contextmanager
def _asking(port: int, request: bytes, number: int, connections: int) -> Iterator[Work]:
    """A process that sends so many requests as one piece of work."""
    with _piped("benchmarks.load", "ask", str(port), str(connections), str(number)) as (tell, said):
        _line(tell, base64.b64encode(request).decode())

        def work() -> None:
            _line(tell, "go")
            if not said.readline():
                raise RuntimeError("the requests could not be sent; what stands above says why")

        work()
        yield work


@contextmanager
def _answering(answer: bytes) -> Iterator[int]:
    """A process that gives that answer to everything; its port."""
    with _piped("benchmarks.load", "answer") as (tell, said):
        _line(tell, base64.b64encode(answer).decode())
        yield int(said.readline())


@contextmanager
def _piped(module: str, *arguments: str) -> Iterator[tuple[IO[str], IO[str]]]:
    """A module run in a process of its own, which ends with the block: what it is told, and what it says."""
    command = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdin
        assert run.stdout
        try:
            yield run.stdin, run.stdout
        finally:
            run.terminate()


def _line(tell: IO[str], text: str) -> None:
    tell.write(f"{text}\n")
    tell.flush()
