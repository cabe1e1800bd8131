"""What a file says, in whatever form it is written: the measure for changes that must not change it."""

from typing import Any, NamedTuple

from jsms_sync.definitions.places import Rows, Table
from jsms_sync.definitions.reader import PARSER, read


class Said(NamedTuple):
    """What a file says, each scalar with its letters, and the codes of what is wrong with its YAML."""

    root: Any
    codes: list[str]


def said(data: bytes, parser: Any = PARSER) -> Said | None:
    """What the file says; None where it cannot be read to its end. The order of keys says nothing."""
    document, problems = read("", data, parser)
    codes = [problem.code for problem in problems]
    if document is None:
        return Said({}, []) if codes == ["empty-file"] else None
    return Said(_shape(document.root, ""), codes)


def _shape(value: Any, text: str) -> Any:
    match value:
        case Table():
            return {key: _shape(each, value.text(key)) for key, each in value.items()}
        case Rows():
            pairs = zip(value, value.places, strict=True)
            return [_shape(each, place.text) for each, place in pairs]
        case _:
            return value, text
