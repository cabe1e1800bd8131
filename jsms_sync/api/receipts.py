"""What came of messages: delivery reports and replies, pulled or pushed (`jsms-api.md §8`)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate
from types import MappingProxyType
from typing import TypeVar

from jsms_sync.api.reading import entries, number_or, scalar
from jsms_sync.model.privacy import Mobile
from jsms_sync.model.wire import CHINA

T = TypeVar("T")

DELIVERED = 4001
STATUSES: Mapping[int, str] = MappingProxyType(
    {
        DELIVERED: "delivered",
        4002: "the number is on the carrier's blacklist",
        4003: "the phone is switched off or suspended",
        4004: "the number does not exist",
        4005: "the balance is not sufficient",
        4006: "too many messages in a short time, says the carrier",
        4007: "the call was not answered",
        4008: "the line was busy",
        4009: "the phone could not be reached by a call",
        4010: "the text holds a forbidden word",
        4100: "another reason",
    }
)
"""What each status of a report means (`jsms-api.md §8.2`)."""


@dataclass(frozen=True, slots=True)
class Report:
    """What became of one message; `status` is one of STATUSES, 4001 when it was delivered.

    `receive_time` is the text that came. A field that is missing or unreadable is empty, 0 for the status:
    a report can be read once, so it is better in parts than not at all.
    """

    msg_id: str
    mobile: Mobile
    receive_time: str
    status: int

    @property
    def received_at(self) -> datetime | None:
        """When the phone had it, in UTC; None when the text is not understood."""
        return moment(self.receive_time)

    @property
    def is_delivered(self) -> bool:
        """Whether the phone has it."""
        return self.status == DELIVERED


@dataclass(frozen=True, slots=True)
class Reply:
    """A text that somebody sent back; `reply_time` is the text that came, a missing field is empty."""

    mobile: Mobile
    reply_time: str
    content: str = field(repr=False)

    @property
    def replied_at(self) -> datetime | None:
        """When it was sent, in UTC; None when the text is not understood."""
        return moment(self.reply_time)


def all_of(read: Callable[[object], T]) -> Callable[[object], tuple[T, ...]]:
    """Reads a bare array, entry by entry."""
    return lambda value: tuple(read(entry) for entry in entries(value))


def report(value: object) -> Report:
    """Reads one report, pulled or pushed: msgId and times come as numbers or as text."""
    entry = _lenient(value)
    return Report(
        msg_id=_text(entry.get("msgId")),
        mobile=Mobile(_text(entry.get("phone"))),
        receive_time=_text(entry.get("receiveTime")),
        status=number_or(entry.get("status"), 0),
    )


def reply(value: object) -> Reply:
    """Reads one reply, pulled or pushed."""
    entry = _lenient(value)
    return Reply(
        Mobile(_text(entry.get("phone"))), _text(entry.get("replyTime")), _text(entry.get("content"))
    )


def moment(text: str) -> datetime | None:
    """The moment that a time of a receipt names, in UTC; None when it names none.

    Milliseconds since 1970 are documented; China time as `yyyy-MM-dd HH:mm:ss`, with `T` or fractions too,
    and as Java's Date text were seen in the wild (`jsms-api.md §8.2`).
    """
    try:
        if text.isascii() and text.isdigit():
            return datetime.fromtimestamp(int(text) / 1000, UTC)
        return _written(text).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _written(text: str) -> datetime:
    # Java's `Thu Apr 13 11:12:20 CST 2017`: CST is China Standard Time there, and US Central to parsedate.
    java = parsedate(text.replace(" CST ", " ")) if " CST " in text else None
    found = datetime(*java[:6]) if java else datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=CHINA)


def _lenient(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    """A scalar as the text that was written; half of a surrogate pair, as a split SMS holds it, as `?`."""
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    return scalar(value) if value is None or isinstance(value, bool) else ""
