"""What requests to send something at once ask for, and how often that may be: pure."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NamedTuple

from jsms_sync.sandbox import shapes
from jsms_sync.sandbox.beliefs import Beliefs
from jsms_sync.sandbox.codes import Refusal
from jsms_sync.sandbox.rules_schedules import Recipient, check_count, read_recipient
from jsms_sync.sandbox.rules_templates import LONGEST_TTL

_VOICE_TTL: Final = 60
VOICE: Final = "voice"
FAMILIES: Final = MappingProxyType({1: "code", 2: "notice", 3: "marketing"})


@dataclass(frozen=True)
class MessageOrder:
    """What /codes, /messages and /messages/batch ask for (jsms-api.md §3)."""

    temp_id: int
    sign_id: int | None
    recipients: tuple[Recipient, ...]


@dataclass(frozen=True)
class VoiceOrder:
    """What /voice_codes asks for: `code` None for one made up, `voice_lang` 0 Chinese, 1 English, 2 both."""

    mobile: str
    code: str | None
    voice_lang: int
    ttl: int


class Limit(NamedTuple):
    """At most so many messages to one number in so many seconds."""

    most: int
    seconds: float
    same_content: bool = False


# jsms-api.md §11 "Frequency per app + mobile"
_LIMITS: Final = MappingProxyType(
    {
        VOICE: Limit(1, 20),
        "code": Limit(200, 86400),
        "notice": Limit(3, 600, same_content=True),
        "marketing": Limit(3, 600),
    }
)


def limits(family: str, beliefs: Beliefs) -> tuple[Limit, ...]:
    """The limits for messages of a family."""
    if not beliefs.limits_hold:
        return ()
    if family == "notice" and beliefs.notices_per_day is not None:
        return _LIMITS[family], Limit(beliefs.notices_per_day, 86400)
    return (_LIMITS[family],)


def read_message(body: shapes.Body) -> MessageOrder:
    """The order of one message; 50004 before 50005."""
    recipient, temp_id, sign_id = read_recipient(body), *_ids(body)
    if not recipient.mobile:
        raise Refusal(50004)
    if temp_id is None:
        raise Refusal(50005)
    return MessageOrder(temp_id, sign_id, (recipient,))


def read_messages(body: shapes.Body) -> MessageOrder:
    """The order of 1 to 1000 messages (50030, 50031); the tag is a label without a limit (§3.5)."""
    temp_id, sign_id = _ids(body)
    shapes.text(body, "tag")
    recipients = tuple(map(read_recipient, shapes.objects(body, "recipients") or ()))
    if temp_id is None:
        raise Refusal(50005)
    check_count(recipients)
    if not all(recipient.mobile for recipient in recipients):
        raise Refusal(50004)
    return MessageOrder(temp_id, sign_id, recipients)


def _ids(body: shapes.Body) -> tuple[int | None, int | None]:
    return shapes.integer(body, "temp_id"), shapes.integer(body, "sign_id")


def read_voice(body: shapes.Body, beliefs: Beliefs) -> VoiceOrder:
    """The order of a voice code, refused with 50004, 50039, 50038, 50040, 50041 or 50006, in this order."""
    mobile, code = shapes.mobile(body), shapes.digits(body, "code")
    language, ttl = shapes.integer(body, "voice_lang"), shapes.integer(body, "ttl")
    if not mobile:
        raise Refusal(50004)
    if code and not re.fullmatch("[0-9]+", code):
        raise Refusal(50039)
    if code and not 4 <= len(code) <= 8:
        raise Refusal(50038)
    if language not in (None, 0, 1, 2):
        raise Refusal(50040)
    if ttl is not None and not 1 <= ttl <= LONGEST_TTL:
        raise Refusal(50041)
    if not re.fullmatch(beliefs.mobile, mobile):
        raise Refusal(50006)
    return VoiceOrder(mobile, code or None, language or 0, _VOICE_TTL if ttl is None else ttl)


def read_code(body: shapes.Body) -> str:
    """The code that somebody typed in; 50015 when there is none."""
    code = shapes.digits(body, "code")
    if not code:
        raise Refusal(50015)
    return code


def made_up_code(msg_id: str) -> str:
    """Six digits that look random and are the same in every run."""
    return f"{int.from_bytes(hashlib.sha256(msg_id.encode()).digest()[:8]) % 10**6:06}"


def spoken(code: str, voice_lang: int) -> str:
    """What the voice says, digit by digit."""
    chinese = f"您的验证码是{'，'.join(code)}。"
    english = f"Your verification code is {', '.join(code)}."
    return (chinese, english, f"{chinese}{english}")[voice_lang]
