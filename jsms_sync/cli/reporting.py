"""`--report FORMAT=FILE`: what may be asked for, before anything is done."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pathlib import Path

KNOWN = ("text", "json", "markdown", "html", "github", "sarif")
"""Every format that some command writes a report in."""
DEFINITIONS = (".yaml", ".yml", ".csv")
"""What people write by hand; no report is written over it."""


def asked_for(reports: tuple[str, ...]) -> Iterator[tuple[str, "Path"]]:
    """The format and the file of each report."""
    # Imported here and below: `--help` needs none of it.
    from pathlib import Path

    for report in reports:
        format, _, file = report.partition("=")
        yield format, Path(file)


def check_reports(reports: tuple[str, ...], formats: tuple[str, ...], command: click.Context) -> None:
    """Raises UsageError for a report that this command cannot write, before it does anything."""
    seen: dict[Path, str] = {}
    for report in reports:
        if trouble := _trouble(report, formats, command.info_name or "") or _clash(report, seen):
            raise click.UsageError(f"--report {report}: {trouble}", command)


def _trouble(report: str, formats: tuple[str, ...], command: str) -> str:
    format, equals, file = report.partition("=")
    if not formats:
        return f"`{command}` writes no report."
    if format not in formats:
        return f"{_no_format(format, formats, command)}"
    if not equals or not file:
        return f"write a file after it, as in --report {format}=FILE."
    if file.endswith(DEFINITIONS):
        return f"no report is written over {', '.join(DEFINITIONS)} files; name another one."
    return ""


def _no_format(format: str, formats: tuple[str, ...], command: str) -> str:
    # Imported here: nobody needs it who spells it right.
    import difflib

    near = difflib.get_close_matches(format, formats, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    what = f"`{command}` writes no {format} report" if format in KNOWN else "there is no such format"
    return f"{what}; it writes {', '.join(formats)}.{hint}"


def _clash(report: str, seen: "dict[Path, str]") -> str:
    """Two reports in one file would leave one of them."""
    from pathlib import Path

    format, _, file = report.partition("=")
    before = seen.setdefault(Path(file), format)
    return "" if before == format else f"the {before} report goes into the same file."
