"""`jsms-sync.yaml` read: what it says at the top and for each environment, and all that is wrong with it."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, time
from typing import Any

from jsms_sync.definitions.codes import CODES, problem
from jsms_sync.definitions.places import Document, Path, Table
from jsms_sync.definitions.reader import read
from jsms_sync.definitions.schema_file import SETTINGS, schema_text
from jsms_sync.definitions.severity import CHANGEABLE, CHANGEABLE_ERRORS
from jsms_sync.definitions.shape import misshapen, native_gate
from jsms_sync.definitions.times import duration, zone, zone_names
from jsms_sync.definitions.wording import did_you_mean, quoted, shown, subject
from jsms_sync.model.resources import Position, Problem
from jsms_sync.model.settings import Days, Given, Hours, Layer, Level, Source, ValueOrigin

ENVIRONMENTS = "environments"
_SECTIONS = ("limits", "rules")
_PASSWORD = re.compile(r"://[^/]*:[^/]*@|://.*[?&]password=", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """What the file says that can be used, and every problem sorted by place."""

    top: Layer
    environments: Mapping[str, Layer]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Value:
    """One value as written, by its key, and what is found to be wrong with it."""

    document: Document
    key: str
    path: Path
    written: Any
    bad: frozenset[Path]
    """The paths of what cannot be used below it."""
    problems: list[Problem] = field(default_factory=list)

    @property
    def position(self) -> Position:
        """Where it is written."""
        return self.document.value(self.path)

    def wrong(self, code: str, position: Position, message: str, help: str | None = None) -> None:
        """Notes that it names nothing that there is."""
        self.problems.append(problem(code, position, message, help))


def read_settings(file: str, data: bytes) -> SettingsFile:
    """The settings in the bytes of the file, under the name for positions. Nothing is raised for them."""
    document, problems = read(file, data)
    if document is None:
        return SettingsFile({}, {}, tuple(map(_helped, problems)))
    schema = json.loads(schema_text(SETTINGS))
    found, bad = misshapen(document, schema, native_gate(schema))
    problems += found
    bad |= document.bad
    top = _layer(document, (), bad, problems)
    names = document.root.get(ENVIRONMENTS) if isinstance(document.root, Table) else None
    environments = {
        name: _layer(document, (ENVIRONMENTS, name), bad, problems)
        for name in (names if isinstance(names, Table) else ())
        if (ENVIRONMENTS, name) not in bad
    }
    return SettingsFile(top, environments, tuple(sorted(problems, key=lambda each: each.position)))


def _helped(found: Problem) -> Problem:
    """An empty file of settings needs other words than one of definitions."""
    if found.code != "empty-file":
        return found
    return replace(found, help="write at least `version: 1`, or delete the file")


def _layer(document: Document, root: Path, bad: frozenset[Path], problems: list[Problem]) -> Layer:
    layer: dict[str, Given] = {}
    for each in _values(document, root, bad):
        if each.path in bad:
            continue
        value = _converted(each)
        problems += each.problems
        if not each.problems and not each.bad:
            name = str(root[1]) if root else ""
            layer[each.key] = Given(value, ValueOrigin(Source.FILE, name, each.position))
    return layer


def _values(document: Document, root: Path, bad: frozenset[Path]) -> Iterator[_Value]:
    """Every value below the root, those of the sections one by one."""
    table = document.root
    for step in root:
        table = table[step]
    for key, value in table.items() if isinstance(table, Table) else ():
        path = (*root, key)
        if key in _SECTIONS and isinstance(value, Table):
            for name, inner in value.items():
                below = (*path, name)
                yield _Value(document, f"{key}.{name}", below, inner, _below(bad, below))
        elif key not in ("version", ENVIRONMENTS):
            yield _Value(document, key, path, value, _below(bad, path))


def _below(bad: frozenset[Path], path: Path) -> frozenset[Path]:
    return frozenset(each for each in bad if each[: len(path)] == path)


def _converted(each: _Value) -> Any:
    """The value as the settings hold it; of no meaning when something was found to be wrong."""
    if each.key.startswith("rules."):
        return _level(each)
    convert = _CONVERSIONS.get(each.key)
    return convert(each) if convert else each.written


def _level(each: _Value) -> Level:
    code, place = str(each.path[-1]), each.document.key(each.path)
    those = f"every warning can be changed, and of the errors {quoted(sorted(CHANGEABLE_ERRORS))}"
    if code not in CODES:
        help = did_you_mean(code, CHANGEABLE) or those
        each.wrong("unknown-rule", place, f"there is no rule `{shown(code)}`", help)
    elif code not in CHANGEABLE:
        each.wrong("fixed-rule", place, f"`{code}` protects you, and cannot be changed", those)
    return Level(each.written)


def _hours(each: _Value) -> Hours | None:
    first, last = re.findall(r"[0-9]{2}:[0-9]{2}", each.written)
    try:
        hours = Hours(time.fromisoformat(first), time.max if last == "24:00" else time.fromisoformat(last))
    except ValueError:
        hours = None
    if hours is None or hours.start >= hours.end:
        each.wrong("invalid-hours", each.position, f"{subject(each.path)} cannot be `{shown(each.written)}`")
    return hours


def _blackout(each: _Value) -> tuple[Days | None, ...]:
    paths = ((*each.path, number) for number in range(len(each.written)))
    return tuple(_days(each, path) for path in paths if path not in each.bad)


def _days(each: _Value, path: Path) -> Days | None:
    text = each.written[path[-1]]
    first, _, last = text.partition("..")
    try:
        days = Days(date.fromisoformat(first), date.fromisoformat(last or first))
    except ValueError:
        days = None
    if days is None or days.first > days.last:
        each.wrong("invalid-date", each.document.value(path), f"{subject(path)} cannot be `{shown(text)}`")
    return days


def _zone(each: _Value) -> str:
    name = str(each.written)
    if zone(name) is None:
        help = did_you_mean(name, zone_names()) or None
        each.wrong("invalid-timezone", each.position, f"there is no time zone `{shown(name)}`", help)
    return name


def _state(each: _Value) -> str:
    location = str(each.written)
    if _PASSWORD.search(location):
        each.wrong("secret-in-settings", each.position, f"{subject(each.path)} holds a password")
    return location


_CONVERSIONS: Mapping[str, Callable[[_Value], Any]] = {
    "definitions": lambda each: tuple(each.written),
    "state": _state,
    "timezone": _zone,
    "limits.freeze": lambda each: duration(each.written),
    "limits.marketing_hours": _hours,
    "limits.blackout": _blackout,
}
"""The keys whose values are more than what YAML makes of them."""
