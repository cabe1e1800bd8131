"""What is to be imported: one address with its ids, or a CSV file of many, every mistake told in one run."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from jsms_sync.definitions.decoding import decode
from jsms_sync.definitions.places import NAME
from jsms_sync.definitions.wording import did_you_mean
from jsms_sync.errors import Exit, InvalidInput, OperationFailed, fold
from jsms_sync.model.resources import Address, Problem, kind_of, name_of
from jsms_sync.planning.adoption import Objection, Wish

COLUMNS = ("address", "id")
KINDS = ("template", "campaign")
_TEMP_ID = re.compile("0*([1-9][0-9]{0,17})")
_SCHEDULE_ID = re.compile("[A-Za-z0-9_-]{1,64}")

Row = tuple[str, str, str]
"""An address and an id as written, and the place of the line."""


def stop(objections: Iterable[Objection]) -> None:
    """Raises one error that tells all the objections; nothing when there is none."""
    found = list(objections)
    if not found:
        return
    kind = OperationFailed if fold(each.exit for each in found) is Exit.FAILED else InvalidInput
    if len(found) == 1:
        (only,) = found
        raise kind(_told(only), help=" · ".join(only.help.splitlines()), code=only.code)
    lines = "\n".join(f"{_told(each)}\n    {each.help}" for each in found)
    message = f"{len(found)} objections, so nothing was imported:\n{lines}"
    raise kind(message, help="Nothing was written. Correct these, and import again.", code="import-refused")


def _told(objection: Objection) -> str:
    place = objection.wish.place
    return f"{place}: {objection.message}" if place else objection.message


def from_file(path: Path, name: str) -> tuple[tuple[Wish, ...], list[Objection]]:
    """The wishes of a CSV file with the columns `address` and `id`, and what is wrong with its rows.

    A campaign may stand in several rows, one for each of its schedules. Raises InvalidInput for a file that
    cannot be read as such.
    """
    return wishes(_rows(_text(path, name), name))


def wishes(rows: Iterable[Row]) -> tuple[tuple[Wish, ...], list[Objection]]:
    """The wishes, each address once and ids in their order; and what is wrong with the rows."""
    found: dict[Address, Wish] = {}
    objections: list[Objection] = []
    for written, id, place in rows:
        wish = Wish(Address(written.strip()), (id.strip(),), place)
        if objection := _address_objection(wish) or _id_objection(wish, found):
            objections.append(objection)
            continue
        wish = Wish(wish.address, (_plain_id(wish),), place)
        first = found.get(wish.address)
        found[wish.address] = Wish(wish.address, first.ids + wish.ids, first.place) if first else wish
    return tuple(found.values()), objections


def _plain_id(wish: Wish) -> str:
    (id,) = wish.ids
    return str(int(id)) if kind_of(wish.address) == "template" else id


def _address_objection(wish: Wish) -> Objection | None:
    kind, name = kind_of(wish.address), name_of(wish.address)
    if kind not in KINDS or not name:
        near = did_you_mean(kind, KINDS) if name else f"did you mean template.{kind}?" if kind else ""
        help = near or "An address is template.NAME or campaign.NAME."
        return Objection(wish, f"{wish.address or 'nothing'} is no address", help, "usage")
    if not NAME.fullmatch(name):
        help = "A name is 1 to 63 lower-case letters, digits, - and _, beginning with a letter or digit."
        return Objection(wish, f"{wish.address}: {name} cannot be a name", help, "usage")
    return None


def _id_objection(wish: Wish, found: dict[Address, Wish]) -> Objection | None:
    (id,) = wish.ids
    if kind_of(wish.address) == "campaign":
        if not _SCHEDULE_ID.fullmatch(id):
            message = f"{wish.address}: {id or 'nothing'} is not a schedule_id"
            return Objection(wish, message, "It is the text that creating the schedule answered.", "usage")
        if wish.address in found and id in found[wish.address].ids:
            return Objection(wish, f"{wish.address}: {id} is here twice", "Keep one of the two.", "usage")
        return None
    if not _TEMP_ID.fullmatch(id):
        message = f"{wish.address}: {id or 'nothing'} is not a temp_id"
        return Objection(wish, message, "Give the number that the JSMS console shows.", "usage")
    if wish.address in found:
        message = f"{wish.address} is here twice, and a template has one id"
        return Objection(wish, message, "Keep one of the two, or give each a name of its own.", "usage")
    return None


def _text(path: Path, name: str) -> str:
    try:
        text = decode(name, path.read_bytes())
    except OSError as error:
        raise InvalidInput(f"{name} cannot be read: {error.strerror or error}") from None
    if isinstance(text, Problem):
        raise InvalidInput(f"{text.position}: {text.message}", help=text.help, code=text.code)
    return text


def _rows(text: str, name: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [cell.strip() for cell in next(reader, [])]
        missing = [column for column in COLUMNS if column not in header]
        if missing:
            near = "; ".join(filter(None, (did_you_mean(cell, missing) for cell in header if cell)))
            other = next((s for s in (";", "\t") if len(header) == 1 and s in text.partition("\n")[0]), None)
            help = near or "The first row names the columns: `address,id`."
            help = f"Separate the columns by commas, not by {other!r}." if other else help
            raise InvalidInput(f"{name}:1: there is no column `{missing[0]}`", help=help, code="csv-header")
        places = [header.index(column) for column in COLUMNS]
        for row in reader:
            if any(cell.strip() for cell in row):
                address, id = (row[place] if place < len(row) else "" for place in places)
                yield address, id, f"{name}:{reader.line_num}"
    except csv.Error:
        message = f"{name}:{reader.line_num}: this row is not valid CSV"
        raise InvalidInput(message, help="Check its quotes.", code="csv-syntax") from None
