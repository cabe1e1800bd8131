"""The encodings that recipients files may have, and which of them some bytes are likely to be in."""

import codecs
from collections.abc import Mapping

CODECS: Mapping[str, str] = {
    "utf-8": "utf-8",
    "utf-8-sig": "utf-8",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5",
    "utf-16": "utf-16",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
}
"""What may be written as `encoding`, and the codec that reads it; GB 18030 holds all of GBK and GB 2312."""

DEFAULT = "utf-8"
TWO_BYTES = "\u07ff"
"""The last character that UTF-8 writes in two bytes: GBK may look like two bytes, hardly ever like three."""
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_COMMON_GB = range(0xB0, 0xD8)
"""The lead bytes of the 3755 characters that GB 2312 calls the first level: nearly all that people write."""
_COMMON_BIG5 = range(0xA4, 0xC7)
"""The lead bytes of the 5401 characters that Big5 calls frequently used."""


def likely(data: bytes) -> str | None:
    """The encoding that the bytes are probably in, as a campaign would name it; None when none is likely."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return name
    if data.count(0) * 5 > len(data):
        return "utf-16-le" if data[1::2].count(0) > data[::2].count(0) else "utf-16-be"
    if decoded(data, "utf-8") is not None:
        return "utf-8"
    shares = {"gbk": _share(data, "gb18030", _COMMON_GB), "big5": _share(data, "big5", _COMMON_BIG5)}
    best = max(shares, key=lambda name: shares[name])
    return best if shares[best] > 0.5 else None


def is_utf_8_after_all(data: bytes) -> bool:
    """Whether bytes that are said to be in another encoding can hardly be anything but Chinese in UTF-8."""
    text = decoded(data, "utf-8") or ""
    wide = [character for character in text if character > "\x7f"]
    return bool(wide) and all(character > TWO_BYTES for character in wide)


def decoded(data: bytes, codec: str) -> str | None:
    """The text of the bytes, of which the last character may be cut off; None when they are none."""
    try:
        return codecs.getincrementaldecoder(codec)().decode(data)
    except UnicodeDecodeError:
        return None


def _share(data: bytes, codec: str, common: range) -> float:
    """How many of the characters beyond ASCII would be common ones."""
    wide = [character for character in decoded(data, codec) or "" if character > "\x7f"]
    pairs = [pair for pair in (character.encode(codec) for character in wide) if len(pair) == 2]
    return sum(pair[0] in common and pair[1] != 0x7F for pair in pairs if _is_pair(pair, codec)) / max(
        len(wide), 1
    )


def _is_pair(pair: bytes, codec: str) -> bool:
    """GB 2312 has no second bytes below 0xA1, which is what tells it from Big5."""
    return codec == "big5" or pair[1] >= 0xA1
