"""Reading YAML: places, the text as written, and an answer for whatever a file may hold."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from jsms_sync.definitions import load
from jsms_sync.definitions.places import Rows, Table
from jsms_sync.definitions.reader import read
from jsms_sync.definitions.scalars import is_ambiguous, plain

PARSERS = [pytest.param(yaml.SafeLoader, id="pure")]
if yaml.__with_libyaml__:
    PARSERS.append(pytest.param(yaml.CSafeLoader, id="libyaml"))

ONE_LINE = st.text(
    st.characters(blacklist_categories=["Cs", "Cc", "Zl", "Zp"], blacklist_characters="\ufeff\ufffe\uffff"),
    max_size=20,
)


def read_text(text: str, parser: Any) -> Any:
    """The root of a text without problems."""
    document, problems = read("x.yaml", text.encode(), parser)
    assert not problems
    assert document
    return document.root


def encoded(text: str) -> bytes:
    """The text as UTF-8, whatever it holds."""
    return text.encode("utf-8", "replace")


def codes(data: bytes, parser: Any) -> list[str]:
    """The codes of what is wrong with the YAML."""
    return [problem.code for problem in read("x.yaml", data, parser)[1]]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("true", True),
        ("FALSE", False),
        ("yes", "yes"),
        ("off", "off"),
        ("120", 120),
        ("-4", -4),
        ("0", 0),
        ("0x1F", 31),
        ("0o17", 15),
        ("1.10", 1.1),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("1e999", "1e999"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("-", "-"),
        ("+", "+"),
        ("007", "007"),
        ("+1", "+1"),
        ("1_000", "1_000"),
        ("12:30:00", "12:30:00"),
        ("2027-03-01", "2027-03-01"),
        ("1" * 5000, "1" * 5000),
        ("１２", "１２"),
    ],
)
def test_a_scalar_without_quotes_is_what_the_core_schema_says(text: str, value: object) -> None:
    """Only the words and numbers of YAML 1.2 mean something else than themselves."""
    assert plain(text) == value
    assert type(plain(text)) is type(value)


@pytest.mark.parametrize(
    ("text", "ambiguous"),
    [("007", True), ("+8613", True), ("-010", True), ("0", False), ("0.5", False), ("", False)],
)
def test_digits_that_readers_disagree_about_are_known(text: str, ambiguous: bool) -> None:
    """A leading 0 or + before digits is the sign of it."""
    assert is_ambiguous(text) is ambiguous


@pytest.mark.parametrize("parser", PARSERS)
@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", ["empty-file"]),
        (b"\xef\xbb\xbf", ["empty-file"]),
        (b"\n\n# nothing\n", ["empty-file"]),
        (b"\xef\xbb\xbfversion: 1\n", []),
        (b"version: 1\r\n", []),
        (b"version: 1\r", []),
        (b"a: \xef\xbb\xbf1", ["invalid-character"]),
        (b"a: \x00", ["invalid-character"]),
        (b"a: \x7f", ["invalid-character"]),
        ("a: \x85b".encode(), ["invalid-character"]),
        ("a: \u2028b".encode(), ["invalid-character"]),
        ("a: \uffff".encode(), ["invalid-character"]),
        (b"a: \xff", ["not-utf-8"]),
        (b"a: \xd6\xd0", ["not-utf-8"]),
        ("a: 中".encode("utf-16"), ["not-utf-8"]),
        ("a: 中".encode("utf-16-be"), ["invalid-character"]),
        (b"\ta: 1", ["syntax"]),
        (b"a:\n\tb: 1", ["syntax"]),
        (b"a: [\n", ["syntax"]),
        (b'a: "\\UFFFFFFFF"', ["syntax"]),
        (b"[" * 5000, ["too-deep"]),
        (b"{a: " * 5000, ["too-deep"]),
        (b"- " * 5000, ["too-deep"]),
        (b"a: &x [*x]", ["unknown-anchor"]),
        (b"a: *x", ["unknown-anchor"]),
        (b"a: &x 1\nb: *x\nc: &x 2\nd: *x", []),
        (b"<<: {a: 1}", ["merge-key"]),
        (b"'<<': {a: 1}", []),
        (b"a: !!str 1", ["tag"]),
        (b"!x {a: 1}", ["tag"]),
        (b"!x a: 1", ["key-not-text"]),
        (b"? [a]\n: 1", ["key-not-text"]),
        (b"&k a: 1", ["key-not-text"]),
        (b"a: &k b\n*k : 1", ["key-not-text"]),
        (b"a: 1\n---\nb: 1", ["several-documents"]),
        (b"---\na: 1\n...\n", []),
        (b"%YAML 1.1\n---\na: 1", ["yaml-version"]),
        (b"%YAML 1.2\n---\na: 1", []),
        (b"a: 1\na: 2\na: 3", ["duplicate-key", "duplicate-key"]),
        (b"a: 007\nb: {params: {x: 007}}\nc: '007'", ["ambiguous-number"]),
    ],
)
def test_whatever_a_file_holds_has_an_answer(data: bytes, expected: list[str], parser: Any) -> None:
    """Each oddity is accepted unchanged or named; both parsers say the same."""
    assert codes(data, parser) == expected


@pytest.mark.parametrize("parser", PARSERS)
@pytest.mark.parametrize("text", ['a: "\\ud800"', '"\\udfff": 1'])
def test_half_a_character_is_refused(text: str, parser: Any) -> None:
    """An escape for a surrogate is no text that could be sent."""
    assert codes(text.encode(), parser)[0] in ("syntax", "invalid-character")


@pytest.mark.parametrize("parser", PARSERS)
def test_line_ends_become_lf_and_blocks_lose_their_last(parser: Any) -> None:
    """CRLF is LF in every style; trailing newlines of block scalars are dropped, others stay."""
    text = 'a: |\n  1\n  2\n\nb: |+\n  3\n\nc: "4\\r\\n5\\n"\nd: >\n  6\n  7\ne: "x\\ry"\n'.replace(
        "\n", "\r\n"
    )
    root = read_text(text, parser)
    assert root == {"a": "1\n2", "b": "3", "c": "4\n5\n", "d": "6 7", "e": "x\ry"}
    assert root.text("a") == "1\n2"


@pytest.mark.parametrize("parser", PARSERS)
def test_the_text_as_written_survives(parser: Any) -> None:
    """Whatever a scalar means, the letters that were written are kept."""
    root = read_text("a: [1.10]\nb: 1.10\nc: TRUE\nd: 0x1F\n007: ~\n", parser)
    assert [root.text(key) for key in ("b", "c", "d", "007")] == ["1.10", "TRUE", "0x1F", "~"]
    assert root["a"].places[0].text == "1.10"


@pytest.mark.parametrize("parser", PARSERS)
@given(before=ONE_LINE, key=ONE_LINE.filter(lambda key: key not in ("k", "<<")), value=ONE_LINE)
def test_places_count_characters(before: str, key: str, value: str, parser: Any) -> None:
    """Lines and columns count characters from 1, whatever stands before: Chinese, emoji, combining marks."""

    def quote(text: str) -> str:
        return "'" + text.replace("'", "''") + "'"

    root = read_text(f"# {before}\nk: [{quote(before)}, {{{quote(key)}: {quote(value)}}}]\n", parser)
    table = root["k"][1]
    assert table == {key: value}
    place = table.places[key]
    line = f"k: [{quote(before)}, {{"
    assert (place.key_line, place.key_column) == (2, len(line) + 1)
    assert (place.line, place.column) == (2, len(line) + len(quote(key)) + 3)
    assert place.text == value


def test_private_values_are_not_shown_by_accident() -> None:
    """Data and places can be printed without showing a value."""
    document, _ = read("x.yaml", b"a: {mobile: '15412345678'}\nb: ['15412345678']\n")
    assert document
    shown = repr((document, document.root, document.root["b"], document.root["a"].places))
    assert "12345678" not in shown
    assert isinstance(document.root, Table)
    assert isinstance(document.root["b"], Rows)


WORDS = "version: 1|templates:|campaigns:|- |: |a|{|}|[|]|,|&x |*x|<<|!t |#|mobile|params|007|~|{{code}}|【"
PIECES = [
    *WORDS.split("|"),
    *"\"'|>\t\\\r\0\ufeff\n",
    "  ",
    "---\n",
    "...\n",
    "%YAML 1.2\n",
    "content: ",
    "type: ",
]
YAML_PIECES = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


@settings(max_examples=300, deadline=None)
@given(data=st.one_of(st.binary(max_size=60), st.text(max_size=60).map(encoded), YAML_PIECES.map(encoded)))
def test_no_bytes_whatever_make_loading_raise(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """Any bytes are definitions or problems with a place in the file, never an exception."""
    folder = tmp_path_factory.getbasetemp() / "any"
    folder.mkdir(exist_ok=True)
    (folder / "x.yaml").write_bytes(data)
    result = load(["x.yaml"], folder=folder)
    assert result.problems or result.definitions.is_empty
    for problem in result.problems:
        assert problem.position.file == "x.yaml"
        assert problem.position.line >= 1
        assert problem.position.column >= 1
        assert problem.message


@pytest.mark.parametrize("parser", PARSERS)
@settings(max_examples=200, deadline=None)
@given(text=st.one_of(st.text(max_size=60), YAML_PIECES))
def test_no_text_whatever_makes_a_parser_raise(text: str, parser: Any) -> None:
    """Either parser ends in a document or in problems."""
    document, problems = read("x.yaml", encoded(text), parser)
    assert document or problems


@settings(max_examples=200, deadline=None)
@given(
    data=st.one_of(
        st.binary(max_size=80), st.text('mobile,order"\n\r15412345678 中', max_size=80).map(encoded)
    )
)
def test_no_recipients_file_whatever_makes_loading_raise(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    """Any bytes are recipients or problems."""
    folder: Path = tmp_path_factory.getbasetemp() / "any-csv"
    folder.mkdir(exist_ok=True)
    (folder / "to.csv").write_bytes(data)
    (folder / "x.yaml").write_text(
        "version: 1\ncampaigns:\n  a: {temp_id: 1, send_time: 2035-01-01 10:00:00, recipients_file: to.csv}\n"
    )
    result = load(["x.yaml"], folder=folder)
    assert result.problems or result.definitions.campaigns
