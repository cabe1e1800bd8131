"""A file as text, a block of whole lines at a time: however large it is, little of it is held at once."""

import codecs
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

from jsms_sync.definitions.decoding import place_in
from jsms_sync.definitions.encodings import CODECS, DEFAULT, TWO_BYTES, is_utf_8_after_all, likely

SIZE = 1 << 18
"""Bytes that are read at once."""


class NotText(ValueError):
    """The bytes are not the text that they should be: where, why, and what to do."""

    def __init__(self, code: str, line: int, column: int, message: str, help: str | None = None) -> None:
        super().__init__(message)
        self.code, self.line, self.column, self.message, self.help = code, line, column, message, help


class Blocks:
    """The text of a file from beginning to end, once; afterwards `sha256` is that of its bytes.

    `data` is what the file is going to hold, where it is not saved yet.

    Iterating raises NotText for what is not text in that encoding, and OSError for what cannot be read.
    """

    def __init__(self, path: Path, encoding: str, data: bytes | None = None) -> None:
        self._path, self._encoding, self._data = path, encoding, data
        self._hash = hashlib.sha256()
        self._lines, self._rest = 0, ""
        self._is_ascii = True

    @property
    def sha256(self) -> bytes:
        """The hash of what was read."""
        return self._hash.digest()

    def __iter__(self) -> Iterator[str]:
        for text in self._texts():
            whole = self._rest + text
            # A \r at the very end may be the first half of a line end.
            cut = max(whole.rfind("\n"), whole.rfind("\r", 0, -1)) + 1
            self._rest = whole[cut:]
            if cut:
                yield self._counted(whole[:cut])
        if self._rest:
            yield self._counted(self._rest)

    def _texts(self) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder(CODECS[self._encoding])()
        with self._path.open("rb") if self._data is None else io.BytesIO(self._data) as file:
            first = data = file.read(SIZE)
            if CODECS[self._encoding] in ("gb18030", "big5") and is_utf_8_after_all(first):
                raise self._wrong(1, 1, f"the file is not {self._encoding}: it looks like utf-8", "utf-8")
            while data:
                self._hash.update(data)
                yield self._decoded(decoder, data, is_first=data is first)
                data = file.read(SIZE)
            yield self._decoded(decoder, b"", final=True)

    def _decoded(
        self, decoder: codecs.IncrementalDecoder, data: bytes, *, is_first: bool = False, final: bool = False
    ) -> str:
        try:
            text = decoder.decode(data, final)
        except UnicodeDecodeError as error:
            raise self._undecodable(error) from None
        self._is_ascii = self._is_ascii and text.isascii()
        return text.removeprefix("\ufeff") if is_first else text

    def _undecodable(self, error: UnicodeDecodeError) -> NotText:
        """Where the bytes stop making sense, and what they may be; UTF-8 that began well is only damaged."""
        text = error.object[: error.start].decode(CODECS[self._encoding], "replace")
        place = place_in("", self._rest + text, len(self._rest) + len(text))
        began_well = not self._is_ascii or any(character > TWO_BYTES for character in text)
        is_damaged = CODECS[self._encoding] == DEFAULT and began_well
        guess = None if is_damaged else likely(error.object)
        message = f"the byte 0x{error.object[error.start]:02x} is not {self._encoding}"
        if guess and CODECS[guess] != CODECS[self._encoding]:
            message += f": the file looks like {guess}"
        return self._wrong(self._lines + place.line, place.column, message, guess)

    def _wrong(self, line: int, column: int, message: str, guess: str | None) -> NotText:
        help = "save the file as UTF-8"
        if guess == DEFAULT:
            help = "remove `encoding`: UTF-8 is the default"
        elif guess is not None and CODECS[guess] != CODECS[self._encoding]:
            help = f"write `encoding: {guess}` beside `recipients_file`, or {help}"
        return NotText("wrong-encoding", line, column, message, help)

    def _counted(self, text: str) -> str:
        # A block never ends between the two characters of a line end.
        self._lines += text.count("\n") + (text.count("\r") - text.count("\r\n") if "\r" in text else 0)
        return text
