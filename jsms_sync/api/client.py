"""The JSMS API as Python calls: `client.templates`, `client.schedules`, `client.accounts`.

Every call takes `before_attempt`, which is called right before the bytes of each attempt leave, and
raises ApiRefusal, NotSent or InDoubt when it does not bring what was asked for.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import TracebackType
from urllib.parse import quote

from jsms_sync.api import replies
from jsms_sync.api.answers import Call
from jsms_sync.api.credentials import Credentials
from jsms_sync.api.service import DEFAULT_BASE_URL, service_at
from jsms_sync.api.transport import BeforeAttempt, Pace, Transport
from jsms_sync.errors import InvalidInput
from jsms_sync.model.privacy import Mobile, Params
from jsms_sync.model.resources import Recipient

_NO_PARAMS = Params()


class Client:
    """A client of one app at one JSMS; a context manager, to be shared by up to `parallelism` threads.

    Raises InvalidInput for a base URL that may not be used, and for a proxy or certificate file of the
    environment that cannot be. TLS verification cannot be switched off.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        base_url: str = DEFAULT_BASE_URL,
        developer: Credentials | None = None,
        parallelism: int = 8,
        pace: Pace | None = None,
    ) -> None:
        self._transport = Transport(
            service_at(base_url), credentials, developer, parallelism, pace if pace is not None else Pace()
        )
        self.templates = Templates(self._transport)
        self.schedules = Schedules(self._transport)
        self.accounts = Accounts(self._transport)

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes every connection."""
        self._transport.close()

    @property
    def clock_skew(self) -> timedelta | None:
        """The service's clock minus ours at the latest answer, to the second; None before there is one."""
        return self._transport.clock_skew


class Templates:
    """The endpoints of `jsms-api.md §6`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(
        self,
        *,
        template: str,
        type: int,
        ttl: int | None = None,
        remark: str | None = None,
        before_attempt: BeforeAttempt | None = None,
    ) -> int:
        """The id of the template that was submitted for its audit; `ttl` in seconds (§6.1)."""
        body = _json(template=template, type=type, ttl=ttl, remark=remark)
        return self._transport.send(Call("POST", "/templates", replies.temp_id_of, body), before_attempt)

    def update(
        self,
        temp_id: int,
        *,
        template: str,
        type: int,
        ttl: int | None = None,
        remark: str | None = None,
        before_attempt: BeforeAttempt | None = None,
    ) -> None:
        """Submits a rejected template again under its id; any other is refused with 50047 (§6.2)."""
        body = _json(temp_id=temp_id, template=template, type=type, ttl=ttl, remark=remark)
        call = Call("PUT", f"/templates/{temp_id:d}", replies.same_template(temp_id), body)
        self._transport.send(call, before_attempt)

    def get(self, temp_id: int, *, before_attempt: BeforeAttempt | None = None) -> replies.Template:
        """The template with the status of its audit (§6.3)."""
        call = Call("GET", f"/templates/{temp_id:d}", replies.template(temp_id))
        return self._transport.send(call, before_attempt)

    def delete(self, temp_id: int, *, before_attempt: BeforeAttempt | None = None) -> None:
        """Deletes the template (§6.4)."""
        self._transport.send(Call("DELETE", f"/templates/{temp_id:d}", replies.nothing), before_attempt)


class Schedules:
    """The endpoints of `jsms-api.md §4`; `send_time` is the wire's `yyyy-MM-dd HH:mm:ss`, China time."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(
        self,
        *,
        send_time: str,
        mobile: Mobile,
        temp_id: int,
        temp_para: Params = _NO_PARAMS,
        sign_id: int | None = None,
        before_attempt: BeforeAttempt | None = None,
    ) -> str:
        """The id of the new schedule for one number (§4.1)."""
        body = _json(send_time=send_time, temp_id=temp_id, sign_id=sign_id, **_recipient(mobile, temp_para))
        return self._transport.send(Call("POST", "/schedule", replies.schedule_id_of, body), before_attempt)

    def create_batch(
        self,
        *,
        send_time: str,
        temp_id: int,
        recipients: Sequence[Recipient],
        sign_id: int | None = None,
        tag: str | None = None,
        before_attempt: BeforeAttempt | None = None,
    ) -> replies.BatchReply:
        """The id of the new schedule for 1 to 1000 numbers, and those that JSMS refused (§4.2)."""
        body = _json(
            send_time=send_time, temp_id=temp_id, recipients=_list(recipients), sign_id=sign_id, tag=tag
        )
        call = Call("POST", "/schedule/batch", replies.batch(len(recipients)), body)
        return self._transport.send(call, before_attempt)

    def update(
        self,
        schedule_id: str,
        *,
        send_time: str,
        mobile: Mobile,
        temp_id: int,
        temp_para: Params = _NO_PARAMS,
        sign_id: int | None = None,
        before_attempt: BeforeAttempt | None = None,
    ) -> None:
        """Replaces the whole of a pending schedule for one number (§4.3)."""
        body = _json(send_time=send_time, temp_id=temp_id, sign_id=sign_id, **_recipient(mobile, temp_para))
        call = Call("PUT", _path("/schedule", schedule_id), replies.same_schedule(schedule_id), body)
        self._transport.send(call, before_attempt)

    def update_batch(
        self,
        schedule_id: str,
        *,
        send_time: str,
        temp_id: int,
        recipients: Sequence[Recipient],
        sign_id: int | None = None,
        before_attempt: BeforeAttempt | None = None,
    ) -> replies.BatchReply:
        """Replaces the whole of a pending batch but its tag, which PUT does not take (§4.4)."""
        body = _json(send_time=send_time, temp_id=temp_id, recipients=_list(recipients), sign_id=sign_id)
        read = replies.batch(len(recipients), schedule_id)
        call = Call("PUT", _path("/schedule/batch", schedule_id), read, body)
        return self._transport.send(call, before_attempt)

    def get(self, schedule_id: str, *, before_attempt: BeforeAttempt | None = None) -> replies.Schedule:
        """The schedule, single or batch; sign_id, tag, status and refused recipients are not told (§4.5)."""
        call = Call("GET", _path("/schedule", schedule_id), replies.schedule(schedule_id))
        return self._transport.send(call, before_attempt)

    def delete(self, schedule_id: str, *, before_attempt: BeforeAttempt | None = None) -> None:
        """Deletes the schedule, single or batch (§4.6)."""
        self._transport.send(Call("DELETE", _path("/schedule", schedule_id), replies.nothing), before_attempt)


