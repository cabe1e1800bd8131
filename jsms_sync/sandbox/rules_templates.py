"""Which template texts JSMS takes: pure, from request values and stored values to a text or a refusal."""

from __future__ import annotations

import re
from dataclasses import dataclass

from jsms_sync.sandbox import shapes, texts
from jsms_sync.sandbox.beliefs import Beliefs
from jsms_sync.sandbox.codes import Refusal

VERIFICATION = 1
AUDITING, APPROVED, REJECTED = 0, 1, 2
_TYPES = (1, 2, 3)
LONGEST_TTL = 86400
# A link as people write it into a remark: with or without a scheme.
_LINK = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


@dataclass(frozen=True)
class Submission:
    """What the owner of a template submits; exactly as sent (jsms-api.md §6.1)."""

    template: str
    type: int
    ttl: int | None
    remark: str | None


def read_submission(body: shapes.Body, signature: str | None, beliefs: Beliefs) -> Submission:
    """The submission of a POST or PUT, when every rule of jsms-api.md §6.1 holds.

    `signature` is the text of the app's default signature, None when it has none (50046).
    """
    template, kind = shapes.text(body, "template"), shapes.integer(body, "type")
    ttl, remark = shapes.integer(body, "ttl"), shapes.text(body, "remark")
    if not (template or "").strip():
        raise Refusal(50042)
    if kind not in _TYPES:
        raise Refusal(50025)
    submission = Submission(template or "", kind, ttl if kind == VERIFICATION else None, remark or None)
    _check_fields(submission, beliefs)
    if signature is None:
        raise Refusal(50046)
    _check_text(submission, signature, beliefs)
    return submission


def _check_fields(submission: Submission, beliefs: Beliefs) -> None:
    if submission.type == VERIFICATION and not 1 <= (submission.ttl or 0) <= LONGEST_TTL:
        raise Refusal(50041)
    if len(submission.remark or "") > beliefs.max_remark:
        raise Refusal(50045)


def _check_text(submission: Submission, signature: str, beliefs: Beliefs) -> None:
    text = submission.template
    if texts.has_signature_brackets(text):
        raise Refusal(50052)
    if len(texts.message(signature, text, submission.type, beliefs.opt_out_text)) > beliefs.max_length:
        raise Refusal(50043)
    if not texts.braces_balance(text):
        raise Refusal(beliefs.unbalanced_braces_code)
    if not _variables_hold(submission, beliefs):
        raise Refusal(50044)
    if "url" in texts.variables(text) and not _LINK.search(submission.remark or ""):
        raise Refusal(50053)
    if any(word in text for word in beliefs.black_words):
        raise Refusal(50037)


def _variables_hold(submission: Submission, beliefs: Beliefs) -> bool:
    names = texts.variables(submission.template)
    if not all(re.fullmatch(beliefs.variable_name, name) for name in names):
        return False
    if submission.type != VERIFICATION:
        return True
    return (sorted(set(names)) if beliefs.code_may_repeat else names) == ["code"]


def check_rejected(status: int) -> None:
    """Refuses a PUT with 50047: only a rejected template may be changed (jsms-api.md §6.2)."""
    if status != REJECTED:
        raise Refusal(50047)


def check_approved(status: int) -> None:
    """Refuses to send with a template that is auditing (50020) or rejected (50021)."""
    if status == AUDITING:
        raise Refusal(50020)
    if status == REJECTED:
        raise Refusal(50021)
