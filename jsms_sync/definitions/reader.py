"""YAML read as events and built by our own hand: every place known, nothing changed in silence."""

from typing import Any, NamedTuple

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from jsms_sync.definitions.codes import problem
from jsms_sync.definitions.decoding import decode, lines_of
from jsms_sync.definitions.places import Document, Path, Place, Rows, Table, address_of
from jsms_sync.definitions.scalars import is_ambiguous, plain
from jsms_sync.definitions.syntax import syntax_problem
from jsms_sync.definitions.wording import shown, subject
from jsms_sync.model.resources import Position, Problem

MAX_DEPTH = 100
MAX_REPEATED = 200_000
"""How many values aliases may repeat in one file."""

# libyaml reads several times faster; the pure parser stands in where PyYAML was built without it.
PARSER: Any = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
TOO_DEEP = "exceeded maximum nesting depth"
"""So libyaml 0.2.6 gives up, far ahead of what it has told by then; the pure parser tells the place."""


class _Stop(Exception):
    """Reading ends here: what follows could only be misunderstood."""

    def __init__(self, why: Problem) -> None:
        self.why = why


class _Anchored(NamedTuple):
    value: Any
    text: str
    size: int
    height: int


def read(file: str, data: bytes, parser: Any = PARSER) -> tuple[Document | None, list[Problem]]:
    """The file's document, if it can be read to its end, and what is wrong with its YAML."""
    text = decode(file, data)
    if isinstance(text, Problem):
        return None, [text]
    source = parser(text)
    builder = _Builder(file, source)
    try:
        return builder.document()._replace(lines=lines_of(text)), builder.problems
    except _Stop as stop:
        return None, [*builder.problems, stop.why]
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        if TOO_DEEP in str(error) and parser is not yaml.SafeLoader:
            return read(file, data, yaml.SafeLoader)
        # The pure parser lets chr() complain about escapes beyond Unicode.
        return None, [*builder.problems, syntax_problem(file, text, error)]
    finally:
        source.dispose()


