"""Syntax errors of YAML in our own words, with the line they are about."""

import re
from typing import Any, NamedTuple

from jsms_sync.definitions.codes import problem
from jsms_sync.definitions.decoding import lines_of
from jsms_sync.definitions.wording import shown
from jsms_sync.model.resources import Position, Problem


class _Words(NamedTuple):
    message: str
    help: str
    at_start: bool = False
    """Whether the place to look at is where the construct begins, not where the reader gave up."""


_TAB = _Words("a tab stands where YAML wants spaces", "indent with spaces only")
_OPEN_LIST = _Words(
    "this `[` has no `]`, or a comma is missing inside it", "close it, or put the text in quotes", True
)
_OPEN_MAP = _Words(
    "this `{` has no `}`, or a comma is missing inside it", "close it, or put the text in quotes", True
)
_INDENT = _Words(
    "this does not fit the lines above it",
    "align it with its neighbours; quote the whole of a text that begins with a quote or a bracket",
)
_CHARACTER = _Words("a text without quotes cannot begin with this character", "put the text in quotes")
_ESCAPE = _Words(
    "this escape is unknown inside double quotes",
    r"write a backslash as \\, or put the text in single quotes",
    True,
)

# What the two parsers of PyYAML say (libyaml and the pure one), by a part of it that both use.
_KNOWN: tuple[tuple[str, _Words], ...] = (
    ("tab character", _TAB),
    ("cannot start any token", _CHARACTER),
    (
        "mapping values are not allowed",
        _Words(
            "a second `:` in one line, or a wrong indentation",
            "put a text with `: ` in it in quotes; align keys",
        ),
    ),
    (
        "could not find expected ':'",
        _Words("a key without its `:`", "write `key: value`; a text of several lines needs `|`", True),
    ),
    ("expected ',' or ']'", _OPEN_LIST),
    ("expected ',' or '}'", _OPEN_MAP),
    ("unexpected end of stream", _Words("this text in quotes never ends", "add the closing quote", True)),
    ("unexpected document", _Words("this text in quotes never ends", "add the closing quote", True)),
    ("escape", _ESCAPE),
    ("hexdecimal", _ESCAPE),
    (
        "entries are not allowed",
        _Words("a list cannot begin here", "begin it on a line of its own, with `- `"),
    ),
    ("did not find expected '-'", _INDENT),
    ("did not find expected key", _INDENT),
    ("expected <block end>", _INDENT),
    ("node content", _Words("a value is missing here", "write the value, or put the text in quotes")),
    ("alphabetic or numeric", _Words("`&` and `*` name an anchor", "put the text in quotes")),
    (
        "chomping",
        _Words("nothing but a comment goes behind `|` or `>`", "begin the text on the next line", True),
    ),
    (
        "comment or line break",
        _Words("nothing but a comment goes behind `|` or `>`", "begin the text on the next line", True),
    ),
    ("incompatible YAML", _Words("this version of YAML is unknown", "delete the %YAML line")),
    ("directive", _Words("a line that begins with % is a directive", "put the text in quotes")),
    ("tag", _Words("`!` begins a tag", "put the text in quotes")),
)
_UNKNOWN = _Words(
    "this is not valid YAML", "look at this line and the one above; quotes around texts often help"
)

_SECTION = re.compile(r"[^\s#-]")
_KEY = re.compile(r"""[\s\-{?,]*["']?[\w-]+["']?\s*:""")


def syntax_problem(file: str, text: str, error: Exception) -> Problem:
    """The problem for what a YAML parser raised about the text.

    The mark counts lines and columns from 0; an error without one is about the file as a whole.
    """
    lines = lines_of(text)
    words = _words_for(error, lines)
    mark = _mark(error, words)
    line, column = (mark.line, mark.column) if mark else (0, 0)
    if line >= len(lines) or (line == len(lines) - 1 and not lines[line]):
        line, column = _last_written(lines)
    position = Position(file, line + 1, column + 1)
    return problem("syntax", position, words.message, _with_line(words.help, lines, line))


def _words_for(error: Exception, lines: list[str]) -> _Words:
    said = str(getattr(error, "problem", None) or "")
    mark = getattr(error, "problem_mark", None)
    if mark is not None and mark.line < len(lines):
        line = lines[mark.line]
        if "\t" in line[: len(line) - len(line.lstrip())] or line[mark.column : mark.column + 1] == "\t":
            return _TAB
    return next((words for part, words in _KNOWN if part in said), _UNKNOWN)


def _mark(error: Exception, words: _Words) -> Any:
    problem_mark = getattr(error, "problem_mark", None)
    context_mark = getattr(error, "context_mark", None)
    return context_mark if words.at_start and context_mark else problem_mark


def _last_written(lines: list[str]) -> tuple[int, int]:
    written = [number for number, line in enumerate(lines) if line.strip()]
    number = written[-1] if written else 0
    return number, len(lines[number])


def _with_line(help: str, lines: list[str], number: int) -> str:
    excerpt = _excerpt(lines, number)
    return f"{help}\n{number + 1} | {excerpt}" if excerpt else help


def _excerpt(lines: list[str], number: int) -> str:
    """The line as far as it is not private: outside of `templates` only up to its first key."""
    line = lines[number].strip()
    if _is_public(lines, number):
        return shown(line)
    key = _KEY.match(line)
    return f"{shown(key[0])} …" if key else ""


def _is_public(lines: list[str], number: int) -> bool:
    top = next((line for line in reversed(lines[: number + 1]) if _SECTION.match(line)), "")
    return top.startswith(("templates:", "version:", "timezone:"))
