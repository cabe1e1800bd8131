"""The settings (contract §3a): what one run may do and how definitions are judged, each with its origin."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, time, timedelta
from enum import StrEnum
from typing import Any

from jsms_sync.model.resources import Position

SETTINGS_FILE = "jsms-sync.yaml"
HOME_ZONE = "Asia/Shanghai"
"""The zone of `send_time` on the wire (`jsms-api.md §10`), and of definitions that name none."""
CONTENT_LIMIT = 350
"""The characters a template may have by the documents of 2018; those of 2021 say 500 (`jsms-api.md §6.1`)."""


class Level(StrEnum):
    """What a rule is made to be: an error, a warning, or not looked at."""

    ERROR = "error"
    WARNING = "warning"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Hours:
    """A part of every day, China time, without its end; a day's own end is `time.max`."""

    start: time
    end: time

    def __str__(self) -> str:
        end = "24:00" if self.end == time.max else f"{self.end:%H:%M}"
        return f"{self.start:%H:%M}-{end}"


@dataclass(frozen=True, slots=True)
class Days:
    """The days from the first to the last, both included, in China."""

    first: date
    last: date

    def __str__(self) -> str:
        return f"{self.first}" if self.first == self.last else f"{self.first}..{self.last}"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one run may do (contract §3a); None is no limit. `max_skew` is fixed (promise 3)."""

    max_deletes: int = 3
    max_missing: int = 2
    freeze: timedelta = timedelta(minutes=5)
    max_recipients: int = 1_000_000
    max_parts: int | None = None
    max_failed: int | None = None
    max_invalid: int = 0
    max_content: int = CONTENT_LIMIT
    marketing_hours: Hours = Hours(time(8), time(21))
    blackout: tuple[Days, ...] = ()
    max_skew: timedelta = timedelta(seconds=60)


LIMITS = tuple(each.name for each in fields(Limits) if each.name != "max_skew")
"""The limits that can be set."""


class Source(StrEnum):
    """What kind of place a value came from, each beating the ones above it."""

    DEFAULT = "default"
    FILE = "file"
    VARIABLE = "variable"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class ValueOrigin:
    """Where a value came from; `name` is the flag, the variable, or the file's environment."""

    source: Source = Source.DEFAULT
    name: str = ""
    position: Position | None = None

    def __str__(self) -> str:
        if self.position is None:
            return self.name or self.source.value
        return f"{self.position}" + (f" (environment {self.name})" if self.name else "")


BY_DEFAULT = ValueOrigin()


@dataclass(frozen=True, slots=True)
class Given:
    """A value, and where it came from."""

    value: Any
    origin: ValueOrigin


Layer = Mapping[str, Given]
"""What one place says, by key: `state`, `limits.max_deletes`, `rules.ttl-unused`."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds for one run, and where each value that is no default came from.

    Paths are relative to the working folder. `base_url` is None for JSMS itself; `signature` is the text
    between the brackets, None where it is not known. `account` is the only one that may be worked with.
    """

    definitions: tuple[str, ...] = ("templates.yaml",)
    state: str = "jsms-sync.state.json"
    timezone: str = HOME_ZONE
    signature: str | None = None
    environment: str | None = None
    account: str | None = None
    app_key_env: str = "JSMS_APP_KEY"
    master_secret_env: str = "JSMS_MASTER_SECRET"
    base_url: str | None = None
    limits: Limits = Limits()
    rules: Mapping[str, Level] = field(default_factory=dict)
    given: Layer = field(default_factory=dict)

    def origin(self, key: str) -> ValueOrigin:
        """Where the value of that key came from."""
        return self.given[key].origin if key in self.given else BY_DEFAULT

    @property
    def digest(self) -> str:
        """`sha256:` and the hash of what a plan depends on and no other fingerprint covers (contract §5)."""
        judged = {key: str(value) for key, value in _listed(self) if key.startswith(("limits.", "rules."))}
        told = json.dumps([self.timezone, self.signature, judged], sort_keys=True)
        return f"sha256:{hashlib.sha256(told.encode()).hexdigest()}"


DEFAULT_SETTINGS = Settings()


def settle(*layers: Layer) -> Settings:
    """What the layers say together: key by key, each beating the ones before it."""
    given = {key: each for layer in layers for key, each in layer.items()}
    plain = {key: each.value for key, each in given.items() if "." not in key}
    return Settings(
        **plain, limits=Limits(**_below("limits", given)), rules=_below("rules", given), given=given
    )


def _below(section: str, given: Layer) -> dict[str, Any]:
    prefix = f"{section}."
    return {key.removeprefix(prefix): each.value for key, each in given.items() if key.startswith(prefix)}


def listed(settings: Settings) -> tuple[tuple[str, Given], ...]:
    """Every setting in the order of the documents, with its value and origin."""
    return tuple((key, Given(value, settings.origin(key))) for key, value in _listed(settings))


def _listed(settings: Settings) -> Iterator[tuple[str, Any]]:
    for each in fields(settings):
        if each.name not in ("limits", "rules", "given"):
            yield each.name, getattr(settings, each.name)
    for name in LIMITS:
        yield f"limits.{name}", getattr(settings.limits, name)
    for code, level in sorted(settings.rules.items()):
        yield f"rules.{code}", level