class _Builder:
    """Turns the events of one file into tables and rows."""

    def __init__(self, file: str, source: Any) -> None:
        self.file = file
        self.next: Any = source.get_event
        self.problems: list[Problem] = []
        self.bad: set[Path] = set()
        self.path: list[str | int] = []
        self.anchors: dict[str, _Anchored] = {}
        self.count = self.repeated = self.depth = self.deepest = 0

    def document(self) -> Document:
        """The one document of the file."""
        self.next()
        event = self.next()
        if type(event) is StreamEndEvent:
            raise _Stop(problem("empty-file", Position(self.file, 1, 1), "the file is empty"))
        if event.version == (1, 1):
            raise self.stop(
                "yaml-version", event, "the file asks for YAML 1.1, which reads `yes` and `010` differently"
            )
        event = self.next()
        root, _ = self.value(event)
        if root is None:
            raise self.stop("empty-file", event, "the file is empty")
        self.next()
        rest = self.next()
        if type(rest) is DocumentStartEvent:
            raise self.stop("several-documents", rest, "a second document begins here")
        return Document(self.file, root, self.at(event), frozenset(self.bad))

    def at(self, event: Any) -> Position:
        mark = event.start_mark
        return Position(self.file, mark.line + 1, mark.column + 1)

    def stop(self, code: str, event: Any, message: str) -> _Stop:
        return _Stop(problem(code, self.at(event), message, address=address_of(tuple(self.path))))

    def value(self, event: Any) -> tuple[Any, str]:
        """What the event begins, and its text as written where it is a scalar."""
        kind = type(event)
        if kind is ScalarEvent and event.tag is None:
            return self.scalar(event)
        if kind is AliasEvent:
            return self.alias(event)
        if event.tag is not None:
            raise self.stop(
                "tag",
                event,
                f"the tag `{shown(event.tag.replace('tag:yaml.org,2002:', '!!'))}` is not supported",
            )
        before, outside, self.deepest = self.count, self.deepest, self.depth
        built = self.table(event) if kind is MappingStartEvent else self.rows(event)
        if event.anchor:
            size = self.count - before
            self.anchors[event.anchor] = _Anchored(built, "", size, self.deepest - self.depth)
        self.deepest = max(outside, self.deepest)
        return built, ""

    def scalar(self, event: Any) -> tuple[Any, str]:
        self.count += 1
        text: str = event.value
        style = event.style
        if not style:
            value = plain(text)
            if value is not None and is_ambiguous(text):
                self.ambiguous(event, text)
        else:
            value = text = self.tidy(event, text, style)
        if event.anchor:
            self.anchors[event.anchor] = _Anchored(value, text, 1, 0)
        return value, text

    def tidy(self, event: Event, text: str, style: str) -> str:
        """Block scalars lose trailing newlines, escaped CRLF becomes LF, half characters are refused."""
        if style in "|>":
            return text.rstrip("\n")
        if style == '"' and not _is_encodable(text):
            raise self.stop("invalid-character", event, "an escape in this text is half of a character")
        return text.replace("\r\n", "\n")

    def ambiguous(self, event: Event, text: str) -> None:
        """Notes digits that YAML readers disagree about; parameters stay the text as written in any case."""
        if self.path[-2:-1] == ["params"]:
            return
        path = tuple(self.path)
        message = f"{subject(path)}: YAML readers disagree about `{shown(text)}` without quotes"
        self.problems.append(problem("ambiguous-number", self.at(event), message, address=address_of(path)))
        self.bad.add(path)

    def alias(self, event: Any) -> tuple[Any, str]:
        found = self.anchors.get(event.anchor)
        if found is None:
            raise self.stop(
                "unknown-anchor", event, f"no anchor `&{shown(event.anchor)}` is complete above this alias"
            )
        self.count += found.size
        self.repeated += found.size
        self.deepest = max(self.deepest, self.depth + found.height)
        if self.repeated > MAX_REPEATED:
            raise self.stop("too-many-repeats", event, f"aliases repeat more than {MAX_REPEATED:,} values")
        if self.deepest > MAX_DEPTH:
            raise self.stop("too-deep", event, f"more than {MAX_DEPTH} levels, one inside the other")
        return found.value, found.text

    def table(self, start: Event) -> Table:
        table, following, path = Table(), self.next, self.path
        places = table.places
        self.enter(start)
        while type(event := following()) is not MappingEndEvent:
            path[-1] = key = self.key(event)
            mark = event.start_mark
            below = following()
            at = below.start_mark
            value, text = self.value(below)
            if key in table:
                self.duplicate(event, places[key])
                continue
            table[key] = value
            places[key] = Place(mark.line + 1, mark.column + 1, at.line + 1, at.column + 1, text)
        self.leave()
        return table

    def rows(self, start: Event) -> Rows:
        rows, following = Rows(), self.next
        self.enter(start)
        while type(event := following()) is not SequenceEndEvent:
            self.path[-1] = len(rows)
            mark = event.start_mark
            value, text = self.value(event)
            rows.append(value)
            line, column = mark.line + 1, mark.column + 1
            rows.places.append(Place(line, column, line, column, text))
        self.leave()
        return rows

    def enter(self, start: Event) -> None:
        """What follows is one level deeper, inside a mapping or a list."""
        self.depth += 1
        self.count += 1
        self.deepest = max(self.deepest, self.depth)
        if self.depth > MAX_DEPTH:
            raise self.stop("too-deep", start, f"more than {MAX_DEPTH} levels, one inside the other")
        self.path.append("")

    def leave(self) -> None:
        """What follows is one level higher again."""
        self.path.pop()
        self.depth -= 1

    def key(self, event: Any) -> str:
        self.path[-1] = ""
        if type(event) is not ScalarEvent or event.tag is not None or event.anchor:
            raise self.stop("key-not-text", event, "a key has to be plain text")
        key: str = event.value
        if key == "<<" and not event.style:
            raise self.stop("merge-key", event, "the merge key `<<` is not supported")
        if event.style == '"' and not _is_encodable(key):
            raise self.stop("invalid-character", event, "an escape in this key is half of a character")
        return key

    def duplicate(self, event: Event, first: Place) -> None:
        path = tuple(self.path)
        where = f"line {first.key_line}, column {first.key_column}"
        message = f"{subject(path)} is written twice: here and at {where}"
        self.problems.append(problem("duplicate-key", self.at(event), message, address=address_of(path)))


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
