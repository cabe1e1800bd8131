"""The recipients of one campaign from the three ways to write them, with every problem at its place."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from jsms_sync.definitions.codes import problem
from jsms_sync.definitions.entries import Entry
from jsms_sync.definitions.places import Table
from jsms_sync.definitions.recipients import Finding, Needs, Row, Rows, located, recipients
from jsms_sync.definitions.rules_template import has_brackets
from jsms_sync.definitions.severity import weighed_findings
from jsms_sync.definitions.sheet import MOBILE_COLUMN, Sheet, read_sheet
from jsms_sync.definitions.sources import Drafts, beside, read_bytes, unreadable
from jsms_sync.definitions.tolerance import Read, tolerated
from jsms_sync.definitions.wording import quoted, shown
from jsms_sync.model.resources import Address, Position, Problem, Recipient, Severity, template_address
from jsms_sync.model.settings import Settings
from jsms_sync.model.text import VARIABLE, variables

MOST_PROBLEMS = 20
"""How many problems one recipients file shows."""


class Sheets:
    """The recipients files, each read once for all campaigns that name it, and how they are judged."""

    def __init__(self, folder: Path, settings: Settings, drafts: Drafts | None = None) -> None:
        self.folder, self.settings, self.drafts = folder, settings, drafts
        self.files: dict[str, bytes] = {}
        self._read: dict[str, Sheet | Problem] = {}

    def get(self, file: str, path: str) -> Sheet | Problem:
        """The sheet that the YAML file names by that path, or why it cannot be read."""
        if "\0" in path:
            return unreadable(path, "it is no path")
        name = beside(file, path, self.folder)
        if name not in self._read:
            self._read[name] = self._fresh(name)
        return self._read[name]

    def _fresh(self, name: str) -> Sheet | Problem:
        data = read_bytes(name, self.folder, self.drafts)
        if isinstance(data, Problem):
            return data
        self.files[name] = data
        return read_sheet(name, data)


class Roster(NamedTuple):
    """Who gets a campaign, and what is wrong with them."""

    recipients: tuple[Recipient, ...]
    problems: list[Problem]


def roster(entry: Entry, known: Mapping[Address, Entry], sheets: Sheets) -> Roster:
    """The recipients of the campaign, with the defaults of its `params` and only what its template uses."""
    wanted = _variables(entry, known)
    defaults, problems = _defaults(entry, wanted)
    written = entry.table.get("params") if entry.has("params") else None
    # A default that is wrong has its own problem; that nobody has a value for it would be a second one.
    settled = set(written or ()) - set(defaults)
    needs = Needs(None if wanted is None else tuple(name for name in wanted if name not in settled), defaults)
    everybody: list[Recipient] = []
    for key, read in (("mobile", _single), ("recipients", _inline)):
        if entry.has(key):
            rows, found = read(entry, wanted)
            built, findings = recipients(rows, needs)
            everybody += built
            problems += [*found, *located(rows, findings, entry.address)]
    if entry.has("recipients_file"):
        built, found = _from_file(entry, sheets, needs, wanted)
        everybody += built
        problems += found
    return Roster(tuple(everybody), problems)


def _variables(entry: Entry, known: Mapping[Address, Entry]) -> tuple[str, ...] | None:
    """The variables of the campaign's template; None where nothing here knows them."""
    template = known.get(template_address(entry.text("template") or ""))
    content = template.text("content") if template else None
    return None if content is None else variables(content)


def _written(params: Table) -> dict[str, str]:
    """The values as written, with the empty text for an empty one."""
    return {name: "" if value is None else params.text(name) for name, value in params.items()}


def _defaults(entry: Entry, wanted: tuple[str, ...] | None) -> tuple[dict[str, str], list[Problem]]:
    if not entry.has("params"):
        return {}, []
    given = {
        name: value for name, value in _written(entry.table["params"]).items() if entry.clean("params", name)
    }
    problems = list(_unused(entry, ("params",), given, wanted))
    for name, value in given.items():
        place = entry.value("params", name)
        if not value:
            problems.append(
                entry.problem("empty-param", place, f"`params.{shown(name)}` of {entry.address} is empty")
            )
        elif has_brackets(value):
            problems.append(
                entry.problem(
                    "value-brackets", place, f"`params.{shown(name)}` of {entry.address} holds 【 or 】"
                )
            )
    used = {name: value for name, value in given.items() if value and (wanted is None or name in wanted)}
    return used, problems


def _unused(
    entry: Entry, path: tuple[str | int, ...], given: Mapping[str, str], wanted: tuple[str, ...] | None
) -> Iterator[Problem]:
    for name in given:
        if wanted is not None and name not in wanted:
            template = template_address(entry.text("template") or "")
            message = f"`{shown(name)}` is no variable of {template}"
            yield entry.problem("unused-param", entry.key(*path, name), message)


def _single(entry: Entry, wanted: tuple[str, ...] | None) -> tuple[Rows, list[Problem]]:
    def at(_row: int, field: str) -> Position:
        if field == MOBILE_COLUMN:
            return entry.value("mobile")
        return entry.key("params") if "params" in entry.table else entry.key()

    return Rows([Row(entry.text("mobile"), {})], lambda _row: str(entry.address), at), []


