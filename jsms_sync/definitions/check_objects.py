"""The lines of a JSONL file checked: one object each, a number and its parameters."""

from collections.abc import Iterable, Mapping

from jsms_sync.definitions.codes import problem
from jsms_sync.definitions.findings import Finding, Source
from jsms_sync.definitions.header import is_parameter
from jsms_sync.definitions.recipients import Needs
from jsms_sync.definitions.sheet import Object, Objects
from jsms_sync.definitions.tally import MOBILE_COLUMN, Asked, Looked, Tally
from jsms_sync.definitions.wording import quoted, shown
from jsms_sync.model.resources import Position


def look_at_objects(source: Source, asked: Asked, every: Iterable[Objects]) -> Looked:
    """What the file holds; for a foreign template the first line says which parameters all others need."""
    looked, others = Looked(Tally(asked.needs)), dict[str, int]()
    keys = {meant: key for key, meant in source.columns.items()}
    looked.mobile = keys.get(MOBILE_COLUMN, MOBILE_COLUMN)
    for some in every:
        for number, (line, row) in enumerate(zip(some.lines, some.rows, strict=True), some.first):
            if row is None:
                message = "this line is not one JSON object with texts and numbers as its values"
                looked.tally.spoiled(number, [Finding("jsonl-syntax", line, None, message)])
                continue
            _settle_names(looked, source, row)
            used = {looked.mobile, *looked.columns.values()}
            others.update({key: line for key in row if key not in used and key not in others})
            given = {name: row[key] for name, key in looked.columns.items() if key in row}
            looked.tally.look_at(number, line, row.get(looked.mobile, ""), given, {})
        looked.count, looked.lines = some.first + len(some.rows), some.lines[-1] + 1
    if others:
        message = f"keys that {asked.not_variables}: {quoted(map(shown, others))}"
        where = Position(source.name, min(others.values()), 1)
        looked.problems.append(problem("unused-column", where, message))
    return looked


def _settle_names(looked: Looked, source: Source, row: Object) -> None:
    """From the first line on it is known which parameters there are, and under which key."""
    if looked.columns:
        return
    needs = looked.tally.needs
    if needs.variables is None:
        meant = (source.columns.get(key, key) for key in row)
        names = tuple(dict.fromkeys((*needs.defaults, *(n for n in meant if is_parameter(n, None)))))
        looked.tally.needs = Needs(names, needs.defaults)
    keys: Mapping[str, str] = {meant: key for key, meant in source.columns.items()}
    looked.columns = {name: keys.get(name, name) for name in looked.tally.needs.variables or ()}
