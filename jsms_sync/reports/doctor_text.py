"""What `doctor` found, as text."""

from collections.abc import Mapping, Sequence
from typing import Any

from jsms_sync.reports.paint import Paint, plain
from jsms_sync.reports.words import one_line

SIGNS = {"pass": "✓", "fail": "✗", "skipped": "○"}
ROLES = {"pass": "done", "fail": "failed", "skipped": "dim"}

Document = Mapping[str, Any]


def doctor_text(document: Document, paint: Paint = plain) -> str:
    """One line per check with its hint below, and the settings that are no defaults."""
    checks = "".join(_check(check, paint) for check in document["checks"])
    changed = [each for each in document["settings"] if each["origin"]["source"] != "default"]
    told = f"\nSettings that are not the defaults:\n{settings_text(changed, paint)}" if changed else ""
    failed = document["summary"]["fail"]
    verdict = f"{failed} failed." if failed else "Nothing failed."
    return f"{checks}{told}\n{paint('strong', verdict)}\n"


def _check(check: Document, paint: Paint) -> str:
    first, *rest = check["message"].splitlines()
    head = paint(ROLES[check["result"]], f"{SIGNS[check['result']]} {check['name']:<12}")
    lines = [*rest, *([check["hint"]] if check["hint"] else [])]
    return f"{head}  {first}\n" + "".join(paint("dim", f"    {line}") + "\n" for line in lines)


def settings_text(settings: Sequence[Document], paint: Paint = plain) -> str:
    """One line per setting: its key, its value, and where that came from."""
    rows = [(each["key"], _shown(each["value"]), each["origin"]["text"]) for each in settings]
    keys, values = (max((len(row[column]) for row in rows), default=0) for column in (0, 1))
    return "".join(
        f"{key:<{keys}}  {value:<{values}}  {paint('dim', origin)}\n" for key, value, origin in rows
    )


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(one_line, value)) or "none"
    return "none" if value is None else one_line(value)
