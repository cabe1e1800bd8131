"""The service as the machine sees it: a served sandbox, its control plane over one kept connection."""

import base64
import http.client
import json
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from jsms_sync.sandbox.serve import running
from jsms_sync.sandbox.settings import Access, Settings

START = datetime(2027, 1, 4, 2, tzinfo=UTC)
"""Every example begins on this Monday, at 10:00 in China."""

VENDORS = 1

Json = dict[str, Any]


@dataclass(frozen=True)
class Objects:
    """What exists at the service: templates by temp_id, schedules by schedule_id; sent ones too."""

    templates: Mapping[int, Json]
    schedules: Mapping[str, Json]

    @property
    def pending(self) -> dict[str, Json]:
        """The schedules that are still to be sent."""
        return {id: each for id, each in self.schedules.items() if each["status"] == "pending"}


class Service:
    """One running sandbox whose clock stands still until it is moved."""

    def __init__(self, access: Access, connection: http.client.HTTPConnection) -> None:
        self.access, self._connection, self._lock = access, connection, Lock()
        pair = f"{access.app_key}:{access.master_secret}".encode()
        self._headers = {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
        self.now = START

    def _ask(self, method: str, path: str, body: object = None) -> tuple[int, bytes]:
        with self._lock:
            said = None if body is None else json.dumps(body).encode()
            self._connection.request(method, path, said, self._headers)
            answer = self._connection.getresponse()
            return answer.status, answer.read()

    def control(self, method: str, path: str, body: object = None) -> Any:
        """One control call that must succeed; its JSON."""
        status, said = self._ask(method, f"/_sandbox/{path}", body)
        assert status == 200, said
        return json.loads(said)

    def raw(self, method: str, path: str, body: object = None) -> int:
        """One call of the API behind the tool's back, which meets no fault; its HTTP status."""
        faults = self.faults()
        self.recover()
        status = self._ask(method, f"/v1/{path}", body)[0]
        for fault in faults:
            self.break_down(fault)
        return status

    def reset(self, beliefs: Json) -> None:
        """As new, and believing that of JSMS."""
        self.control("POST", "reset")
        self.control("PUT", "beliefs", beliefs)
        self.now = START

    def advance(self, seconds: float) -> None:
        """Time passes, and what is due is sent."""
        self.control("PUT", "clock", {"advance": seconds})
        self.now += timedelta(seconds=seconds)

    def objects(self) -> Objects:
        """Everything that exists but for the vendor's template."""
        state = self.control("GET", "state")
        templates = {each["temp_id"]: each for each in state["templates"] if each["temp_id"] != VENDORS}
        return Objects(templates, {each["schedule_id"]: each for each in state["schedules"]})

    def decide(self, temp_id: int, *, approved: bool) -> None:
        """The audit of a template ends."""
        self.control("POST", f"templates/{temp_id}/audit", {"status": 1 if approved else 2, "reason": "no"})

    def outbox(self) -> list[Json]:
        """Every message that was sent."""
        found: list[Json] = self.control("GET", "outbox")
        return found

    def requests(self) -> list[Json]:
        """The API requests since the last `forget`."""
        found: list[Json] = self.control("GET", "requests")
        return found

    def forget(self) -> None:
        """Starts the list of requests anew."""
        self.control("DELETE", "requests")

    def faults(self) -> list[Json]:
        """The faults still to come."""
        found: list[Json] = self.control("GET", "faults")
        return found

    def break_down(self, fault: Json) -> None:
        """Scripts a fault."""
        self.control("POST", "faults", fault)

    def recover(self) -> None:
        """No faults from now on."""
        self.control("DELETE", "faults")


@contextmanager
def serving() -> Iterator[Service]:
    """A service for as long as the block runs, to be reset for every example."""
    with running(Settings(port=0, now=START)) as access:
        address = urlsplit(access.console).netloc
        with closing(http.client.HTTPConnection(address, timeout=20)) as connection:
            yield Service(access, connection)
