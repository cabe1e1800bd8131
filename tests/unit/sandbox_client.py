"""A plain HTTP client for the tests of the sandbox: it knows the wire, not the package's own client."""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from jsms_sync.sandbox.serve import running
from jsms_sync.sandbox.settings import Access, Settings

APPROVED_TEXT = "您的订单{{order}}已由{{carrier}}发出。"
SEND_TIME = "2027-03-01 10:00:00"
LATER = "2027-03-01 11:00:00"
# An hour before SEND_TIME, and its own instant, in UTC.
BEFORE, AT = "2027-03-01T01:00:00Z", "2027-03-01T02:00:00Z"


@dataclass(frozen=True)
class Answer:
    """One HTTP answer as it came."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def code(self) -> int | None:
        """The return code of an error body, None for any other answer."""
        said = self.json if self.body else {}
        return said["error"]["code"] if "error" in said else None


@dataclass(frozen=True)
class Client:
    """Requests against one running sandbox."""

    access: Access

    def send(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """One request with the app's credentials unless others are given; bytes go as they are."""
        sent = {"Authorization": basic(self.access.app_key, self.access.master_secret)} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        return self.send_raw(method, path, raw, {name: value for name, value in sent.items() if value})

    def send_raw(self, method: str, path: str, raw: bytes | None, headers: dict[str, str]) -> Answer:
        """One request on a connection of its own, with exactly these headers beside Host and the length."""
        with closing(
            http.client.HTTPConnection(urlsplit(self.access.base_url).netloc, timeout=20)
        ) as connection:
            connection.request(method, path, raw, headers)
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())

    def control(self, method: str, path: str, body: object = None) -> Any:
        """One control call that must succeed; its JSON."""
        answer = self.send(method, f"/_sandbox/{path}", body, Authorization="")
        assert answer.status == 200, answer
        return answer.json

    def state(self) -> dict[str, Any]:
        """What /_sandbox/state shows."""
        said: dict[str, Any] = self.control("GET", "state")
        return said

    def clock(self, now: str) -> None:
        """Sets the clock."""
        self.control("PUT", "clock", {"now": now})

    def template(self, text: str = APPROVED_TEXT, status: int | None = 1, **fields: object) -> int:
        """A new template, with this status after its audit; None leaves it to the auditor."""
        answer = self.send("POST", "/v1/templates", {"template": text, "type": 2} | fields)
        temp_id: int = answer.json["temp_id"]
        if status is not None and status != 0:
            self.control("POST", f"templates/{temp_id}/audit", {"status": status})
        return temp_id

    def single(self, temp_id: int, **fields: object) -> str:
        """A new single schedule."""
        answer = self.send("POST", "/v1/schedule", single_body(temp_id, **fields))
        assert answer.status == 200, answer
        schedule_id: str = answer.json["schedule_id"]
        return schedule_id

    def batch(self, temp_id: int, **fields: object) -> str:
        """A new batch schedule of two recipients."""
        answer = self.send("POST", "/v1/schedule/batch", batch_body(temp_id, **fields))
        assert answer.status == 200, answer
        schedule_id: str = answer.json["schedule_id"]
        return schedule_id


def single_body(temp_id: int, **fields: object) -> dict[str, object]:
    """A single schedule that is accepted with an approved APPROVED_TEXT; a field that is None is left out."""
    body = {
        "send_time": SEND_TIME,
        "mobile": "13812345678",
        "temp_id": temp_id,
        "temp_para": {"order": "1001", "carrier": "顺丰"},
    }
    return {name: value for name, value in (body | fields).items() if value is not None}


def batch_body(temp_id: int, **fields: object) -> dict[str, object]:
    """A batch of two recipients that is accepted with an approved APPROVED_TEXT."""
    recipients = [
        {"mobile": "13812345678", "temp_para": {"order": "1002", "carrier": "中通"}},
        {"mobile": "18603050709", "temp_para": {"order": "1003", "carrier": "圆通"}},
    ]
    body = {"send_time": SEND_TIME, "temp_id": temp_id, "recipients": recipients}
    return {name: value for name, value in (body | fields).items() if value is not None}


def basic(user: str, password: str) -> str:
    """An Authorization header."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@contextmanager
def sandbox(**settings: Any) -> Iterator[Client]:
    """A sandbox in memory and on a free port, for one test."""
    with running(Settings(**{"port": 0} | settings)) as access:
        yield Client(access)
