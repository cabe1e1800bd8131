"""The control object of a running sandbox: its control plane as methods, over HTTP like anybody else."""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal, TypeAlias, TypeVar
from urllib.parse import quote, urlsplit

from jsms_sync.sandbox import sights
from jsms_sync.sandbox.settings import Access, AuditMode, Settings

FaultKind: TypeAlias = Literal[
    "drop-before", "drop-after", "status", "status-after", "delay", "truncate", "html", "out-of-freq"
]
_PATIENCE: Final = 30.0


class ControlError(Exception):
    """The sandbox did not do what it was told; the sentence is its own."""


@contextmanager
def sandbox(settings: Settings | None = None) -> Iterator[Sandbox]:
    """A sandbox in a thread, on a free port of loopback, for as long as the block runs.

    The port of the settings does not count. OSError when their database cannot be opened.
    """
    # The server is loaded by those who serve, not by those who control.
    from jsms_sync.sandbox.serve import running

    with running(replace(settings or Settings(), port=0)) as access:
        yield Sandbox(access)


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox and everything that can be asked of it; each call is one request to it.

    Every call raises ControlError when the sandbox refuses it, and OSError when it is not there (any more).
    Times are in UTC; one that is given without an offset is China time, as on the wire.
    """

    access: Access

    @property
    def base_url(self) -> str:
        """Where your code sends what it would send to https://api.sms.jpush.cn/v1."""
        return self.access.base_url

    @property
    def console(self) -> str:
        """The page where a person sees all of it."""
        return self.access.console

    @property
    def app_key(self) -> str:
        """The user of Basic auth."""
        return self.access.app_key

    @property
    def master_secret(self) -> str:
        """The password of Basic auth."""
        return self.access.master_secret

    @property
    def dev_key(self) -> str:
        """The user of Basic auth for the account's balance."""
        return self.access.dev_key

    @property
    def dev_secret(self) -> str:
        """The password of Basic auth for the account's balance."""
        return self.access.dev_secret

    @property
    def environ(self) -> dict[str, str]:
        """The environment in which jsms-sync, and code that reads these variables, find it."""
        return {
            "JSMS_APP_KEY": self.app_key,
            "JSMS_MASTER_SECRET": self.master_secret,
            "JSMS_DEV_KEY": self.dev_key,
            "JSMS_DEV_SECRET": self.dev_secret,
            "JSMS_SYNC_BASE_URL": self.base_url,
        }

    def control(self, method: str, path: str, body: object = None) -> Any:
        """The answer to any call of the control plane, such as control("PUT", "beliefs", {…}), as JSON."""
        return self._call(method, f"/_sandbox/{path}", body, {})

    def _call(self, method: str, path: str, body: object, headers: Mapping[str, str]) -> Any:
        raw = None if body is None else json.dumps(body).encode()
        address = urlsplit(self.console).netloc
        with closing(http.client.HTTPConnection(address, timeout=_PATIENCE)) as caller:
            caller.request(method, path, raw, headers)
            answer = caller.getresponse()
            said = json.loads(answer.read())
        if answer.status != 200:
            raise ControlError(f"{method} {path}: {said['error']}")
        return said

    def reset(self) -> None:
        """Is as new from now on, with the settings that it was started with."""
        self.control("POST", "reset")

    def audit(self, mode: AuditMode, *, delay: float = 0) -> None:
        """Sets what the auditor does with all that waits and comes, so many seconds after its submission."""
        self.control("PUT", "audit", {"mode": mode, "delay": delay})

    def add_template(
        self, template: str, *, type: int = 2, ttl: int | None = None, approve: bool = True
    ) -> int:
        """Submits a template with the API, and approves it unless told otherwise; its temp_id.

        Types are 1 verification (needs a ttl), 2 notification, 3 marketing.
        """
        pair = base64.b64encode(f"{self.app_key}:{self.master_secret}".encode()).decode()
        body = {"template": template, "type": type} | ({} if ttl is None else {"ttl": ttl})
        said = self._call("POST", "/v1/templates", body, {"Authorization": f"Basic {pair}"})
        temp_id: int = said["temp_id"]
        if approve:
            self.approve(temp_id)
        return temp_id

    def approve(self, *temp_ids: int) -> None:
        """Approves these templates; without any, every one that waits for its audit."""
        waiting = (each.temp_id for each in self.templates() if each.status == sights.AUDITING)
        for temp_id in temp_ids or waiting:
            self.control("POST", f"templates/{temp_id}/audit", {"status": 1})

    def reject(self, temp_id: int, reason: str | None = None) -> None:
        """Rejects a template; only the callback is told the reason (jsms-api.md §6.3)."""
        self.control("POST", f"templates/{temp_id}/audit", {"status": 2, "reason": reason})

    def approve_sign(self, sign_id: int, *, default: bool = False) -> None:
        """Approves a signature, and makes it the app's default where that is asked for."""
        self.control("POST", f"signs/{sign_id}/audit", {"status": 1})
        if default:
            self.control("POST", f"signs/{sign_id}/default")

    def reject_sign(self, sign_id: int, reason: str | None = None) -> None:
        """Rejects a signature."""
        self.control("POST", f"signs/{sign_id}/audit", {"status": 2, "reason": reason})

    @property
    def now(self) -> datetime:
        """The instant on the sandbox's clock."""
        return _now(self.control("GET", "clock"))

    def set_clock(self, now: datetime | str) -> datetime:
        """Sets the clock, which then stands still; what is due by then has happened. A str is ISO 8601."""
        text = now.isoformat() if isinstance(now, datetime) else now
        return _now(self.control("PUT", "clock", {"now": text}))

    def advance(self, by: timedelta | float) -> datetime:
        """Moves the clock on (a number is seconds), and lets it stand still; what is due has happened."""
        seconds = by.total_seconds() if isinstance(by, timedelta) else by
        return _now(self.control("PUT", "clock", {"advance": seconds}))

    def advance_to_next(self) -> datetime:
        """Moves the clock to the next thing that will happen by itself: a schedule, an audit, a callback."""
        return _now(self.control("PUT", "clock", {"next": True}))

    def pause(self) -> datetime:
        """Lets the clock stand still."""
        return _now(self.control("PUT", "clock", {"pause": True}))

    def resume(self) -> datetime:
        """Shows the real time again."""
        return _now(self.control("PUT", "clock", {"real": True}))

    def templates(self) -> tuple[sights.Template, ...]:
        """Every template, in the order of their ids; template 1 is the vendor's."""
        return sights.read_all(sights.Template, self.control("GET", "state")["templates"])

    def schedules(self) -> tuple[sights.Schedule, ...]:
        """Every schedule but the deleted ones, in the order of their creation."""
        return sights.read_all(sights.Schedule, self.control("GET", "state")["schedules"])

    def signs(self) -> tuple[sights.Sign, ...]:
        """Every signature."""
        return sights.read_all(sights.Sign, self.control("GET", "state")["signs"])

    def outbox(self, mobile: str | None = None) -> tuple[sights.Message, ...]:
        """Every message that was "sent", to all numbers or to one, the oldest first."""
        return _to(mobile, sights.read_all(sights.Message, self.control("GET", "outbox")))

    def codes(self, mobile: str | None = None) -> tuple[sights.Code, ...]:
        """Every verification code that was sent, to all numbers or to one, the oldest first."""
        return _to(mobile, sights.read_all(sights.Code, self.control("GET", "codes")))

    def code(self, mobile: str) -> str:
        """The verification code that its owner would type in: the newest; LookupError when there is none."""
        sent = self.codes(mobile)
        if not sent:
            raise LookupError(f"no verification code was sent to {mobile}")
        return sent[-1].code

    def requests(self) -> tuple[sights.Request, ...]:
        """The requests that the API got since they were last forgotten, the oldest first."""
        return sights.read_all(sights.Request, self.control("GET", "requests"))

    def forget_requests(self) -> None:
        """Starts the list of requests anew."""
        self.control("DELETE", "requests")

    def reply(self, mobile: str, content: str) -> None:
        """Somebody texts back; TD, T or R opts the number out."""
        self.control("POST", "replies", {"mobile": mobile, "content": content})

    def opt_out(self, mobile: str, *, opted_out: bool = True) -> None:
        """Lets a number want no messages (50024 from now on), or want them again."""
        self.control("PUT", f"numbers/{quote(mobile, safe='')}", {"opted_out": opted_out})

    def set_report(self, mobile: str, status: int | None) -> None:
        """Sets the status in the reports of messages to a number, such as 4002; None: they arrive (4001)."""
        self.control("PUT", f"numbers/{quote(mobile, safe='')}", {"report": status})

    def reports(self) -> tuple[sights.Report, ...]:
        """The reports that wait for GET /v1/report, left unread."""
        return sights.read_all(sights.Report, self.control("GET", "reports"))

    def replies(self) -> tuple[sights.Reply, ...]:
        """The replies that wait for GET /v1/reply, left unread."""
        return sights.read_all(sights.Reply, self.control("GET", "replies"))

    def set_callbacks(self, url: str | None, *events: str) -> None:
        """Sets the URL for some of SMS_REPORT, SMS_REPLY, SMS_TEMPLATE, SMS_SIGN, or for all of them.

        JSMS shakes hands with a URL first (jsms-api.md §8.2): your application must be up and answer it.
        """
        self.control("PUT", "callbacks", dict.fromkeys(events, url) if events else {"url": url})

    def callbacks(self) -> tuple[sights.Callback, ...]:
        """Every event for a callback, with what each attempt to post it met."""
        return sights.read_all(sights.Callback, self.control("GET", "callbacks")["callbacks"])

    def balance(self) -> dict[str, int | None]:
        """All fields of both balances; None is "nothing allotted"."""
        found: dict[str, int | None] = self.control("GET", "state")["balance"]
        return found

    def set_balance(self, **fields: int | None) -> None:
        """Sets some of app_balance, app_voice, app_industry, app_market, and the same with dev_."""
        self.control("PUT", "balance", fields)

    def set_app(self, **fields: object) -> None:
        """Sets some of sms_opened, blacklisted, ip_allowlist (a list) and code (every code from now on)."""
        self.control("PUT", "app", fields)

    def set_black_words(self, *words: str) -> None:
        """Sets the words that no text may hold (50037)."""
        self.control("PUT", "black-words", {"words": words})

    def set_beliefs(self, **beliefs: object) -> None:
        """Switches answers to what the API documents leave open, such as limits_hold=False."""
        self.control("PUT", "beliefs", beliefs)

    def fault(
        self,
        fault: FaultKind,
        method: str | None = None,
        path: str = "/v1",
        *,
        times: int = 1,
        skip: int = 0,
        status: int | None = None,
        code: int | None = None,
        delay_ms: float = 0,
    ) -> None:
        """Scripts a fault for the next requests of a method to paths that begin so, after some that pass."""
        which = {"fault": fault, "method": method, "path": path, "times": times, "skip": skip}
        self.control("POST", "faults", which | {"status": status, "code": code, "delay_ms": delay_ms})

    def clear_faults(self) -> None:
        """Scripts none from now on."""
        self.control("DELETE", "faults")

    def latency(self, ms: float) -> None:
        """So many milliseconds does every answer of the API take from now on."""
        self.control("PUT", "latency", {"ms": ms})


def _now(said: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(said["now"])


_Sent = TypeVar("_Sent", sights.Message, sights.Code)


def _to(mobile: str | None, sent: tuple[_Sent, ...]) -> tuple[_Sent, ...]:
    return tuple(each for each in sent if mobile in (None, each.mobile))
