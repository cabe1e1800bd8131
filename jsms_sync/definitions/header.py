"""The first row of a recipients file: which column holds the numbers, and which the parameters."""

from collections.abc import Iterator, Sequence

from jsms_sync.definitions.codes import problem
from jsms_sync.definitions.findings import Source, place
from jsms_sync.definitions.tally import MOBILE_COLUMN
from jsms_sync.definitions.wording import closest, did_you_mean, shown
from jsms_sync.model.resources import Problem
from jsms_sync.model.text import VARIABLE


def meanings(source: Source, names: Sequence[str]) -> list[str]:
    """What the columns mean: what `columns` says of them, else their own names."""
    return [source.columns.get(name, name) for name in names]


def is_parameter(name: str, wanted: Sequence[str] | None) -> bool:
    """Whether a column that means this is a parameter."""
    if wanted is not None:
        return name in wanted
    return name != MOBILE_COLUMN and VARIABLE.fullmatch(f"{{{{{name}}}}}") is not None


def header_problems(source: Source, top: int, names: Sequence[str]) -> Iterator[Problem]:
    """What is wrong with the header; its words are not shown, they may be a row of numbers."""
    meant = meanings(source, names)
    lacking = [] if source.may_lack else [name for name in source.columns if name not in names]
    for name in lacking:
        message = f"the header has no column `{shown(name)}`, which `columns` names"
        yield _problem(source, top, 0, message, did_you_mean(name, names) or None)
    if MOBILE_COLUMN not in meant:
        near = any(closest(name, [MOBILE_COLUMN]) for name in meant)
        help = "did you mean `mobile`? It is written in lower case, without spaces" if near else None
        if not any(source.columns[name] == MOBILE_COLUMN for name in lacking):
            yield _problem(source, top, 0, "the header has no column `mobile`", help)
        return
    for index, name in enumerate(meant):
        if not name:
            yield _problem(source, top, index, f"column {index + 1} has no name")
        elif name in meant[:index]:
            yield _problem(source, top, index, f"the column `{shown(name)}` is there twice")


def _problem(source: Source, top: int, index: int, message: str, help: str | None = None) -> Problem:
    return problem("csv-header", place(source, top, index), message, help)
