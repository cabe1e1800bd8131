"""Files of definitions as they would be when tidied, or what is wrong with them."""

import json
from collections.abc import Sequence
from pathlib import Path

from jsms_sync.definitions.extending import Draft
from jsms_sync.definitions.formatting import tidied
from jsms_sync.definitions.reader import read
from jsms_sync.definitions.schema_file import schema_text
from jsms_sync.definitions.shape import Gate, misshapen, native_gate
from jsms_sync.definitions.sources import find, read_bytes
from jsms_sync.model.resources import Problem, Severity


def drafts(paths: Sequence[str], folder: Path) -> tuple[tuple[Draft, ...], tuple[Problem, ...]]:
    """Each file that the paths name, as it is and as it would be, and every error that forbids to touch them.

    Errors are those of YAML and of the schema, which make it doubtful what a file says. What a text or a
    campaign says, and whether other files fit, is nothing to tidying.
    """
    names, problems = find(paths, folder)
    gate = native_gate(schema := json.loads(schema_text()))
    found = []
    for name in names:
        data = read_bytes(name, folder)
        wrong = [data] if isinstance(data, Problem) else _wrong(name, data, schema, gate)
        problems += [problem for problem in wrong if problem.severity is Severity.ERROR]
        if not isinstance(data, Problem) and not problems:
            found.append(Draft(name, data, tidied(data)))
    return (() if problems else tuple(found)), tuple(problems)


def _wrong(name: str, data: bytes, schema: dict[str, object], gate: Gate | None) -> list[Problem]:
    document, problems = read(name, data)
    return [*problems, *(misshapen(document, schema, gate)[0] if document else ())]
