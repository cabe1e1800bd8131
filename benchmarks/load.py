"""Both ends of a measurement: one asks as fast as it gets answers, the other answers without thinking.

`python -m benchmarks.load ask PORT CONNECTIONS NUMBER` sends the request of its first line of stdin, in
base64, so many times for each further line and then says the seconds; `python -m benchmarks.load answer` says
its port and gives the answer of its line to everything.
"""

import base64
import selectors
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing

_LENGTH = b"content-length:"


def ask(port: int, connections: int, number: int) -> None:
    """One round for each line; every connection has one request on its way, and the next after its answer."""
    request = base64.b64decode(sys.stdin.readline())
    with ExitStack() as opened, selectors.DefaultSelector() as ready:
        for _ in range(connections):
            caller = opened.enter_context(closing(socket.create_connection(("127.0.0.1", port))))
            caller.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            ready.register(caller, selectors.EVENT_READ, bytearray())
        for _ in sys.stdin:
            started = time.perf_counter()
            _round(ready, request, number)
            print(time.perf_counter() - started, flush=True)


def _round(ready: selectors.BaseSelector, request: bytes, number: int) -> None:
    callers = [key.fileobj for key in ready.get_map().values()]
    for caller in callers:
        caller.sendall(request)  # type: ignore[union-attr]  # only sockets are registered
    left, wanted = number - len(callers), number
    for caller in _answered(ready):
        wanted -= 1
        if left > 0:
            caller.sendall(request)
            left -= 1
        if not wanted:
            return


def _answered(ready: selectors.BaseSelector) -> Iterator[socket.socket]:
    """The connections whose answer is complete, for ever; RuntimeError for any answer but a 200."""
    while True:
        for key, _ in ready.select():
            caller: socket.socket = key.fileobj  # type: ignore[assignment]  # only sockets are registered
            key.data.extend(caller.recv(65536))
            head, _, body = key.data.partition(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200 "):
                raise RuntimeError(f"answered {bytes(key.data)!r}")
            at = head.lower().index(_LENGTH) + len(_LENGTH)
            if len(body) == int(head[at:].split(b"\r\n", 1)[0]):
                key.data.clear()
                yield caller


def answer() -> None:
    """The same bytes for whatever arrives, until the connections are closed."""
    said = base64.b64decode(sys.stdin.readline())
    with socket.create_server(("127.0.0.1", 0)) as listener, selectors.DefaultSelector() as ready:
        ready.register(listener, selectors.EVENT_READ)
        print(listener.getsockname()[1], flush=True)
        while True:
            for key, _ in ready.select():
                if key.fileobj is listener:
                    ready.register(listener.accept()[0], selectors.EVENT_READ)
                    continue
                caller: socket.socket = key.fileobj  # type: ignore[assignment]  # only sockets are registered
                if caller.recv(65536):
                    caller.sendall(said)
                else:
                    ready.unregister(caller)
                    caller.close()


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["ask", *numbers]:
            ask(*map(int, numbers))
        case _:
            answer()
