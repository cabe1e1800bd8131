"""Callbacks: the handshake with a URL, and events posted to it, signed and repeated (jsms-api.md §8.2)."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import secrets
import ssl
import string
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from http.client import HTTPException, HTTPResponse
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode, urlsplit

from jsms_sync.sandbox.addresses import is_loopback
from jsms_sync.sandbox.clock import written
from jsms_sync.sandbox.sending import callback_urls
from jsms_sync.sandbox.store_mail import Callback, milliseconds
from jsms_sync.sandbox.world import World

_LONGEST_ANSWER: Final = 65_536
_LETTERS: Final = string.ascii_letters + string.digits


class _Answer(NamedTuple):
    status: int
    body: bytes


def check_url(url: object, *, allow_remote: bool) -> str:
    """A URL that may be called; ValueError with a sentence for any other."""
    try:
        parts = urlsplit(url if isinstance(url, str) else "")
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = None
    if (
        not usable
        or not parts.geturl().isascii()
        or not parts.geturl().isprintable()
        or " " in parts.geturl()
    ):
        raise ValueError("a callback needs a URL that begins with http:// or https://")
    if not allow_remote and not is_loopback(parts.hostname or ""):
        raise ValueError(f"{parts.hostname} is not on loopback, and the sandbox calls nothing else")
    return parts.geturl()


async def shake_hands(url: str, patience: float) -> None:
    """Returns when the URL echoes a word within so many seconds; ValueError with a sentence when not."""
    word = "".join(secrets.choice(_LETTERS) for _ in range(8))
    asked = f"{url}{'&' if urlsplit(url).query else '?'}echostr={word}"
    answer = await _ask("GET", asked, b"", patience)
    if isinstance(answer, str):
        raise ValueError(f"{url} does not answer: {answer}")
    if answer.status != 200 or answer.body.strip() != word.encode():
        raise ValueError(f"{url} does not answer GET with the text of its parameter echostr")


async def post_due(world: World) -> None:
    """Posts every callback that is due by now, one after the other; an event without a URL is given up."""
    while (callback := world.store.mail.due_callback(world.now().timestamp())) is not None:
        url = callback_urls(world.store).get(callback.type)
        # Where the clock leaps over several attempts, each is made at its own instant.
        at = callback.due_at if world.clock.standing else world.now().timestamp()
        answer = await _post(world, callback, url, at) if url else "no callback is configured"
        with world.store.writing():
            world.store.mail.save_callback(callback, _after(world, callback, at, answer))
        world.mark()


async def _post(world: World, callback: Callback, url: str, at: float) -> _Answer | str:
    return await _ask("POST", url, _form(world, callback, at), world.beliefs.callback_patience)


def _form(world: World, callback: Callback, at: float) -> bytes:
    nonce, timestamp = secrets.randbits(64) - 2**63, milliseconds(at)
    fields = {
        "nonce": nonce,
        "timestamp": timestamp,
        "signature": signature(world.settings.app_key, world.settings.master_secret, nonce, timestamp),
        "type": callback.type,
        "data": json.dumps(callback.data, ensure_ascii=False, separators=(",", ":")),
    }
    return urlencode(fields).encode()


def signature(app_key: str, master_secret: str, nonce: int, timestamp: int) -> str:
    """The signature of a callback: hex SHA-1; it covers neither type nor data (jsms-api.md §8.2)."""
    text = f"appKey={app_key}&appMasterSecret={master_secret}&nonce={nonce}&timestamp={timestamp}"
    return hashlib.sha1(text.encode()).hexdigest()


def _after(world: World, callback: Callback, at: float, answer: _Answer | str) -> Callback:
    """The callback after an attempt: done, to be repeated, or given up after the last retry."""
    attempt: dict[str, Any] = {"at": written(datetime.fromtimestamp(at, UTC))}
    if isinstance(answer, _Answer):
        attempt |= {"status": answer.status}
    else:
        attempt |= {"status": None, "error": answer}
    tried, waits = [*callback.attempts, attempt], world.beliefs.callback_retries
    if isinstance(answer, _Answer) and _is_taken(answer.status, world.beliefs.callback_needs_200):
        return replace(callback, status="done", attempts=tried)
    if len(tried) > len(waits) or callback.type not in callback_urls(world.store):
        return replace(callback, status="failed", attempts=tried)
    return replace(callback, due_at=at + waits[len(tried) - 1], attempts=tried)


def _is_taken(status: int, needs_200: bool) -> bool:
    return status == 200 if needs_200 else 200 <= status < 300


async def _ask(method: str, url: str, body: bytes, patience: float) -> _Answer | str:
    """The answer on a connection of its own, or what went wrong; redirects are not followed."""
    try:
        async with asyncio.timeout(patience):
            return await _exchange(method, url, body)
    except TimeoutError:
        return f"no answer within {patience} s"
    except (OSError, HTTPException, ValueError) as error:
        return str(error) or type(error).__name__


async def _exchange(method: str, url: str, body: bytes) -> _Answer:
    parts = urlsplit(url)
    context = ssl.create_default_context() if parts.scheme == "https" else None
    port = parts.port or (443 if context else 80)
    reader, writer = await asyncio.open_connection(parts.hostname, port, ssl=context)
    try:
        writer.write(_head(method, url, body) + body)
        await writer.drain()
        return _read(await _everything(reader))
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def _everything(reader: asyncio.StreamReader) -> bytes:
    raw = b""
    while len(raw) < _LONGEST_ANSWER and (more := await reader.read(_LONGEST_ANSWER)):
        raw += more
    return raw


def _head(method: str, url: str, body: bytes) -> bytes:
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [f"{method} {target} HTTP/1.1", f"Host: {parts.netloc.rpartition('@')[2]}", "Connection: close"]
    if method == "POST":
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode()


class _Bytes:
    """What http.client needs of a socket."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw

    def makefile(self, _mode: str) -> io.BytesIO:
        return io.BytesIO(self._raw)


def _read(raw: bytes) -> _Answer:
    response = HTTPResponse(_Bytes(raw))  # type: ignore[arg-type]  # of a socket it asks for nothing else
    response.begin()
    return _Answer(response.status, response.read())
