"""A served sandbox as our tests see it: its control object, and what only they ask of it."""

import base64
import http.client
import json
from collections import Counter
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

from jsms_sync.sandbox.controller import Sandbox


class Served(Sandbox):
    """A running sandbox; templates, schedules and requests are the JSON of its control plane."""

    @property
    def environment(self) -> dict[str, str]:
        """What a command needs to find it and to be let in."""
        return self.environ

    def templates(self) -> dict[int, dict[str, Any]]:  # type: ignore[override]  # by id, as JSON
        """The templates that exist, by temp_id, the vendor's own left out."""
        return {t["temp_id"]: t for t in self.control("GET", "state")["templates"] if t["temp_id"] != 1}

    def schedules(self) -> dict[str, dict[str, Any]]:  # type: ignore[override]  # by id, as JSON
        """The schedules that exist, by schedule_id."""
        return {s["schedule_id"]: s for s in self.control("GET", "state")["schedules"]}

    def requests(self) -> list[dict[str, Any]]:  # type: ignore[override]  # as JSON
        """The API requests since they were last forgotten."""
        found: list[dict[str, Any]] = self.control("GET", "requests")
        return found

    def texts(self) -> dict[str, int]:
        """The content of every template that exists → its temp_id; no content stands twice."""
        found = [(t["template"], temp_id) for temp_id, t in self.templates().items()]
        assert len(dict(found)) == len(found), found
        return dict(found)

    def faults_left(self) -> list[dict[str, Any]]:
        """The scripted faults that nothing has met yet."""
        found: list[dict[str, Any]] = self.control("GET", "faults")
        return found

    def approve(self, *temp_ids: int) -> None:
        """Approves these, or all that exist."""
        super().approve(*(temp_ids or self.templates()))

    def clock(self, now: str) -> None:
        """Sets the clock, which then stands still."""
        self.set_clock(now)

    def writes(self) -> list[tuple[str, str]]:
        """Method and path of the requests that were no GETs, in their order."""
        return [(each["method"], each["path"]) for each in self.requests() if each["method"] != "GET"]

    def counted(self) -> Counter[tuple[str, str]]:
        """How many writes there were of each method to each endpoint, ids left out."""
        return Counter((method, endpoint(path)) for method, path in self.writes())

    def forget(self) -> None:
        """Starts the list of requests anew."""
        self.forget_requests()

    def raw(self, method: str, path: str, body: object = None) -> int:
        """One call of the API behind the tool's back; its HTTP status."""
        pair = f"{self.app_key}:{self.master_secret}".encode()
        headers = {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
        sent = None if body is None else json.dumps(body).encode()
        with closing(http.client.HTTPConnection(urlsplit(self.base_url).netloc, timeout=20)) as caller:
            caller.request(method, f"/v1/{path}", sent, headers)
            answer = caller.getresponse()
            answer.read()
            return answer.status


def endpoint(path: str) -> str:
    """The endpoint of a path without its id; single and batch schedules are one."""
    return path.removeprefix("/v1/").split("/")[0]
