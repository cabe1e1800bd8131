"""Time passing: audits that end and schedules that are sent, in the order of their instants."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from jsms_sync.sandbox import accounts, texts
from jsms_sync.sandbox.audits import Audit, decide_waiting, is_due
from jsms_sync.sandbox.beliefs import Beliefs
from jsms_sync.sandbox.codes import Code, Refusal
from jsms_sync.sandbox.means import usable_means
from jsms_sync.sandbox.rules_messages import FAMILIES
from jsms_sync.sandbox.rules_schedules import fill
from jsms_sync.sandbox.sending import Message, check_frequency, check_words, leave, report, status_of
from jsms_sync.sandbox.store import Schedule, Store
from jsms_sync.sandbox.store_numbers import Sending


def settle(store: Store, audit: Audit, beliefs: Beliefs, now: datetime) -> None:
    """Does all that should have happened by now: audits decided, due schedules sent or failed."""
    due = store.due_schedules(now)
    if not due and not is_due(store, audit, now):
        return
    with store.writing():
        for schedule in due:
            decide_waiting(store, audit, beliefs, datetime.fromtimestamp(schedule.send_at, UTC))
            _deliver(store, schedule, beliefs)
        decide_waiting(store, audit, beliefs, now)


@dataclass
class _Round:
    """One schedule being sent: what is left to pay with, who wants nothing, and what came of it so far."""

    store: Store
    schedule: Schedule
    beliefs: Beliefs
    balance: accounts.Balance
    opted_out: Collection[str]
    sent: list[Message] = field(default_factory=list)
    failures: list[dict[str, Any]] = field(default_factory=list)

    def send(self, recipient: Mapping[str, Any]) -> None:
        """One recipient: a message, or a failure."""
        try:
            self.sent.append(self._message(recipient))
        except Refusal as refusal:
            self.failures.append(failure(refusal.code, recipient))

    def _message(self, recipient: Mapping[str, Any]) -> Message:
        schedule, beliefs = self.schedule, self.beliefs
        means = usable_means(self.store, schedule.temp_id, schedule.sign_id, beliefs)
        kind = means.template.type
        text = fill(means.template.template, recipient.get("temp_para"), beliefs)
        content = texts.message(means.sign.sign, text, kind, beliefs.opt_out_text)
        sending = Sending(recipient["mobile"], FAMILIES[kind], content, schedule.send_at)
        self._check(sending)
        paying = accounts.purses(self.balance, kind, beliefs)
        self.balance = accounts.pay(self.balance, paying, texts.parts(content))
        self.store.numbers.sent([sending])
        ids = (schedule.temp_id, schedule.schedule_id, schedule.kind)
        return Message(recipient["msg_id"], recipient["mobile"], content, *ids)

    def _check(self, sending: Sending) -> None:
        if sending.mobile in self.opted_out or sending.mobile in self.beliefs.opted_out:
            raise Refusal(50024)
        check_words(sending.content, self.beliefs)
        if self.beliefs.schedules_meet_limits:
            check_frequency(self.store, sending, self.beliefs)


def _deliver(store: Store, schedule: Schedule, beliefs: Beliefs) -> None:
    work = _Round(store, schedule, beliefs, store.balance(), store.numbers.opted_out())
    for recipient in schedule.recipients:
        work.send(recipient)
    at = datetime.fromtimestamp(schedule.send_at, UTC)
    leave(store, work.sent, at, beliefs)
    if beliefs.refused_recipients_are_reported:
        report(store, map(_outcome, work.failures), at, beliefs)
    store.set_balance(work.balance)
    status = "failed" if work.failures and not work.sent else "sent"
    store.save_schedule(replace(schedule, status=status, failures=schedule.failures + work.failures))


def _outcome(failed: Mapping[str, Any]) -> tuple[str, str, int]:
    return failed["msg_id"], failed["mobile"], status_of(int(failed["error_code"]))


def failure(code: Code, recipient: Mapping[str, Any]) -> dict[str, Any]:
    """A refused recipient as batch answers list it: the code is a string (jsms-api.md §4.2)."""
    return {"error_code": str(code.number), "error_message": code.message} | dict(recipient)