class Accounts:
    """The endpoints of `jsms-api.md §5`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def app(self, *, before_attempt: BeforeAttempt | None = None) -> replies.Balance:
        """The balance allotted to the app; refused with 50033 when there is none."""
        return self._transport.send(Call("GET", "/accounts/app", replies.balance("app")), before_attempt)

    def dev(self, *, before_attempt: BeforeAttempt | None = None) -> replies.Balance:
        """The balance that the account's apps share; raises MissingCredentials without `developer`."""
        call = Call("GET", "/accounts/dev", replies.balance("dev"), developer=True)
        return self._transport.send(call, before_attempt)


def _path(under: str, schedule_id: str) -> str:
    """The path of that schedule; a dot segment would name another endpoint (RFC 3986 §5.2.4)."""
    if schedule_id in ("", ".", ".."):
        raise InvalidInput("the schedule id is empty or a dot", help="Give the id that JSMS answered.")
    return f"{under}/{quote(schedule_id, safe='')}"


def _json(**fields: object) -> bytes:
    """The fields that are given, as the compact UTF-8 JSON of a request."""
    given = {name: value for name, value in fields.items() if value is not None}
    try:
        return json.dumps(given, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        raise InvalidInput(
            "a text holds half of a surrogate pair, which UTF-8 cannot express",
            help="Write the character itself instead of its escape.",
        ) from None


def _recipient(mobile: Mobile, temp_para: Params) -> Mapping[str, object]:
    values = temp_para.reveal()
    return {"mobile": mobile.reveal(), "temp_para": values} if values else {"mobile": mobile.reveal()}


def _list(recipients: Sequence[Recipient]) -> list[Mapping[str, object]]:
    return [_recipient(recipient.mobile, recipient.params) for recipient in recipients]
