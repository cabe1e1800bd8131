"""What was measured, put where docs/performance.md has room for it."""

import os
import platform
import re
from collections.abc import Mapping
from pathlib import Path

from benchmarks.measure import Row, table

DOCS = Path(__file__).parents[1] / "docs"
PAGES = (DOCS / "performance.md", DOCS / "zh" / "performance.md")
ROOM = re.compile(r"(?<=<!-- measured: )(?P<name>\w+)(?P<after> -->\n).*?(?=<!-- end -->)", re.DOTALL)


def told(rows: list[Row], notes: list[str]) -> str:
    """One part as Markdown."""
    return "\n".join([*([table(rows), ""] if rows else []), *(f"- {note}" for note in notes)])


def machine(minutes: float) -> str:
    """What it was measured on: of the machine only cores and memory."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    python = platform.python_version()
    return f"- {os.cpu_count()} cores, {memory:.0f} GB, Python {python}; {minutes:.0f} minutes"


def write(parts: Mapping[str, str]) -> None:
    """Every part into its room, in both languages; what was not measured stays as it is."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        page.write_text(ROOM.sub(lambda room: _filled(room, parts), text), encoding="utf-8")


def _filled(room: re.Match[str], parts: Mapping[str, str]) -> str:
    part = parts.get(room["name"])
    return room[0] if part is None else f"{room['name']}{room['after']}\n{part}\n\n"
