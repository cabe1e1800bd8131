"""The JSMS API as Python calls, grouped as attributes of a Client.

`codes`, `messages`, `templates`, `schedules`, `signatures`, `receipts` and `accounts` are its endpoints.
Every call takes `before_attempt`, which is called right before the bytes of each attempt leave, and
raises ApiRefusal, NotSent or InDoubt when it does not bring what was asked for.
"""

from collections.abc import Sequence
from datetime import timedelta
from types import TracebackType

from jsms_sync.api import at_once, bodies, receipts, replies
from jsms_sync.api.answers import Call
from jsms_sync.api.bodies import as_json, recipient, segment
from jsms_sync.api.credentials import Credentials
from jsms_sync.api.sending import Messages, VerificationCodes
from jsms_sync.api.service import DEFAULT_BASE_URL, service_at
from jsms_sync.api.signatures import Signatures
from jsms_sync.api.transport import BeforeAttempt, OnRequest, Pace, Transport
from jsms_sync.model.privacy import Mobile, Params
from jsms_sync.model.resources import Recipient

_NO_PARAMS = Params()


class Client:
    """A client of one app at one JSMS; a context manager, to be shared by up to `parallelism` threads.

    `developer` is the pair that `accounts.dev` needs. `on_request` is told each call, once, before it leaves:
    as text in which credentials, numbers and values are masked. Raises InvalidInput for a base URL that may
    not be used, and for a proxy or certificate file of the environment that cannot be. TLS verification
    cannot be switched off.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        base_url: str = DEFAULT_BASE_URL,
        developer: Credentials | None = None,
        parallelism: int = 8,
        pace: Pace | None = None,
        on_request: OnRequest | None = None,
    ) -> None:
        self._transport = Transport(
            service_at(base_url), credentials, developer, parallelism, pace or Pace(), on_request
        )
        self.codes = VerificationCodes(self._transport)
        self.messages = Messages(self._transport)
        self.templates = Templates(self._transport)
        self.schedules = Schedules(self._transport)
        self.signatures = Signatures(self._transport)
        self.receipts = Receipts(self._transport)
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

    def schedule_columns(self, schedule_id: str) -> replies.ScheduleColumns:
        """What `schedules.get` gets, in a shape in which a million recipients can be compared."""
        path, read = segment("/schedule", schedule_id, "schedule"), replies.schedule_columns(schedule_id)
        call = Call("GET", path, read, at_once=at_once.schedule_columns(schedule_id))
        return self._transport.send(call)


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
        body = as_json(template=template, type=type, ttl=ttl, remark=remark)
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
        body = as_json(temp_id=temp_id, template=template, type=type, ttl=ttl, remark=remark)
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
        body = as_json(send_time=send_time, temp_id=temp_id, sign_id=sign_id, **recipient(mobile, temp_para))
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
        body = as_json(
            send_time=send_time,
            temp_id=temp_id,
            recipients=bodies.recipients(recipients),
            sign_id=sign_id,
            tag=tag,
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
        body = as_json(send_time=send_time, temp_id=temp_id, sign_id=sign_id, **recipient(mobile, temp_para))
        call = Call(
            "PUT", segment("/schedule", schedule_id, "schedule"), replies.same_schedule(schedule_id), body
        )
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
        body = as_json(
            send_time=send_time, temp_id=temp_id, recipients=bodies.recipients(recipients), sign_id=sign_id
        )
        read = replies.batch(len(recipients), schedule_id)
        call = Call("PUT", segment("/schedule/batch", schedule_id, "schedule"), read, body)
        return self._transport.send(call, before_attempt)

    def get(self, schedule_id: str, *, before_attempt: BeforeAttempt | None = None) -> replies.Schedule:
        """The schedule, single or batch; sign_id, tag, status and refused recipients are not told (§4.5)."""
        call = Call("GET", segment("/schedule", schedule_id, "schedule"), replies.schedule(schedule_id))
        return self._transport.send(call, before_attempt)

    def delete(self, schedule_id: str, *, before_attempt: BeforeAttempt | None = None) -> None:
        """Deletes the schedule, single or batch (§4.6)."""
        self._transport.send(
            Call("DELETE", segment("/schedule", schedule_id, "schedule"), replies.nothing), before_attempt
        )


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


class Receipts:
    """Reports and replies, at most 500 a call and one call in 5 s; empty while a callback is set up (§8.1).

    JSMS gives each record out once. So neither call is ever repeated, and after InDoubt the records that
    were on their way are lost.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def reports(self, *, before_attempt: BeforeAttempt | None = None) -> tuple[receipts.Report, ...]:
        """The delivery reports that nobody has read yet.

        >>> [(report.msg_id, report.is_delivered) for report in client.receipts.reports()]
        [('288193860302', True)]
        """
        call = Call("GET", "/report", receipts.all_of(receipts.report), reads_once=True)
        return self._transport.send(call, before_attempt)

    def replies(self, *, before_attempt: BeforeAttempt | None = None) -> tuple[receipts.Reply, ...]:
        """The replies that nobody has read yet."""
        return self._transport.send(
            Call("GET", "/reply", receipts.all_of(receipts.reply), reads_once=True), before_attempt
        )
