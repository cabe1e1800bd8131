"""Messages that leave: checked, counted, seen in the outbox, and reported."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from jsms_sync.sandbox.beliefs import Beliefs
from jsms_sync.sandbox.clock import written
from jsms_sync.sandbox.codes import Refusal
from jsms_sync.sandbox.rules_messages import limits
from jsms_sync.sandbox.store import Store
from jsms_sync.sandbox.store_mail import Report
from jsms_sync.sandbox.store_numbers import Sending

EVENTS: Final = ("SMS_REPORT", "SMS_REPLY", "SMS_TEMPLATE", "SMS_SIGN")
DELIVERED: Final = 4001
STATUSES: Final = (DELIVERED, 4002, 4003, 4004, 4005, 4006, 4007, 4008, 4009, 4010, 4100)
# jsms-api.md §8.2: balance and sensitive word; what has no status of its own is "other".
_STATUS_OF_CODE: Final = MappingProxyType({50014: 4005, 50037: 4010})
_OTHER: Final = 4100


class Message(NamedTuple):
    """One message as it leaves."""

    msg_id: str
    mobile: str
    content: str
    temp_id: int | None
    schedule_id: str | None
    kind: str


def check_words(content: str, beliefs: Beliefs) -> None:
    """Refuses a black word (50037)."""
    if any(word in content for word in beliefs.black_words):
        raise Refusal(50037)


def check_frequency(store: Store, sending: Sending, beliefs: Beliefs) -> None:
    """Refuses what the number gets too often (50009)."""
    for limit in limits(sending.family, beliefs):
        if store.numbers.count(sending, limit.seconds, same_content=limit.same_content) >= limit.most:
            raise Refusal(50009)


def leave(store: Store, messages: Sequence[Message], at: datetime, beliefs: Beliefs) -> None:
    """Puts messages into the outbox, with a report of each that the number's own status decides."""
    store.send((*message, written(at)) for message in messages)
    statuses = store.numbers.reports()
    report(
        store,
        [(each.msg_id, each.mobile, statuses.get(each.mobile, DELIVERED)) for each in messages],
        at,
        beliefs,
    )


def status_of(code: int) -> int:
    """The status in the report of a message that never left."""
    return _STATUS_OF_CODE.get(code, _OTHER)


def report(
    store: Store, outcomes: Iterable[tuple[str, str, int]], sent_at: datetime, beliefs: Beliefs
) -> None:
    """Reports what became of messages (msg_id, number, status), to the callback where there is one."""
    at = sent_at.timestamp() + beliefs.report_delay
    reports = [Report(msg_id, mobile, at, status) for msg_id, mobile, status in outcomes]
    if not tell(store, "SMS_REPORT", [each.wire() for each in reports], at):
        store.mail.add_reports(reports)


def tell(store: Store, kind: str, data: Iterable[Mapping[str, Any]], at: float) -> bool:
    """True when a callback is configured for events of the kind: they will be posted to it."""
    if kind not in callback_urls(store):
        return False
    store.mail.add_callbacks(kind, data, at)
    return True


def callback_urls(store: Store) -> dict[str, str]:
    """The URL for each kind of event that has one."""
    found: dict[str, str] = json.loads(store.meta("callbacks") or "{}")
    return found
