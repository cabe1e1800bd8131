"""What JSMS answers, typed, and how each reply is read from parsed JSON.

Numbers arrive here as text (`answers.parse`), because the same field is a number at one endpoint and
text at the next (`jsms-api.md §9` rows 1–4). Every reader raises Unusable for a reply of another shape.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

import msgspec

from jsms_sync.api import reading
from jsms_sync.api.codes import explain
from jsms_sync.api.reading import Unusable, entries, fields, must, number, number_or, positive, scalar, text
from jsms_sync.model.privacy import Mobile, Params


@dataclass(frozen=True, slots=True)
class Template:
    """A template as JSMS knows it; `status` is 0 auditing, 1 approved, 2 rejected (`jsms-api.md §6.3`).

    `ttl` in seconds and `remark` are None when JSMS says null, 0, "" or nothing.
    """

    temp_id: int
    template: str
    type: int
    ttl: int | None
    remark: str | None
    status: int


@dataclass(frozen=True, slots=True)
class ScheduleRecipient:
    """One recipient of a schedule; `msg_id` is "" when JSMS gave none."""

    msg_id: str
    mobile: Mobile
    temp_para: Params


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule as JSMS knows it; `send_time` is the text of the wire, China time (`jsms-api.md §4.5`)."""

    schedule_id: str
    send_time: str
    temp_id: int
    recipients: tuple[ScheduleRecipient, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, repr=False)
class ScheduleColumns:
    """A schedule with its recipients in two columns, bare: for comparing a million of them."""

    schedule_id: str
    send_time: str
    temp_id: int
    mobiles: Sequence[str]
    params: Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Failure:
    """One recipient that JSMS refused; `code` is 0 when it gave no usable one, `message` is in our words."""

    code: int
    message: str
    mobile: Mobile
    temp_para: Params


@dataclass(frozen=True, slots=True)
class BatchReply:
    """What became of a batch: it succeeds partly, with HTTP 200 (`jsms-api.md §4.2`).

    `failure_count` is JSMS's; it is larger than `len(failures)` when entries could not be read.
    """

    schedule_id: str
    success_count: int
    failure_count: int
    failures: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class Balance:
    """Messages left, None where nothing is allotted: of any type, voice, industry, marketing (§5)."""

    balance: int | None
    voice: int | None
    industry: int | None
    market: int | None


def nothing(value: object) -> None:
    """An answer without content, as DELETE gives it; an object that is no error passes too."""
    if value is not None and "error" in fields(value):
        raise Unusable


def temp_id_of(value: object) -> int:
    """The id in the answer to a new template."""
    return positive(fields(value).get("temp_id"))


def schedule_id_of(value: object) -> str:
    """The id in the answer to a new schedule."""
    return reading.schedule_id(fields(value).get("schedule_id"))


def same_template(temp_id: int) -> Callable[[object], None]:
    """Reads an answer that must name that template."""
    return lambda value: must(temp_id_of(value) == temp_id)


def same_schedule(schedule_id: str) -> Callable[[object], None]:
    """Reads an answer that must name that schedule."""
    return lambda value: must(schedule_id_of(value) == schedule_id)


def template(temp_id: int) -> Callable[[object], Template]:
    """Reads that template (`jsms-api.md §6.3`)."""

    def read(value: object) -> Template:
        same_template(temp_id)(value)
        reply = fields(value)
        return Template(
            temp_id=temp_id,
            template=text(reply.get("template")),
            type=number(reply.get("type")),
            ttl=number(reply.get("ttl") or "0") or None,
            remark=text(reply.get("remark") or "") or None,
            status=number(reply.get("status")),
        )

    return read


def schedule(schedule_id: str) -> Callable[[object], Schedule]:
    """Reads that schedule, single or batch (`jsms-api.md §4.5`)."""

    def read(value: object) -> Schedule:
        same_schedule(schedule_id)(value)
        reply = fields(value)
        return Schedule(
            schedule_id=schedule_id,
            send_time=text(reply.get("send_time")),
            temp_id=positive(reply.get("temp_id")),
            recipients=_recipients(entries(reply.get("recipients"))),
        )

    return read


def schedule_columns(schedule_id: str) -> Callable[[object], ScheduleColumns]:
    """Reads that schedule as `schedule` does."""

    def read(value: object) -> ScheduleColumns:
        found = schedule(schedule_id)(value)
        mobiles = [one.mobile.reveal() for one in found.recipients]
        params = [one.temp_para.reveal() for one in found.recipients]
        return ScheduleColumns(schedule_id, found.send_time, found.temp_id, mobiles, params)

    return read


def batch(sent: int, schedule_id: str | None = None) -> Callable[[object], BatchReply]:
    """Reads the answer to a batch of that many recipients, of that schedule when it existed before.

    Only the id must be there: losing it over a malformed list of failures would put a created
    schedule in doubt.
    """

    def read(value: object) -> BatchReply:
        reply, answered = fields(value), schedule_id_of(value)
        must(schedule_id in (None, answered))
        failures = tuple(_failures(reply.get("failure_recipients")))
        failed = number_or(reply.get("failure_count"), len(failures))
        return BatchReply(answered, number_or(reply.get("success_count"), sent - failed), failed, failures)

    return read


def balance(prefix: str) -> Callable[[object], Balance]:
    """Reads a balance whose fields have that prefix, `app` or `dev` (`jsms-api.md §5`)."""

    def read(value: object) -> Balance:
        reply = fields(value)
        must(f"{prefix}_balance" in reply)
        amounts = {name: reply.get(f"{prefix}_{name}") for name in Balance.__slots__}
        return Balance(
            **{name: None if amount is None else number(amount) for name, amount in amounts.items()}
        )

    return read


class _Listed(msgspec.Struct):
    """A recipient as every answer so far had it."""

    mobile: str
    msg_id: str = ""
    temp_para: dict[str, str] = {}


def _recipients(listed: list[object]) -> tuple[ScheduleRecipient, ...]:
    """The recipients of a schedule; a thousand of the usual shape are read at once, a third of the time."""
    try:
        usual = msgspec.convert(listed, list[_Listed])
    except msgspec.ValidationError:
        return tuple(map(_recipient, listed))
    texts = (text for one in usual for text in (one.mobile, one.msg_id, *chain(*one.temp_para.items())))
    reading.text("".join(texts))
    return tuple(ScheduleRecipient(one.msg_id, Mobile(one.mobile), Params(one.temp_para)) for one in usual)


def _recipient(value: object) -> ScheduleRecipient:
    entry = fields(value)
    return ScheduleRecipient(
        msg_id=scalar(entry.get("msg_id")),
        mobile=reading.mobile(entry.get("mobile")),
        temp_para=reading.params(entry.get("temp_para")),
    )


def _failures(value: object) -> list[Failure]:
    listed = value if isinstance(value, list) else []
    return [found for entry in listed if (found := failure(entry)) is not None]


def failure(value: object) -> Failure | None:
    """Reads one refused recipient of a batch; None for one that names no number."""
    try:
        entry = fields(value)
        code = number_or(entry.get("error_code"), 0)
        mobile, temp_para = reading.mobile(entry.get("mobile")), reading.params(entry.get("temp_para"))
        return Failure(code, explain(code).meaning, mobile, temp_para)
    except ValueError:
        return None
