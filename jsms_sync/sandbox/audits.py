"""Audits of templates and signatures: decided by hand or by the auditor, and told to the callbacks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from jsms_sync.sandbox.beliefs import Beliefs
from jsms_sync.sandbox.rules_templates import APPROVED, REJECTED
from jsms_sync.sandbox.sending import tell
from jsms_sync.sandbox.settings import AuditMode
from jsms_sync.sandbox.store import Store

_REASON: Final = "rejected by the sandbox's auditor"


@dataclass(frozen=True)
class Audit:
    """What the auditor does with everything that waits, `delay` seconds after its submission."""

    mode: AuditMode = "manual"
    delay: float = 0


def is_due(store: Store, audit: Audit, now: datetime) -> bool:
    """True when something has waited long enough."""
    if audit.mode == "manual":
        return False
    until = now.timestamp() - audit.delay
    return bool(store.waiting_templates(until) or store.signs.waiting(until))


def decide_waiting(store: Store, audit: Audit, beliefs: Beliefs, now: datetime) -> None:
    """Approves or rejects what has waited long enough; call it inside a transaction."""
    if audit.mode == "manual":
        return
    until = now.timestamp() - audit.delay
    status, reason = (APPROVED, None) if audit.mode == "approve" else (REJECTED, _REASON)
    for temp_id in store.waiting_templates(until):
        decide_template(store, temp_id, status, reason, now)
    for sign_id in store.signs.waiting(until):
        decide_sign(store, sign_id, status, reason, beliefs, now)


def decide_template(store: Store, temp_id: int, status: int, reason: str | None, now: datetime) -> None:
    """Records what the audit of a template came to; the reason is told to the callback alone (§6.3)."""
    store.set_status(temp_id, status, reason)
    said = {"tempId": temp_id, "status": status, "refuseReason": reason}
    tell(store, "SMS_TEMPLATE", [said], now.timestamp())


def decide_sign(
    store: Store, sign_id: int, status: int, reason: str | None, beliefs: Beliefs, now: datetime
) -> None:
    """Records what the audit of a signature came to."""
    store.signs.decide(sign_id, status, reason)
    if status == APPROVED and beliefs.first_sign_is_default and store.signs.default() is None:
        store.signs.make_default(sign_id)
    said = {"signId": sign_id, "status": status, "refuseReason": reason}
    tell(store, "SMS_SIGN", [said], now.timestamp())


def next_decision(store: Store, audit: Audit) -> float | None:
    """When the auditor will next decide something, in seconds since 1970; None when nothing waits for it."""
    submitted = None if audit.mode == "manual" else store.next_submission()
    return None if submitted is None else submitted + audit.delay
