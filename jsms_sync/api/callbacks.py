"""What JSMS pushes to a URL of yours: proved to be from JSMS, and read as a value (`jsms-api.md §8.2`).

    event = read_callback(request.body, credentials, now=datetime.now(UTC), window=timedelta(hours=14))
    match event.content:
        case Report(status=4001): ...
        case TemplateAudited(temp_id, status=1): ...

Nothing here needs a network, and nothing is imported that does.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from urllib.parse import parse_qs

from jsms_sync.api.answers import parse
from jsms_sync.api.credentials import Credentials
from jsms_sync.api.reading import fields, number, positive, scalar
from jsms_sync.api.receipts import Reply, Report, reply, report
from jsms_sync.errors import InvalidCallback

MOST_FIELDS = 50
_NONCE = re.compile(r"-?[0-9]{1,20}")
_TIMESTAMP = re.compile(r"[0-9]{1,15}")
# Eight characters of an alphabet that nobody has documented; nothing that a browser could take for markup.
_ECHOSTR = re.compile(r"[0-9A-Za-z!$()*+,./:;=?@^_|~-]{1,64}")


@dataclass(frozen=True, slots=True)
class TemplateAudited:
    """The audit of a template has ended: `status` is 1 approved, 2 rejected for `refuse_reason`."""

    temp_id: int
    status: int
    refuse_reason: str | None


@dataclass(frozen=True, slots=True)
class SignatureAudited:
    """The audit of a signature has ended: `status` is 1 approved, 2 rejected for `refuse_reason`."""

    sign_id: int
    status: int
    refuse_reason: str | None


@dataclass(frozen=True, slots=True)
class UnknownContent:
    """The content of an event that came after the documents; `data` is its JSON, every number as text."""

    data: object = field(repr=False)


Content = Report | Reply | TemplateAudited | SignatureAudited | UnknownContent


@dataclass(frozen=True, slots=True)
class Event:
    """One callback: `type` is the wire's, `SMS_REPORT` and so on; `nonce` is different in each."""

    type: str
    nonce: str
    sent_at: datetime
    content: Content


def read_callback(
    body: bytes,
    credentials: Credentials,
    *,
    now: datetime | None = None,
    window: timedelta | None = None,
) -> Event:
    """The event in the body of a POST that carries the signature of these credentials.

    With a window, one that was signed longer ago (or ahead) than that is refused; it should be wider than
    JSMS's retries, which come after 3 minutes, 1 hour and 12 hours. The signature covers neither type nor
    data: who has seen one callback can forge others with its nonce, so serve the URL over https only, and
    refuse a nonce that has been seen. Raises InvalidCallback, and ValueError for a window without `now`.
    """
    form = _form(body)
    if not is_signed(form, credentials):
        raise InvalidCallback(
            "the callback does not carry the signature of this app",
            help="Refuse it with 403. If it is from JSMS, compare appKey and master secret with the console.",
        )
    sent_at = _moment(form["timestamp"])
    if window is not None:
        _check_age(sent_at, now, window)
    return Event(form["type"], form["nonce"], sent_at, _content(form))


def is_signed(form: Mapping[str, str], credentials: Credentials) -> bool:
    """Whether the form carries the signature of these credentials; takes as long for a near miss."""
    nonce, timestamp = form.get("nonce", ""), form.get("timestamp", "")
    if not (_NONCE.fullmatch(nonce) and _TIMESTAMP.fullmatch(timestamp)):
        return False
    expected = signature_of(credentials, nonce, timestamp)
    return hmac.compare_digest(expected.encode(), form.get("signature", "").encode(errors="replace"))


def signature_of(credentials: Credentials, nonce: str, timestamp: str) -> str:
    """The signature that JSMS puts on a callback: lowercase hex of a SHA-1 (§8.2)."""
    signed = (
        f"appKey={credentials.key}&appMasterSecret={credentials.secret.reveal()}"
        f"&nonce={nonce}&timestamp={timestamp}"
    )
    return hashlib.sha1(signed.encode()).hexdigest()


def echo(query: str) -> str | None:
    """What to answer, as text/plain, when JSMS checks the URL with `GET ?echostr=…`; None for another GET."""
    found = parse_qs(query, max_num_fields=MOST_FIELDS).get("echostr", [])
    return found[0] if len(found) == 1 and _ECHOSTR.fullmatch(found[0]) else None


_FIELDS = ("nonce", "timestamp", "signature", "type", "data")


def _form(body: bytes) -> dict[str, str]:
    """The fields of the form, each of which must be there once."""
    try:
        pairs = parse_qs(
            body.decode("ascii"), strict_parsing=True, errors="strict", max_num_fields=MOST_FIELDS
        )
        form = {name: values[0] for name, values in pairs.items() if len(values) == 1}
        return {name: form[name] for name in _FIELDS}
    except (ValueError, KeyError):
        raise _unreadable() from None


def _content(form: Mapping[str, str]) -> Content:
    try:
        return _READERS.get(form["type"], UnknownContent)(parse(form["data"].encode()))
    except (ValueError, RecursionError):
        raise _unreadable() from None


def _unreadable() -> InvalidCallback:
    return InvalidCallback(
        "the callback is not the form that JSMS documents", help="Refuse it with 403, and look who sends it."
    )


def _moment(timestamp: str) -> datetime:
    try:
        return datetime.fromtimestamp(int(timestamp) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        raise _unreadable() from None


def _check_age(sent_at: datetime, now: datetime | None, window: timedelta) -> None:
    if now is None:
        raise ValueError("a window needs to know what time it is")
    if abs(now - sent_at) > window:
        raise InvalidCallback(
            f"the callback was signed at {sent_at:%Y-%m-%d %H:%M:%S} UTC, outside the accepted window",
            help="Refuse it with 403. If JSMS sends such, check this machine's clock.",
        )


def _report(value: object) -> Report:
    return report(fields(value))


def _reply(value: object) -> Reply:
    return reply(fields(value))


def _template_audited(value: object) -> TemplateAudited:
    entry = fields(value)
    return TemplateAudited(
        positive(entry.get("tempId")), number(entry.get("status")), scalar(entry.get("refuseReason")) or None
    )


def _signature_audited(value: object) -> SignatureAudited:
    entry = fields(value)
    return SignatureAudited(
        positive(entry.get("signId")), number(entry.get("status")), scalar(entry.get("refuseReason")) or None
    )


_READERS: Mapping[str, Callable[[object], Content]] = MappingProxyType(
    {
        "SMS_REPORT": _report,
        "SMS_REPLY": _reply,
        "SMS_TEMPLATE": _template_audited,
        "SMS_SIGN": _signature_audited,
    }
)
