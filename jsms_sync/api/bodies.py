"""How requests are written: JSON and form bodies to the byte, and ids as segments of a path."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from jsms_sync.errors import InvalidInput
from jsms_sync.model.privacy import Mobile, Params
from jsms_sync.model.resources import Recipient


@dataclass(frozen=True, slots=True)
class Image:
    """A picture to upload: its file name, whose ending says what it is, and its bytes."""

    name: str
    data: bytes = field(repr=False)

    @property
    def content_type(self) -> str:
        """What the ending says (`jsms-api.md §7`: png, jpg and jpeg)."""
        return "image/png" if self.name.lower().endswith(".png") else "image/jpeg"


@dataclass(frozen=True, slots=True)
class Body:
    """The bytes of a request and what they are."""

    data: bytes = field(repr=False)
    content_type: str


def as_json(**fields: object) -> bytes:
    """The fields that are given, as the compact UTF-8 JSON of a request."""
    given = {name: value for name, value in fields.items() if value is not None}
    return _utf8(json.dumps(given, ensure_ascii=False, separators=(",", ":")))


def as_form(fields: Sequence[tuple[str, str | Image]]) -> Body:
    """The fields as multipart/form-data, in their order; the same fields are always the same bytes."""
    from urllib3.filepost import encode_multipart_formdata

    for _, value in fields:
        _utf8(value.name if isinstance(value, Image) else value)
    parts = [
        (name, (value.name, value.data, value.content_type) if isinstance(value, Image) else value)
        for name, value in fields
    ]
    data, content_type = encode_multipart_formdata(parts, boundary=_boundary(fields))
    return Body(data, content_type)


def segment(under: str, id: str, what: str) -> str:
    """The path of the thing with that id; a dot segment would name another endpoint (RFC 3986 §5.2.4)."""
    if id in ("", ".", ".."):
        raise InvalidInput(f"the {what} id is empty or a dot", help="Give the id that JSMS answered.")
    try:
        return f"{under}/{quote(id, safe='')}"
    except UnicodeEncodeError:
        raise _half_a_pair() from None


def recipient(mobile: Mobile, temp_para: Params) -> Mapping[str, object]:
    """One recipient on the wire; without `temp_para` when there is no parameter."""
    values = temp_para.reveal()
    return {"mobile": mobile.reveal(), "temp_para": values} if values else {"mobile": mobile.reveal()}


def recipients(of: Sequence[Recipient]) -> list[Mapping[str, object]]:
    """The recipients on the wire."""
    return [recipient(one.mobile, one.params) for one in of]


def _boundary(fields: Sequence[tuple[str, str | Image]]) -> str:
    """A boundary that no part can hold, as it is a digest of all of them."""
    digest = hashlib.sha256()
    for name, value in fields:
        if isinstance(value, Image):
            name, data = f"{name} {value.name}", value.data
        else:
            data = value.encode()
        digest.update(b"%s %d " % (name.encode(), len(data)) + data)
    return digest.hexdigest()[:32]


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise _half_a_pair() from None


def _half_a_pair() -> InvalidInput:
    return InvalidInput(
        "a text holds half of a surrogate pair, which UTF-8 cannot express",
        help="Write the character itself instead of its escape.",
    )
