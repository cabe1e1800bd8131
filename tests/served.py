"""A served sandbox as tests see it: its control plane, read over HTTP like anybody else would."""

import base64
import http.client
import json
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from jsms_sync.sandbox.settings import Access


@dataclass(frozen=True)
class Served:
    """A running sandbox."""

    access: Access

    @property
    def environment(self) -> dict[str, str]:
        """What a command needs to find it and to be let in."""
        return {
            "JSMS_APP_KEY": self.access.app_key,
            "JSMS_MASTER_SECRET": self.access.master_secret,
            "JSMS_SYNC_BASE_URL": self.access.base_url,
        }

    def control(self, method: str, path: str, body: object = None) -> Any:
        """One control call that must succeed; its JSON."""
        with closing(http.client.HTTPConnection(urlsplit(self.access.console).netloc, timeout=20)) as caller:
            caller.request(method, f"/_sandbox/{path}", None if body is None else json.dumps(body))
            answer = caller.getresponse()
            said = answer.read()
            assert answer.status == 200, said
            return json.loads(said)

    def templates(self) -> dict[int, dict[str, Any]]:
        """The templates that exist, by temp_id, the vendor's own left out."""
        return {t["temp_id"]: t for t in self.control("GET", "state")["templates"] if t["temp_id"] != 1}

    def schedules(self) -> dict[str, dict[str, Any]]:
        """The schedules that exist, by schedule_id."""
        return {s["schedule_id"]: s for s in self.control("GET", "state")["schedules"]}

    def texts(self) -> dict[str, int]:
        """The content of every template that exists → its temp_id; no content stands twice."""
        found = [(t["template"], temp_id) for temp_id, t in self.templates().items()]
        assert len(dict(found)) == len(found), found
        return dict(found)

    def approve(self, *temp_ids: int) -> None:
        """Approves these, or all that exist."""
        for temp_id in temp_ids or self.templates():
            self.control("POST", f"templates/{temp_id}/audit", {"status": 1})

    def reject(self, temp_id: int, reason: str = "链接未报备") -> None:
        """Rejects it."""
        self.control("POST", f"templates/{temp_id}/audit", {"status": 2, "reason": reason})

    def audit(self, mode: str) -> None:
        """What the auditor does from now on, and with what waits."""
        self.control("PUT", "audit", {"mode": mode, "delay": 0})

    def clock(self, now: str) -> None:
        """Sets the clock, which then stands still."""
        self.control("PUT", "clock", {"now": now})

    def latency(self, ms: float) -> None:
        """So long does every answer take."""
        self.control("PUT", "latency", {"ms": ms})

    def fault(self, fault: str, method: str, path: str, **more: Any) -> None:
        """Scripts a fault."""
        self.control("POST", "faults", {"fault": fault, "method": method, "path": path, **more})

    def requests(self) -> list[dict[str, Any]]:
        """The API requests since they were last forgotten."""
        found: list[dict[str, Any]] = self.control("GET", "requests")
        return found

    def writes(self) -> list[tuple[str, str]]:
        """Method and path of the requests that were no GETs, in their order."""
        return [(each["method"], each["path"]) for each in self.requests() if each["method"] != "GET"]

    def counted(self) -> Counter[tuple[str, str]]:
        """How many writes there were of each method to each endpoint, ids left out."""
        return Counter((method, endpoint(path)) for method, path in self.writes())

    def forget(self) -> None:
        """Starts the list of requests anew."""
        self.control("DELETE", "requests")

    def raw(self, method: str, path: str, body: object = None) -> int:
        """One call of the API behind the tool's back; its HTTP status."""
        pair = f"{self.access.app_key}:{self.access.master_secret}".encode()
        headers = {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
        sent = None if body is None else json.dumps(body).encode()
        with closing(http.client.HTTPConnection(urlsplit(self.access.base_url).netloc, timeout=20)) as caller:
            caller.request(method, f"/v1/{path}", sent, headers)
            answer = caller.getresponse()
            answer.read()
            return answer.status


def endpoint(path: str) -> str:
    """The endpoint of a path without its id; single and batch schedules are one."""
    return path.removeprefix("/v1/").split("/")[0]
