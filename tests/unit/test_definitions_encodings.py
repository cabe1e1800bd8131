"""Which encoding some bytes are likely to be in, and what is said about those that are in another."""

from pathlib import Path

import pytest
from test_recipients_files import definitions, loaded

from jsms_sync.definitions.blocks import SIZE
from jsms_sync.definitions.encodings import CODECS, is_utf_8_after_all, likely

SIMPLIFIED = "手机号,姓名\n13812345678,张伟\n13812345679,王小明先生\n"
ROW = "13812345678,1,顺丰\n"
TRADITIONAL = "手機號碼,姓名\n13812345678,陳大文\n13812345679,順豐速運有限公司\n"


@pytest.mark.parametrize(
    ("text", "codec", "guess"),
    [
        (SIMPLIFIED, "utf-8", "utf-8"),
        (SIMPLIFIED, "utf-8-sig", "utf-8"),
        (SIMPLIFIED, "gbk", "gbk"),
        (SIMPLIFIED, "gb18030", "gbk"),
        (TRADITIONAL, "big5", "big5"),
        (SIMPLIFIED, "utf-16", "utf-16"),
        (SIMPLIFIED, "utf-16-le", "utf-16-le"),
        (SIMPLIFIED, "utf-16-be", "utf-16-be"),
        ("联通", "gbk", "gbk"),
        ("中通", "gbk", "gbk"),
    ],
)
def test_chinese_is_recognised(text: str, codec: str, guess: str) -> None:
    """Whole, and cut off in the middle of its last character."""
    data = text.encode(codec)
    assert likely(data) == guess
    assert likely((data * 9)[:-1]) == guess


@pytest.mark.parametrize("data", [b"\xff\xfa\xf5", b"\x80\x81\x82\xff", b"13812345678,\xff"])
def test_nothing_is_guessed_of_bytes_that_no_encoding_fits(data: bytes) -> None:
    """No guess is better than a wrong one."""
    assert likely(data) is None


@pytest.mark.parametrize(
    ("data", "is_utf_8"),
    [
        (SIMPLIFIED.encode(), True),
        (SIMPLIFIED.encode("gbk"), False),
        (b"13812345678", False),
        ("模".encode("gbk"), False),
        ("é".encode(), False),
    ],
)
def test_utf_8_can_hardly_be_anything_else(data: bytes, is_utf_8: bool) -> None:
    """Three bytes to a character do not come about by chance; two may."""
    assert is_utf_8_after_all(data) is is_utf_8


@pytest.mark.parametrize("encoding", sorted(set(CODECS) - {"utf-8", "utf-8-sig"}))
def test_every_encoding_reads_what_is_written_in_it(tmp_path: Path, encoding: str) -> None:
    """All that the schema names."""
    text = "mobile,order,carrier\n13812345678,1,中通\n"
    (tmp_path / "to.csv").write_bytes(text.encode(encoding))
    assert not loaded(tmp_path, definitions("to.csv", f"encoding: {encoding}")).problems


@pytest.mark.parametrize(
    ("encoding", "data", "line", "words"),
    [
        ("utf-8", f"{ROW * SIZE}".encode() + b"\xb7\n", SIZE + 2, "the byte 0xb7 is not utf-8"),
        ("utf-8", ROW.encode() + b"\xb7\n", 3, "the byte 0xb7 is not utf-8"),
        ("gbk", f"{ROW * SIZE}".encode("gbk") + b"\xff\n", SIZE + 2, "the byte 0xff is not gbk"),
        ("utf-16-le", ROW.encode("utf-16-le") + b"\x00\xd8\n", 3, "is not utf-16-le"),
        ("big5", "13812345678,1,顺丰堃\n".encode("gbk"), 2, "the file looks like gbk"),
    ],
)
def test_a_damaged_byte_is_found_wherever_it_is(
    tmp_path: Path, encoding: str, data: bytes, line: int, words: str
) -> None:
    """The line and the byte are told, also blocks away from the beginning."""
    header = "mobile,order,carrier\n".encode(encoding)
    (tmp_path / "to.csv").write_bytes(header + data)
    found = loaded(tmp_path, definitions("to.csv", f"encoding: {encoding}"))
    (problem,) = found.problems
    assert (problem.code, problem.position.line) == ("wrong-encoding", line)
    assert words in problem.message
