"""Time passing: audits that end and schedules that are sent, in the order of their instants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from jsms_sync.sandbox import accounts, texts
from jsms_sync.sandbox.beliefs import Beliefs
from jsms_sync.sandbox.clock import written
from jsms_sync.sandbox.codes import Code, Refusal
from jsms_sync.sandbox.rules_schedules import fill
from jsms_sync.sandbox.rules_templates import APPROVED, REJECTED, check_approved
from jsms_sync.sandbox.settings import AuditMode
from jsms_sync.sandbox.store import Schedule, Sign, Store, Template


@dataclass(frozen=True)
class Audit:
    """What the auditor does with everything that waits, `delay` seconds after its submission."""

    mode: AuditMode = "manual"
    delay: float = 0


def settle(store: Store, audit: Audit, beliefs: Beliefs, now: datetime) -> None:
    """Does all that should have happened by now: audits decided, due schedules sent or failed."""
    due = store.due_schedules(now)
    if not due and not _audited(store, audit, now):
        return
    with store.writing():
        for schedule in due:
            decide_audits(store, audit, datetime.fromtimestamp(schedule.send_at, UTC))
            _deliver(store, schedule, beliefs)
        decide_audits(store, audit, now)


def decide_audits(store: Store, audit: Audit, now: datetime) -> None:
    """Approves or rejects what has waited long enough; call it inside a transaction."""
    for temp_id in _audited(store, audit, now):
        if audit.mode == "approve":
            store.set_status(temp_id, APPROVED, None)
        else:
            store.set_status(temp_id, REJECTED, "rejected by the sandbox's auditor")


def _audited(store: Store, audit: Audit, now: datetime) -> list[int]:
    return [] if audit.mode == "manual" else store.waiting_templates(now.timestamp() - audit.delay)


def _deliver(store: Store, schedule: Schedule, beliefs: Beliefs) -> None:
    balance: accounts.Balance = store.balance()
    sent: list[tuple[str, str, str, int | None, str | None, str, str]] = []
    failures: list[dict[str, Any]] = []
    at = written(datetime.fromtimestamp(schedule.send_at, UTC))
    for recipient in schedule.recipients:
        try:
            means = usable_means(store, schedule.temp_id, schedule.sign_id, beliefs)
            content = _content(means, recipient, beliefs)
            fields = accounts.purses(balance, means.template.type, beliefs)
            balance = accounts.pay(balance, fields, texts.parts(content))
        except Refusal as refusal:
            failures.append(failure(refusal.code, recipient))
        else:
            message = (recipient["msg_id"], recipient["mobile"], content)
            sent.append((*message, schedule.temp_id, schedule.schedule_id, schedule.kind, at))
    store.send(sent)
    store.set_balance(balance)
    status = "failed" if failures and not sent else "sent"
    store.save_schedule(replace(schedule, status=status, failures=schedule.failures + failures))


def _content(means: Means, recipient: Mapping[str, Any], beliefs: Beliefs) -> str:
    text = fill(means.template.template, recipient.get("temp_para"))
    return texts.message(means.sign.sign, text, means.template.type, beliefs.opt_out_text)


class Means(NamedTuple):
    """What a message is made of: an approved template and an approved signature."""

    template: Template
    sign: Sign


def usable_means(store: Store, temp_id: int, sign_id: int | None, beliefs: Beliefs) -> Means:
    """The template and the signature to send with; refused when one of them cannot be used."""
    return Means(usable_template(store, temp_id), usable_sign(store, sign_id, beliefs))


def usable_template(store: Store, temp_id: int) -> Template:
    """The approved template with the id; refused with 50013, 50020 or 50021 (jsms-api.md §2)."""
    template = store.template(temp_id)
    if template is None:
        raise Refusal(50013)
    check_approved(template.status)
    return template


def usable_sign(store: Store, sign_id: int | None, beliefs: Beliefs) -> Sign:
    """The approved signature with the id, or the default one without an id; else refused."""
    for sign in store.signs():
        if sign.status == 1 and (sign.is_default if sign_id is None else sign.sign_id == sign_id):
            return sign
    raise Refusal(50046 if sign_id is None else beliefs.unusable_sign_code)


def failure(code: Code, recipient: Mapping[str, Any]) -> dict[str, Any]:
    """A refused recipient as batch answers list it: the code is a string (jsms-api.md §4.2)."""
    return {"error_code": str(code.number), "error_message": code.message} | dict(recipient)
