"""What a command tells: on stdout in the chosen format, and in as many report files as were asked for."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from jsms_sync.cli.options import Common
from jsms_sync.cli.reporting import asked_for
from jsms_sync.cli.terminal import complain, paint, say
from jsms_sync.definitions.saving import save
from jsms_sync.errors import Exit, OperationFailed, fold
from jsms_sync.reports.paint import Paint, plain

Views = Mapping[str, Callable[[Paint], str]]
"""For each format, from a paint to the text."""


def as_json(document: object) -> str:
    """The document as it stands on stdout and in files."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def tell(common: Common, format: str, views: Views) -> Exit:
    """The view of that format on stdout, and the reports that were asked for; FAILED where one is missing."""
    written = write_reports(common, views)
    say(views[format](paint()))
    return written


def write_reports(common: Common, views: Views) -> Exit:
    """Every report that was asked for stands in its file, whole; FAILED where one could not be written.

    One that cannot be written keeps no other from being written, and nothing from being told on stdout.
    """
    return fold(
        _written(common.chdir / path, views[format](plain)) for format, path in asked_for(common.report)
    )


def _written(path: Path, text: str) -> Exit:
    try:
        overwrite(path, text)
    except OperationFailed as error:
        complain(error)
        return error.exit
    return Exit.DONE


def overwrite(path: Path, text: str) -> None:
    """The file holds the text, at one instant, whatever it held before.

    Raises OperationFailed when it cannot be written; a folder that is not there is likely a slip.
    """
    if not path.parent.is_dir():
        raise OperationFailed(f"{path} cannot be written: there is no folder {path.parent}")
    try:
        before = path.read_bytes() if path.exists() else None
    except OSError as error:
        raise OperationFailed(f"{path} cannot be written: {error.strerror}") from None
    save(path, before, text.encode("utf-8", "backslashreplace"))
