"""Texting at once: verification codes and template messages (`jsms-api.md §3`)."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from jsms_sync.api import bodies, reading, replies
from jsms_sync.api.answers import Call, error_code
from jsms_sync.api.bodies import as_json, recipient, segment
from jsms_sync.api.codes import Code, explain
from jsms_sync.api.reading import Unusable, fields, must, number_or
from jsms_sync.api.refusals import CLASSES
from jsms_sync.api.replies import Failure
from jsms_sync.api.transport import BeforeAttempt, Transport
from jsms_sync.errors import CredentialsRefusal
from jsms_sync.model.privacy import Mobile, Params
from jsms_sync.model.resources import Recipient

_NO_PARAMS = Params()


@dataclass(frozen=True, slots=True)
class Verification:
    """What JSMS says of a code that somebody typed in; true exactly when the code is right.

    `error` is the reason when it is not: 50010 wrong, 50011 expired, 50012 used before, 50026 for another
    message, …; None when JSMS gave no usable one.
    """

    is_valid: bool
    error: Code | None = None

    def __bool__(self) -> bool:
        return self.is_valid


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one recipient of a batch: `failure` is None for one that JSMS accepted.

    `msg_id` is there for refused recipients as well (`jsms-api.md §3.5`); "" when JSMS gave no usable one.
    """

    msg_id: str
    mobile: Mobile
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class MessagesReply:
    """What became of a batch of messages: it succeeds partly, with HTTP 200 (`jsms-api.md §3.5`).

    The counts are JSMS's; together they are larger than `len(recipients)` when entries could not be read.
    """

    success_count: int
    failure_count: int
    recipients: tuple[Sent, ...] = field(repr=False)

    @property
    def failures(self) -> tuple[Failure, ...]:
        """The recipients that JSMS refused."""
        return tuple(sent.failure for sent in self.recipients if sent.failure is not None)


class VerificationCodes:
    """Codes that JSMS makes up, texts or speaks, and checks (§3.1–3.3)."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def send(
        self,
        *,
        mobile: Mobile,
        temp_id: int,
        sign_id: int | None = None,
        before_attempt: BeforeAttempt | None = None,
    ) -> str:
        """The msg_id of a code that was texted, to be given to `verify`; the template is of type 1 (§3.1).

        >>> msg_id = client.codes.send(mobile=Mobile("13812345678"), temp_id=1)
        """
        body = as_json(mobile=mobile.reveal(), temp_id=temp_id, sign_id=sign_id)
        return self._transport.send(Call("POST", "/codes", msg_id_of, body), before_attempt)

    def send_voice(
        self,
        *,
        mobile: Mobile,
        code: str | None = None,
        voice_lang: int | None = None,
        ttl: int | None = None,
        before_attempt: BeforeAttempt | None = None,
    ) -> str:
        """The msg_id of a code that is spoken in a call (§3.2).

        `code` is 4 to 8 digits; JSMS makes one up without it. `voice_lang` is 0 Chinese, 1 English, 2 mixed;
        `ttl` in seconds, 60 without it.
        """
        body = as_json(mobile=mobile.reveal(), code=code, voice_lang=voice_lang, ttl=ttl)
        return self._transport.send(Call("POST", "/voice_codes", msg_id_of, body), before_attempt)

    def verify(self, msg_id: str, code: str, *, before_attempt: BeforeAttempt | None = None) -> Verification:
        """Whether that code is the one that was sent; a code is right once only (§3.3).

        A wrong code is a value and no error. Like every POST it is not repeated: after InDoubt the code may
        have been used up.

        >>> if client.codes.verify(msg_id, "123456"):
        ...     print("welcome")
        welcome
        """
        path = segment("/codes", msg_id, "message") + "/valid"
        call = Call("POST", path, verification, as_json(code=code), read_4xx=wrong_code)
        return self._transport.send(call, before_attempt)


class Messages:
    """Template messages, to one number or to many (§3.4, §3.5)."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def send(
        self,
        *,
        mobile: Mobile,
        temp_id: int,
        temp_para: Params = _NO_PARAMS,
        sign_id: int | None = None,
        before_attempt: BeforeAttempt | None = None,
    ) -> str:
        """The msg_id of the message, under which its delivery is reported (§3.4).

        >>> msg_id = client.messages.send(
        ...     mobile=Mobile("13812345678"), temp_id=1250, temp_para=Params({"number": "741627"})
        ... )
        """
        body = as_json(temp_id=temp_id, sign_id=sign_id, **recipient(mobile, temp_para))
        return self._transport.send(Call("POST", "/messages", msg_id_of, body), before_attempt)

    def send_batch(
        self,
        *,
        temp_id: int,
        recipients: Sequence[Recipient],
        sign_id: int | None = None,
        tag: str | None = None,
        before_attempt: BeforeAttempt | None = None,
    ) -> MessagesReply:
        """What became of each of 1 to 1000 recipients; `tag` is a label that nobody is texted (§3.5)."""
        listed = bodies.recipients(recipients)
        body = as_json(temp_id=temp_id, recipients=listed, sign_id=sign_id, tag=tag)
        call = Call("POST", "/messages/batch", messages(len(recipients)), body)
        return self._transport.send(call, before_attempt)


def msg_id_of(value: object) -> str:
    """The id in the answer to a message."""
    return reading.message_id(fields(value).get("msg_id"))


def verification(value: object) -> Verification:
    """Reads whether a code is right; an answer that says yes and names an error says nothing."""
    is_valid = fields(value).get("is_valid")
    if is_valid is False:
        return wrong_code(value)
    must(is_valid is True and fields(value).get("error") is None)
    return Verification(True)


def wrong_code(value: object) -> Verification:
    """Reads that a code is not right, which comes with 400 or 403 as well.

    Refused credentials say nothing of the code, whatever stands beside them.
    """
    must(fields(value).get("is_valid") is False)
    number = None
    with suppress(Unusable):
        number = error_code(value)
    must(CLASSES.get(number or 0) is not CredentialsRefusal)
    return Verification(False, None if number is None else explain(number))


def messages(sent: int) -> Callable[[object], MessagesReply]:
    """Reads the answer to a batch of that many messages.

    A count or the list must be there; nothing malformed in the list puts sent messages in doubt.
    """

    def read(value: object) -> MessagesReply:
        reply = fields(value)
        listed = reply.get("recipients")
        must(
            "error" not in reply
            and (isinstance(listed, list) or number_or(reply.get("success_count"), -1) >= 0)
        )
        recipients = tuple(filter(None, map(_sent, listed if isinstance(listed, list) else [])))
        refused = sum(recipient.failure is not None for recipient in recipients)
        failed = number_or(reply.get("failure_count"), refused)
        return MessagesReply(number_or(reply.get("success_count"), sent - failed), failed, recipients)

    return read


def _sent(value: object) -> Sent | None:
    try:
        entry = fields(value)
        mobile = reading.mobile(entry.get("mobile"))
        # A blank code stands beside recipients that were accepted (`jsms-api.md §3.5`).
        failed = entry.get("error_code") not in (None, "")
        failure = (
            replies.failure(value) or Failure(0, explain(0).meaning, mobile, _NO_PARAMS) if failed else None
        )
        return Sent(_msg_id_or_none(entry.get("msg_id")), mobile, failure)
    except ValueError:
        return None


def _msg_id_or_none(value: object) -> str:
    try:
        return reading.message_id(value)
    except Unusable:
        return ""
