"""The sandbox as a server: in the foreground until a signal, or in a thread for as long as a block runs."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from types import FrameType
from typing import Any, cast

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from jsms_sync.sandbox.addresses import is_loopback
from jsms_sync.sandbox.control import control_app
from jsms_sync.sandbox.pulse import beat
from jsms_sync.sandbox.settings import Access, Settings
from jsms_sync.sandbox.wire import CUT, common_headers, serve_v1
from jsms_sync.sandbox.world import World

# How long a stop waits for the answers under way.
_GRACE = 0.5
# nginx's defaults.
_KEEP_ALIVE, _BACKLOG = 75, 511


class _Protocol(HttpToolsProtocol):
    """uvicorn's protocol, with the means to cut the connection in reach of the application."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        """Sends without waiting; asyncio sees to it only where a socket names its protocol, unlike ours."""
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().connection_made(transport)

    def on_message_begin(self) -> None:
        """Hands out the means with every request."""
        super().on_message_begin()
        self.scope["extensions"] = {CUT: {"cut": self._cut}}

    def _cut(self, at_once: bool) -> None:
        if at_once:
            self.transport.abort()
        else:
            self.transport.close()


def application(world: World) -> ASGIApp:
    """The ASGI application: /v1 directly, since it is the busy part, the rest through Starlette's routes."""
    control = control_app(world)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path == "/v1" or path.startswith("/v1/"):
            return await serve_v1(world, scope, receive, send)

        async def send_dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*common_headers(world), *message["headers"]]
            await send(message)

        return await control(scope, receive, send_dated)

    return app


def serve(settings: Settings, announce: Callable[[dict[str, object]], None]) -> None:
    """Serves until SIGTERM or SIGINT, in the main thread; calls `announce` once it accepts connections.

    OSError when the port is taken or the database cannot be opened, ValueError for a host that is not
    loopback without `allow_remote`.
    """
    with _opened(settings) as (world, listener):
        access = _access(settings, listener)
        asyncio.run(_until_signalled(world, listener, lambda: announce(asdict(access))))


@contextmanager
def running(settings: Settings) -> Iterator[Access]:
    """A sandbox in a thread for as long as the block runs; port 0 picks a free one. Errors as for `serve`."""
    with _opened(settings) as (world, listener), _loop_in_thread() as loop:
        server = asyncio.run_coroutine_threadsafe(_listen(world, listener), loop).result()
        try:
            yield _access(settings, listener)
        finally:
            asyncio.run_coroutine_threadsafe(server.stop(), loop).result()


@contextmanager
def _loop_in_thread() -> Iterator[asyncio.AbstractEventLoop]:
    with closing(asyncio.new_event_loop()) as loop:
        thread = threading.Thread(target=loop.run_forever, name="jsms-sandbox", daemon=True)
        thread.start()
        try:
            yield loop
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()


@contextmanager
def _opened(settings: Settings) -> Iterator[tuple[World, socket.socket]]:
    if not (settings.allow_remote or is_loopback(settings.host)):
        raise ValueError(f"{settings.host} is not a loopback address: others could reach the sandbox")
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.create_server((settings.host, settings.port), family=family, backlog=_BACKLOG) as listener:
        world = World.of(settings)
        with closing(world.store):
            yield world, listener


def _access(settings: Settings, listener: socket.socket) -> Access:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    origin = f"http://{host}:{listener.getsockname()[1]}"
    keys = (settings.app_key, settings.master_secret, settings.dev_key, settings.dev_secret)
    return Access(f"{origin}/v1", f"{origin}/", *keys)


async def _until_signalled(world: World, listener: socket.socket, ready: Callable[[], None]) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(stop.set)

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        server = await _listen(world, listener)
        ready()
        await stop.wait()
        await server.stop()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


async def _listen(world: World, listener: socket.socket) -> _Server:
    config = Config(
        cast(Any, application(world)),  # uvicorn spells the ASGI types differently from Starlette
        http=_Protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE,
    )
    config.load()
    connected = ServerState()
    loop = asyncio.get_running_loop()
    pulse = asyncio.create_task(beat(world))
    accepting = await loop.create_server(
        lambda: _Protocol(config, connected, {}), sock=listener, backlog=_BACKLOG
    )
    return _Server(world, accepting, connected, pulse)


@dataclass(frozen=True)
class _Server:
    world: World
    accepting: asyncio.Server
    connected: ServerState
    pulse: asyncio.Task[None]

    async def stop(self) -> None:
        """Closes idle connections at once, the others when their answer is out or the grace has run."""
        self.pulse.cancel()
        self.accepting.close()
        self.world.seen.ring()
        for connection in list(self.connected.connections):
            connection.shutdown()
        await asyncio.wait([self.pulse])
        if self.connected.tasks:
            await asyncio.wait(list(self.connected.tasks), timeout=_GRACE)
        for task in list(self.connected.tasks):
            task.cancel()
        for connection in list(self.connected.connections):
            connection.transport.abort()
        while self.connected.connections or self.connected.tasks:
            await asyncio.sleep(0)
