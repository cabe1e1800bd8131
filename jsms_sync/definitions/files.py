"""The files that campaigns name: where they are, and what is in them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from jsms_sync.definitions.blocks import NotText
from jsms_sync.definitions.checking import check
from jsms_sync.definitions.codes import problem
from jsms_sync.definitions.encodings import DEFAULT
from jsms_sync.definitions.entries import Entry
from jsms_sync.definitions.findings import Source
from jsms_sync.definitions.places import Rows, Table
from jsms_sync.definitions.sheet import format_of
from jsms_sync.definitions.sources import Drafts, recipients_name, unreadable, why_not
from jsms_sync.definitions.suppression import numbers_in
from jsms_sync.definitions.tally import Asked
from jsms_sync.definitions.wording import shown
from jsms_sync.model.privacy import Params
from jsms_sync.model.resources import Position, Problem, RecipientsFile
from jsms_sync.model.settings import Settings

T = TypeVar("T")
HELP = (
    "the path is relative to the YAML file that names it, or to --recipients-dir\n"
    "`validate` and `plan` do without such files with --without-recipients"
)


@dataclass(frozen=True, slots=True)
class Named:
    """Where files that campaigns name are: in a folder of their own, or not to be read at all."""

    folder: str | None = None
    are_read: bool = True


NAMED = Named()


@dataclass(slots=True, repr=False)
class Files:
    """The files that campaigns name, and how they are judged; `hashes` are those of all that were read.

    `drafts` are files as they are going to be, by name.
    """

    top: Path
    settings: Settings
    named: Named = NAMED
    drafts: Drafts = field(default_factory=dict)
    hashes: dict[str, bytes] = field(default_factory=dict)
    _suppressed: dict[tuple[str, str, str], frozenset[int] | list[Problem]] = field(default_factory=dict)

    def recipients(self, entry: Entry, asked: Asked) -> tuple[RecipientsFile, int, list[Problem]]:
        """The campaign's recipients file, how many of it are suppressed, and what is wrong with it."""
        source = self._source(entry, entry.text("recipients_file") or "")
        nothing = RecipientsFile(source.name, str(source.path), defaults=Params(asked.needs.defaults))
        wrong = list(_columns_problems(entry))
        if not self.named.are_read or wrong or _is_unusable(entry):
            return nothing, 0, wrong
        checked = self._read(entry, source, entry.value("recipients_file"), lambda: check(source, asked))
        if isinstance(checked, Problem):
            return nothing, 0, [checked]
        self.hashes[source.name] = checked.file.sha256
        return checked.file, checked.suppressed, checked.problems

    def suppressed(self, entry: Entry) -> tuple[frozenset[int], list[Problem]]:
        """The keys of the numbers on the campaign's suppression lists, and what is wrong with these."""
        keys: set[int] = set()
        problems: list[Problem] = []
        for path, place in _lists(entry) if self.named.are_read else ():
            source = self._source(entry, path)
            known = (source.name, source.encoding, repr(sorted(source.columns.items())))
            if known not in self._suppressed:
                self._suppressed[known] = self._list(entry, source, place)
            found = self._suppressed[known]
            if isinstance(found, frozenset):
                keys |= found
            else:
                problems += [replace(one, address=entry.address) for one in found]
        return frozenset(keys), problems

    def _list(self, entry: Entry, source: Source, place: Position) -> frozenset[int] | list[Problem]:
        found = self._read(entry, source, place, lambda: numbers_in(source, entry.address, place))
        if isinstance(found, Problem):
            return [found]
        self.hashes[source.name] = found.sha256
        return found.problems or found.keys

    def _source(self, entry: Entry, path: str) -> Source:
        name = recipients_name(path, entry.document.file, self.top, self.named.folder)
        columns = entry.table["columns"] if _has_columns(entry) else Table()
        meanings = {header: columns.text(header) for header in columns}
        encoding = entry.text("encoding") or DEFAULT
        return Source(name, self.top / name, format_of(path), encoding, meanings, data=self.drafts.get(name))

    def _read(self, entry: Entry, source: Source, place: Position, read: Callable[[], T]) -> T | Problem:
        try:
            if "\0" in source.name:
                raise ValueError
            return read()
        except NotText as wrong:
            where = Position(source.name, wrong.line, wrong.column)
            return problem(wrong.code, where, wrong.message, wrong.help, entry.address)
        except (OSError, ValueError) as error:
            found = unreadable(source.name, why_not(error))
            return replace(found, position=place, address=entry.address, help=HELP)


def _has_columns(entry: Entry) -> bool:
    return entry.has("columns") and entry.clean("columns")


def _is_unusable(entry: Entry) -> bool:
    """Whether how the file is to be read has a problem already."""
    return any(key in entry.table and not entry.clean(key) for key in ("encoding", "columns"))


def _lists(entry: Entry) -> Iterator[tuple[str, Position]]:
    """The paths under `suppress`, which is one or a list of them."""
    if not entry.has("suppress") or not entry.clean("suppress"):
        return
    written = entry.table["suppress"]
    if not isinstance(written, Rows):
        yield entry.table.text("suppress"), entry.value("suppress")
        return
    for number, place in enumerate(written.places):
        yield place.text, entry.value("suppress", number)


def _columns_problems(entry: Entry) -> Iterator[Problem]:
    """No two columns can be the same parameter."""
    columns = entry.table["columns"] if _has_columns(entry) else Table()
    first: dict[str, str] = {}
    for header in columns:
        meant = columns.text(header)
        if first.setdefault(meant, header) != header:
            message = f"`columns` of {entry.address} makes two columns `{shown(meant)}`"
            yield entry.problem("column-twice", entry.key("columns", header), message)
