"""A proxy before a store that ends the client, or its connection, at a write: before it is done, or after."""

import os
import re
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

WRITES = {
    "gitlab": re.compile(rb"\A(?:POST|DELETE) /"),
    "s3": re.compile(rb"\APUT /"),
    "postgres": re.compile(rb"(?:INSERT INTO|UPDATE) jsms_sync_state"),
}
"""What the first bytes of a request look like that changes something."""


@dataclass
class Killer:
    """Kills `victim` at the write of that number, or cuts the connection where there is none.

    `done` tells whether it has.
    """

    target: tuple[str, int]
    pattern: re.Pattern[bytes]
    fatal: int
    after: bool
    port: int = 0
    victim: int = 0
    seen: int = 0
    guard: threading.Lock = field(default_factory=threading.Lock)
    done: threading.Event = field(default_factory=threading.Event)

    def is_fatal(self, data: bytes) -> bool:
        """Whether this is the write at which the client dies."""
        with self.guard:
            self.seen += bool(self.pattern.search(data))
            return bool(self.pattern.search(data)) and self.seen == self.fatal

    def kill(self) -> None:
        """The client, or its connection, is no more."""
        if self.victim:
            os.kill(self.victim, signal.SIGKILL)
        self.done.set()


@contextmanager
def killing_proxy(kind: str, host: str, port: int, fatal: int, *, after: bool) -> Iterator[Killer]:
    """A port of loopback that leads to the store, for the length of the block."""
    killer = Killer((host, port), WRITES[kind], fatal, after)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        killer.port = listening.getsockname()[1]
        threading.Thread(target=_serve, args=(listening, killer), daemon=True).start()
        yield killer


def _serve(listening: socket.socket, killer: Killer) -> None:
    with suppress(OSError):
        while True:
            client, _ = listening.accept()
            threading.Thread(target=_relay, args=(client, killer), daemon=True).start()


def _relay(client: socket.socket, killer: Killer) -> None:
    with suppress(OSError), client, socket.create_connection(killer.target) as store:
        threading.Thread(target=_answers, args=(store, client, killer), daemon=True).start()
        while data := client.recv(1 << 20):
            if killer.is_fatal(data):
                if not killer.after:
                    killer.kill()
                    return
                killer.fatal = -1
            store.sendall(data)


def _answers(store: socket.socket, client: socket.socket, killer: Killer) -> None:
    with suppress(OSError):
        while data := store.recv(1 << 20):
            if killer.fatal == -1 and not killer.done.is_set():
                killer.kill()
                break
            client.sendall(data)
    with suppress(OSError):
        client.shutdown(socket.SHUT_RDWR)
