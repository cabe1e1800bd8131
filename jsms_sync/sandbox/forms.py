"""Forms as clients send them, multipart or URL-encoded, read leniently."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from urllib.parse import parse_qsl

from jsms_sync.sandbox.codes import Refusal


@dataclass(frozen=True)
class Part:
    """One field of a form; `filename` is None for one that is no file."""

    name: str
    content: bytes
    filename: str | None = None

    @property
    def text(self) -> str:
        """The content as text; 50007 when it is no UTF-8."""
        try:
            return self.content.decode("utf-8")
        except UnicodeDecodeError:
            raise Refusal(50007) from None


def read_form(content_type: str, raw: bytes) -> tuple[Part, ...]:
    """The fields of a form in their order.

    Refused with 50017 for another content type, with 50003 when empty, with 50007 when it has no field that
    can be read. A form whose end is missing, with bare line feeds or without a type for each part is read,
    and a file field in which no file was chosen is left out.
    """
    media = content_type.partition(";")[0].strip().lower()
    if media not in ("multipart/form-data", "multipart/mixed", "application/x-www-form-urlencoded"):
        raise Refusal(50017)
    if not raw.strip():
        raise Refusal(50003)
    parts = _multipart(content_type, raw) if media.startswith("multipart/") else _url_encoded(raw)
    if not parts:
        raise Refusal(50007)
    return tuple(part for part in parts if part.content or part.filename is None)


def _url_encoded(raw: bytes) -> list[Part]:
    try:
        pairs = parse_qsl(raw.decode("utf-8"), keep_blank_values=True, max_num_fields=1000)
    except ValueError:
        raise Refusal(50007) from None
    return [Part(name, value.encode("utf-8", "replace")) for name, value in pairs]


def _multipart(content_type: str, raw: bytes) -> list[Part]:
    """By the parser for mail, which takes what forms by hand look like; those for HTTP want each CRLF."""
    head = b"Content-Type: " + content_type.encode("latin-1", "replace") + b"\r\n\r\n"
    whole = BytesParser().parsebytes(head + raw)
    if not whole.is_multipart():
        raise Refusal(50007)
    found = (_part(each) for each in whole.walk() if not each.is_multipart())
    return [part for part in found if part is not None]


def _part(entry: Message) -> Part | None:
    name = entry.get_param("name", header="content-disposition")
    if name is None:
        return None
    filename, content = entry.get_filename(), entry.get_payload(decode=True)
    shown = filename.encode("utf-8", "replace").decode() if filename is not None else None
    return Part(_plain(name), content if isinstance(content, bytes) else b"", shown)


def _plain(name: object) -> str:
    """A parameter that may come in three pieces, with its charset and language (RFC 2231)."""
    return str(name[2] if isinstance(name, tuple) else name).encode("utf-8", "replace").decode()
