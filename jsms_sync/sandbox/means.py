"""What a message is made of: a template and a signature that can be used."""

from __future__ import annotations

from typing import NamedTuple

from jsms_sync.sandbox.beliefs import Beliefs
from jsms_sync.sandbox.codes import Refusal
from jsms_sync.sandbox.rules_templates import APPROVED, check_approved
from jsms_sync.sandbox.store import Store, Template
from jsms_sync.sandbox.store_signs import Sign


class Means(NamedTuple):
    """A template and an approved signature."""

    template: Template
    sign: Sign


def usable_means(store: Store, temp_id: int, sign_id: int | None, beliefs: Beliefs) -> Means:
    """The template and the signature to send with; refused with 50013, 50020, 50021, then for the sign."""
    template = _known_template(store, temp_id)
    check_approved(template.status)
    return Means(template, usable_sign(store, sign_id, beliefs))


def any_means(store: Store, temp_id: int, sign_id: int | None, beliefs: Beliefs) -> Means:
    """The template, approved or not, and the signature; refused with 50013, then for the sign."""
    return Means(_known_template(store, temp_id), usable_sign(store, sign_id, beliefs))


def _known_template(store: Store, temp_id: int) -> Template:
    template = store.template(temp_id)
    if template is None:
        raise Refusal(50013)
    return template


def usable_sign(store: Store, sign_id: int | None, beliefs: Beliefs) -> Sign:
    """The approved signature with the id, or the default one without an id; else refused."""
    sign = store.signs.default() if sign_id is None else store.signs.one(sign_id)
    if sign is None or sign.status != APPROVED:
        raise Refusal(50046 if sign_id is None else beliefs.unusable_sign_code)
    return sign
