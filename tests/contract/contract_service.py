"""The service that beliefs are asked of: plain HTTP, paced, remembering what was said and what to delete."""

from __future__ import annotations

import base64
import http.client
import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import pytest

from jsms_sync.api import service_at
from jsms_sync.sandbox.serve import running
from jsms_sync.sandbox.settings import Settings

DEFAULT_BASE_URL = "https://api.sms.jpush.cn/v1"
LEAST_SECONDS = 0.2
# Nobody can be texted or called at it, and no template, signature or schedule has these ids.
NO_MOBILE = "1"
NO_TEMPLATE = 999_999_999
NO_SIGN = 999_999_999
NO_SCHEDULE = "00000000-0000-4000-8000-000000000000"
NO_MESSAGE = "1"
# Accepted POSTs answer with one of these; what it names is deleted at the end.
_CREATED = {"temp_id": "/templates", "schedule_id": "/schedule", "sign_id": "/sign"}
_GONE = (50013, 50028, 50029, 50102)


@dataclass(frozen=True)
class Answer:
    """One HTTP answer as it came."""

    status: int
    headers: dict[str, str] = field(repr=False)
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON; None when it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def code(self) -> Any:
        """The return code of an error body, None for any other answer."""
        match self.json:
            case {"error": {"code": code}}:
                return code
        return None

    @property
    def refusal(self) -> tuple[int, Any]:
        """HTTP status and return code."""
        return self.status, self.code


@dataclass
class Pace:
    """Lets so many seconds pass between two calls."""

    least: float
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    last: float | None = None

    def wait(self) -> None:
        """Returns when the next call may leave."""
        if self.last is not None and (left := self.last + self.least - self.now()) > 0:
            self.sleep(left)

    def done(self) -> None:
        """A call has ended."""
        self.last = self.now()


@dataclass(frozen=True)
class Target:
    """Where beliefs are asked, with whose credentials; secrets are not shown."""

    base_url: str
    app: str = field(repr=False)
    dev: str | None = field(repr=False)
    mobile: str | None = field(repr=False)
    pace: Pace = field(repr=False)


@dataclass
class Service:
    """Requests to one target; `exchanges` tells them without credentials and without the person's number."""

    target: Target
    exchanges: list[str] = field(default_factory=list)
    created: list[str] = field(default_factory=list)

    def send(
        self, method: str, path: str, body: object = None, *, auth: str | None = "app", **headers: str
    ) -> Answer:
        """One request; `auth` is "app", "dev", None, or a whole header. Bytes go as they are.

        The content type is JSON's for a body that is none of bytes; Content_Type="" leaves it out.
        """
        raw = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        known = {"app": self.target.app, "dev": self.target.dev or "", None: ""}
        kind = "" if raw is None or isinstance(body, bytes) else "application/json"
        sent = {"Authorization": known.get(auth, auth or ""), "Content-Type": kind}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self._exchange(method, path, raw, {name: value for name, value in sent.items() if value})
        self._note(method, path, raw, answer)
        return answer

    def _exchange(self, method: str, path: str, raw: bytes | None, headers: Mapping[str, str]) -> Answer:
        url = urlsplit(self.target.base_url)
        connect = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
        self.target.pace.wait()
        try:
            with closing(connect(url.netloc, timeout=30)) as connection:
                connection.request(method, url.path + path, raw, dict(headers))
                found = connection.getresponse()
                heads = {name.lower(): value for name, value in found.getheaders()}
                return Answer(found.status, heads, found.read())
        finally:
            self.target.pace.done()

    def _note(self, method: str, path: str, raw: bytes | None, answer: Answer) -> None:
        sent = "" if raw is None else f" {raw[:300].decode('utf-8', 'replace')}"
        content_type = answer.headers.get("content-type", "no content type")
        told = answer.body[:1000].decode("utf-8", "replace")
        self.exchanges.append(
            self._masked(f"{method} {path}{sent}\n  -> {answer.status} {content_type}\n     {told}")
        )
        said = answer.json if method == "POST" and answer.status == 200 else None
        if isinstance(said, dict):
            self.created += [f"{where}/{said[name]}" for name, where in _CREATED.items() if name in said]

    def _masked(self, text: str) -> str:
        return text.replace(self.target.mobile, "MOBILE") if self.target.mobile else text

    def clean_up(self) -> list[str]:
        """Deletes what was created, the latest first; what is still there is told."""
        return [path for path in dict.fromkeys(reversed(self.created)) if not self._deleted(path)]

    def _deleted(self, path: str) -> bool:
        try:
            answer = self.send("DELETE", path)
        except (OSError, http.client.HTTPException):
            return False
        return answer.status == 200 or answer.code in _GONE


def targets(environment: Mapping[str, str]) -> list[str]:
    """The sandbox always; the real service only when both variables are set."""
    named = ("JSMS_CONTRACT_APP_KEY", "JSMS_CONTRACT_MASTER_SECRET")
    return ["sandbox", "real"] if all(environment.get(name) for name in named) else ["sandbox"]


@contextmanager
def reached(name: str, pace: Pace) -> Iterator[Target]:
    """The target of that name for as long as the block runs; the pace is for the real one."""
    if name == "real":
        yield real(os.environ, pace)
        return
    with running(Settings(port=0)) as access:
        app, dev = basic(access.app_key, access.master_secret), basic(access.dev_key, access.dev_secret)
        yield Target(access.base_url, app, dev, "13812345678", Pace(0))


def real(environment: Mapping[str, str], pace: Pace) -> Target:
    """JSMS itself, or what JSMS_CONTRACT_BASE_URL names; InvalidInput when credentials may not go there."""
    dev = environment.get("JSMS_CONTRACT_DEV_KEY"), environment.get("JSMS_CONTRACT_DEV_SECRET")
    return Target(
        service_at(environment.get("JSMS_CONTRACT_BASE_URL") or DEFAULT_BASE_URL).base_url.rstrip("/"),
        basic(environment["JSMS_CONTRACT_APP_KEY"], environment["JSMS_CONTRACT_MASTER_SECRET"]),
        basic(dev[0], dev[1]) if dev[0] and dev[1] else None,
        environment.get("JSMS_CONTRACT_MOBILE") or None,
        pace,
    )


def basic(user: str, password: str) -> str:
    """An Authorization header."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def belief(source: str, mark: str) -> pytest.MarkDecorator:
    """Tags a test with where its belief comes from; D documented, W seen in the wild, I inferred by us."""
    assert re.fullmatch(r"§\d+(\.\d+)?( row \d+| code \d{5})?", source), source
    assert mark in ("D", "W", "I"), mark
    return pytest.mark.belief(f"jsms-api.md {source}", mark)


# Sixty days ahead, as the wire writes it (jsms-api.md §4.7: no short horizon), and an hour later.
_DAY: Final = datetime.now(UTC) + timedelta(days=60)
FAR_AHEAD: Final = f"{_DAY:%Y-%m-%d} 10:00:00"
AN_HOUR_LATER: Final = f"{_DAY:%Y-%m-%d} 11:00:00"
