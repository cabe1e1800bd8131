"""The state and its records as text, for people who mend it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jsms_sync.reports.words import count, one_line

Document = Mapping[str, Any]

BYTES = {"members": 16}
"""Runs of digests say nothing to people but how many they are: bytes of one entry."""


def list_text(document: Document) -> str:
    """One line per address with its ids, then what is open."""
    entries = document["resources"]
    if not entries:
        return "Nothing is recorded.\n"
    width = max(len(entry["address"]) for entry in entries)
    lines = [f"{e['address']:<{width}}  {' '.join(map(str, e['ids']))}".rstrip() for e in entries]
    return "\n".join([*lines, *_open(document)]) + "\n"


def _open(document: Document) -> Iterator[str]:
    if document["intents"]:
        yield f"{count(document['intents'], 'write has', 'writes have')} no known outcome."
    if document["restored"]:
        yield (
            "This state was restored: campaigns that it does not record are held until they are settled, "
            "or all of it by `jsms-sync state restore --settled`."
        )


def record_text(document: Document) -> str:
    """One record, its open writes and its history, indented."""
    shown = {name: document[name] for name in ("record", "intents", "history") if document[name]}
    return "\n".join([document["address"], *_lines(shown, "  ")]) + "\n"


def _lines(value: Mapping[str, Any] | Sequence[Any], indent: str) -> Iterator[str]:
    items = value.items() if isinstance(value, Mapping) else (("-", each) for each in value)
    for name, each in items:
        if isinstance(each, Mapping | list) and each:
            yield f"{indent}{name}:" if name != "-" else f"{indent}-"
            yield from _lines(each, indent + "  ")
        else:
            label = name if name == "-" else f"{name}:"
            yield f"{indent}{label} {_told(name, each)}"


def _told(name: str, value: object) -> str:
    if name in BYTES and isinstance(value, bytes):
        return count(len(value) // BYTES[name], "recipient", "recipients")
    return one_line(value.hex() if isinstance(value, bytes) else "none" if value is None else value)