def _inline(entry: Entry, wanted: tuple[str, ...] | None) -> tuple[Rows, list[Problem]]:
    rows: list[Row] = []
    numbers: list[int] = []
    problems: list[Problem] = []
    for number, item in enumerate(entry.table["recipients"]):
        path = ("recipients", number)
        if path in entry.bad or not entry.clean(*path, "params"):
            continue
        given = _written(item["params"]) if "params" in item else {}
        problems += _unused(entry, (*path, "params"), given, wanted)
        values = given if wanted is None else {name: value for name, value in given.items() if name in wanted}
        usable = "mobile" in item and entry.clean(*path, "mobile")
        rows.append(Row(item.text("mobile") if usable else None, values))
        numbers.append(number)

    def at(row: int, field: str) -> Position:
        path = ("recipients", numbers[row])
        item = entry.table["recipients"][numbers[row]]
        if field == MOBILE_COLUMN:
            return entry.value(*path, "mobile")
        if field in item.get("params", ()):
            return entry.value(*path, "params", field)
        return entry.key(*path, "params") if "params" in item else entry.value(*path)

    return Rows(rows, lambda row: f"recipient {numbers[row] + 1} of {entry.address}", at), problems


def _from_file(
    entry: Entry, sheets: Sheets, needs: Needs, wanted: tuple[str, ...] | None
) -> tuple[tuple[Recipient, ...], list[Problem]]:
    place = entry.value("recipients_file")
    sheet = sheets.get(entry.document.file, entry.text("recipients_file") or "")
    if isinstance(sheet, Problem):
        help = "the path is relative to the YAML file that names it"
        return (), [replace(sheet, position=place, address=entry.address, help=help)]
    problems = [replace(found, address=entry.address) for found in sheet.problems]
    if not sheet.header:
        return (), problems
    columns = _columns(sheet, wanted)
    problems += _unused_columns(entry, sheet, columns)
    if not sheet.rows and not sheet.problems:
        problems.append(
            entry.problem(
                "no-recipients",
                place,
                f"{entry.address} has no recipients: `{shown(sheet.file)}` has no rows",
            )
        )
    lacking = [name for name in needs.variables or () if name not in columns and name not in needs.defaults]
    problems += _lacking(entry, sheet, lacking)
    if needs.variables is not None:
        needs = Needs(tuple(name for name in needs.variables if name not in lacking), needs.defaults)
    rows = _sheet_rows(sheet, columns)
    built, findings = recipients(rows, needs)
    weighty = list(weighed_findings(findings, sheets.settings.rules))
    limit = sheets.settings.limits.max_invalid
    built, findings, problems = tolerated(rows, needs, Read(built, weighty, problems), limit)
    return built, _capped(entry, sheet, problems, rows, findings)


def _columns(sheet: Sheet, wanted: tuple[str, ...] | None) -> dict[str, int]:
    """The columns that are parameters: the template's variables, for a foreign template all that could be."""
    return {
        name: index
        for index, name in enumerate(sheet.header)
        if (
            name in wanted
            if wanted is not None
            else name != MOBILE_COLUMN and VARIABLE.fullmatch(f"{{{{{name}}}}}")
        )
    }


def _unused_columns(entry: Entry, sheet: Sheet, columns: Mapping[str, int]) -> Iterator[Problem]:
    others = [name for name in sheet.header if name and name != MOBILE_COLUMN and name not in columns]
    if others:
        name = entry.text("template")
        what = f"are no variables of {template_address(name)}" if name else "cannot be variables"
        message = f"columns that {what}: {quoted(shown(other) for other in others)}"
        place = sheet.cell(sheet.top, sheet.header.index(others[0]))
        yield problem("unused-column", place, message, address=entry.address)


def _lacking(entry: Entry, sheet: Sheet, names: list[str]) -> Iterator[Problem]:
    for name in names:
        message = (
            f"{entry.address} has no value for the variable `{name}`: no column, and no default in `params`"
        )
        yield problem("missing-param", Position(sheet.file, sheet.top, 1), message, address=entry.address)


def _sheet_rows(sheet: Sheet, columns: Mapping[str, int]) -> Rows:
    mobile = sheet.header.index(MOBILE_COLUMN)
    cells = tuple(columns.items())
    rows = [Row(record[mobile], {name: record[index] for name, index in cells}) for record in sheet.rows]
    return Rows(rows, lambda _row: "this row", sheet.at, from_file=True)


def _capped(
    entry: Entry, sheet: Sheet, problems: list[Problem], rows: Rows, findings: list[Finding]
) -> list[Problem]:
    """The problems of the file, errors first, cut off with a count of the rest."""
    findings.sort(key=lambda finding: finding.order)
    total = len(problems) + len(findings)
    some = [*problems, *located(rows, findings[:MOST_PROBLEMS], entry.address)]
    some.sort(key=lambda found: found.severity is Severity.WARNING)
    if total <= MOST_PROBLEMS:
        return some
    some, hidden = some[:MOST_PROBLEMS], some[MOST_PROBLEMS:]
    message = f"and {total - MOST_PROBLEMS} more in `{shown(sheet.file)}`"
    end = Position(sheet.file, len(sheet.lines), 1)
    closing = problem("more-problems", end, message, address=entry.address)
    weights = {found.severity for found in hidden} | {finding.weight for finding in findings[MOST_PROBLEMS:]}
    severe = Severity.ERROR in weights
    return [*some, closing if severe else replace(closing, severity=Severity.WARNING)]
