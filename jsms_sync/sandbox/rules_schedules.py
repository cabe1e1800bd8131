"""Which schedules JSMS takes, and which of their recipients: pure, from request values and stored values."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from jsms_sync.sandbox import shapes, texts
from jsms_sync.sandbox.beliefs import Beliefs
from jsms_sync.sandbox.codes import Code, Refusal

# jsms-api.md §10 "time zone of send_time": no zone on the wire, China time.
CHINA = timezone(timedelta(hours=8))
_MOST_RECIPIENTS = 1000
_LONGEST_TAG = 10
_SEND_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")


@dataclass(frozen=True)
class Recipient:
    """One recipient as sent; `temp_para` is None when it was absent."""

    mobile: str
    temp_para: shapes.Body | None

    def echo(self) -> dict[str, object]:
        """The recipient as answers repeat it: `temp_para` only when it was sent."""
        said: dict[str, object] = {"mobile": self.mobile}
        return said if self.temp_para is None else said | {"temp_para": self.temp_para}


@dataclass(frozen=True)
class Order:
    """What a schedule request asks for (jsms-api.md §4.1, §4.2); `send_at` is `send_time` as an instant."""

    send_time: str
    send_at: datetime
    temp_id: int
    sign_id: int | None
    tag: str | None
    recipients: tuple[Recipient, ...]


@dataclass(frozen=True)
class Verdict:
    """The recipients that are taken, with their texts, and those that are refused, with their codes."""

    taken: tuple[tuple[Recipient, str], ...]
    refused: tuple[tuple[Recipient, Code], ...]


def read_single(body: shapes.Body, now: datetime, beliefs: Beliefs) -> Order:
    """The order of a single schedule; what is missing is told in the order 50004, 50005, 50027."""
    recipient, head = read_recipient(body), _head(body)
    if not recipient.mobile:
        raise Refusal(50004)
    return _order(head, now, (recipient,), None, beliefs)


def read_batch(body: shapes.Body, now: datetime, beliefs: Beliefs) -> Order:
    """The order of a batch of 1 to 1000 recipients (50030, 50031), with a tag of at most 10 characters."""
    head, tag = _head(body), shapes.text(body, "tag")
    recipients = tuple(map(read_recipient, shapes.objects(body, "recipients") or ()))
    order = _order(head, now, recipients, tag or None, beliefs)
    check_count(recipients)
    if len(tag or "") > _LONGEST_TAG:
        raise Refusal(beliefs.long_tag_code)
    if not all(recipient.mobile for recipient in recipients):
        raise Refusal(50004)
    return order


def check_count(recipients: Sequence[Recipient]) -> None:
    """Refuses nobody (50030) and more than 1000 (50031)."""
    if not recipients:
        raise Refusal(50030)
    if len(recipients) > _MOST_RECIPIENTS:
        raise Refusal(50031)


def read_recipient(entry: shapes.Body) -> Recipient:
    """The recipient of a body or of a list; its number is empty when absent."""
    return Recipient(shapes.mobile(entry) or "", shapes.parameters(entry))


def _head(body: shapes.Body) -> tuple[str, int | None, int | None]:
    return (
        shapes.text(body, "send_time") or "",
        shapes.integer(body, "temp_id"),
        shapes.integer(body, "sign_id"),
    )


def _order(
    head: tuple[str, int | None, int | None],
    now: datetime,
    recipients: tuple[Recipient, ...],
    tag: str | None,
    beliefs: Beliefs,
) -> Order:
    send_time, temp_id, sign_id = head
    if temp_id is None:
        raise Refusal(50005)
    send_at = read_send_time(send_time, beliefs.send_time_offset)
    if send_at is None or send_at < now or (beliefs.now_is_too_late and send_at == now):
        raise Refusal(50027)
    return Order(send_time, send_at, temp_id, sign_id, tag, recipients)


def read_send_time(send_time: str, offset: float) -> datetime | None:
    """The instant of a `send_time` as it is on the wire, so many hours ahead of UTC; None when it is none."""
    if not _SEND_TIME.fullmatch(send_time):
        return None
    try:
        moment = datetime.fromisoformat(send_time).replace(tzinfo=timezone(timedelta(hours=offset)))
        moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment


def judge(
    recipients: Iterable[Recipient], template: str, beliefs: Beliefs, opted_out: Collection[str] = ()
) -> Verdict:
    """Every recipient is taken or refused on its own; the second of two equal messages is refused (50034)."""
    taken: dict[tuple[str, str], tuple[Recipient, str]] = {}
    refused: list[tuple[Recipient, Code]] = []
    for recipient in recipients:
        try:
            text = rendered(recipient, template, beliefs, opted_out)
            if (recipient.mobile, text) in taken:
                raise Refusal(50034)
            taken[recipient.mobile, text] = (recipient, text)
        except Refusal as refusal:
            refused.append((recipient, refusal.code))
    return Verdict(tuple(taken.values()), tuple(refused))


def rendered(recipient: Recipient, template: str, beliefs: Beliefs, opted_out: Collection[str] = ()) -> str:
    """The text for one recipient, refused with 50022, 50023, 50006, 50024 or 50054, in this order."""
    text = fill(template, recipient.temp_para, beliefs)
    if not re.fullmatch(beliefs.mobile, recipient.mobile):
        raise Refusal(50006)
    if recipient.mobile in opted_out or recipient.mobile in beliefs.opted_out:
        raise Refusal(50024)
    if texts.has_signature_brackets(text):
        raise Refusal(50054)
    return text


def fill(template: str, temp_para: shapes.Body | None, beliefs: Beliefs) -> str:
    """The template with its variables replaced; no parameters: 50023, too few: 50022 (jsms-api.md §10)."""
    names = texts.variables(template)
    values = temp_para or {}
    if names and not values:
        raise Refusal(beliefs.empty_parameters_code)
    if any(values.get(name) is None for name in names):
        raise Refusal(50022)
    if beliefs.extra_parameters_code and not values.keys() <= set(names):
        raise Refusal(beliefs.extra_parameters_code)
    return texts.render(template, values)


def cost(taken: Sequence[tuple[Recipient, str]], signature: str, template_type: int, beliefs: Beliefs) -> int:
    """The billed parts of all messages of a schedule."""
    contents = (texts.message(signature, text, template_type, beliefs.opt_out_text) for _, text in taken)
    return sum(map(texts.parts, contents))


def affordable(verdict: Verdict, left: int, signature: str, template_type: int, beliefs: Beliefs) -> Verdict:
    """The verdict, with 50014 for those whom the parts that are left do not reach."""
    taken: list[tuple[Recipient, str]] = []
    refused = list(verdict.refused)
    for recipient, text in verdict.taken:
        left -= cost([(recipient, text)], signature, template_type, beliefs)
        if left >= 0:
            taken.append((recipient, text))
        else:
            refused.append((recipient, Refusal(50014).code))
    return Verdict(tuple(taken), tuple(refused))
