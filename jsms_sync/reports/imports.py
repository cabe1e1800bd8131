"""What an import did, as JSON and as text."""

from collections.abc import Mapping
from typing import Any

from jsms_sync.reports.paint import Paint, plain
from jsms_sync.reports.words import count

Document = Mapping[str, Any]


def import_text(document: Document, paint: Paint = plain) -> str:
    """One line per address: what it is now, and what was written where."""
    lines = [_line(entry, paint) for entry in document["imported"]]
    files = [f"{file['file']}: {file['result']}" for file in document["files"]]
    what, about = count(len(lines), "object", "objects"), "it" if len(lines) == 1 else "them"
    told = f"Import: {what} adopted; nothing would have to be done about {about}."
    return "\n".join([*lines, *files, paint("strong", told)]) + "\n"


def _line(entry: Document, paint: Paint) -> str:
    ids = ", ".join(map(str, entry["remote_ids"]))
    written = "written to" if entry["entry"] == "written" else "defined in"
    source = entry["source"]
    where = f"{written} {source['file']}:{source['line']}"
    record = "recorded" if entry["record"] == "recorded" else "recorded before"
    return paint("done", f"✓ {entry['address']}: {ids} ({entry['phase']}), {where}, {record}")
