"""The recipients of one campaign from the three ways to write them, with every problem at its place."""

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from jsms_sync.definitions.entries import Entry
from jsms_sync.definitions.files import Files
from jsms_sync.definitions.numbers import key_of
from jsms_sync.definitions.places import Table
from jsms_sync.definitions.recipients import Needs, Row, Rows, located, recipients
from jsms_sync.definitions.rules_template import has_brackets
from jsms_sync.definitions.tally import MOBILE_COLUMN, Asked
from jsms_sync.definitions.wording import shown
from jsms_sync.model.resources import (
    Address,
    Position,
    Problem,
    Recipient,
    RecipientsFile,
    template_address,
)
from jsms_sync.model.text import variables


class Roster(NamedTuple):
    """Who gets a campaign, how many are left out because they are suppressed, and what is wrong with them."""

    recipients: tuple[Recipient, ...] | RecipientsFile
    suppressed: int
    problems: list[Problem]


def roster(entry: Entry, known: Mapping[Address, Entry], files: Files) -> Roster:
    """The recipients of the campaign, with the defaults of its `params` and only what its template uses."""
    wanted = _variables(entry, known)
    defaults, problems = _defaults(entry, wanted)
    written = entry.table.get("params") if entry.has("params") else None
    # A default that is wrong has its own problem; that nobody has a value for it would be a second one.
    settled = set(written or ()) - set(defaults)
    needs = Needs(None if wanted is None else tuple(name for name in wanted if name not in settled), defaults)
    suppressed, found = files.suppressed(entry)
    problems += [*found, *_beside_no_file(entry)]
    if entry.has("recipients_file"):
        asked = Asked(
            entry.address,
            entry.value("recipients_file"),
            entry.text("template"),
            needs,
            suppressed,
            files.settings.limits.max_invalid,
            files.settings.rules,
        )
        file, count, found = files.recipients(entry, asked)
        return Roster(file, count, [*problems, *found])
    everybody, found = _written_here(entry, needs, wanted)
    left = tuple(one for one in everybody if key_of(one.mobile.reveal()) not in suppressed)
    problems += [*found, *_nobody_left(entry, everybody, left)]
    return Roster(left, len(everybody) - len(left), problems)


def _written_here(
    entry: Entry, needs: Needs, wanted: tuple[str, ...] | None
) -> tuple[list[Recipient], list[Problem]]:
    everybody: list[Recipient] = []
    problems: list[Problem] = []
    for key, read in (("mobile", _single), ("recipients", _inline)):
        if entry.has(key):
            rows, found = read(entry, wanted)
            built, findings = recipients(rows, needs)
            everybody += built
            problems += [*found, *located(rows, findings, entry.address)]
    return everybody, problems


def _nobody_left(
    entry: Entry, everybody: Collection[Recipient], left: Collection[Recipient]
) -> Iterator[Problem]:
    if everybody and not left:
        message = f"{entry.address} has no recipients: all of its numbers are suppressed"
        yield entry.problem("no-recipients", entry.key("suppress"), message)


def _beside_no_file(entry: Entry) -> Iterator[Problem]:
    """What says how a file is read has no effect without one, and somebody expects that it has."""
    for key in ("encoding", "columns"):
        if key in entry.table and "recipients_file" not in entry.table:
            message = f"`{key}` of {entry.address} says how a recipients file is read, and it has none"
            yield entry.problem("no-recipients-file", entry.key(key), message)


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
