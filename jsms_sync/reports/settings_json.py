"""Settings as JSON: every key with its value, as the file would write it, and where that came from."""

import re
from datetime import timedelta
from typing import Any

from jsms_sync.api.service import DEFAULT_BASE_URL
from jsms_sync.kinds.template_changes import duration
from jsms_sync.model.settings import Days, Hours, Settings, ValueOrigin, listed
from jsms_sync.planning.document import Json

_USER = re.compile(r"//[^/@]*@")
_QUERY = re.compile(r"(?<=://)([^?]*)\?.*", re.DOTALL)


def settings_document(settings: Settings) -> list[Json]:
    """Every setting in the order of the documents; a password in a location is not shown."""
    return [
        {"key": key, "value": _value(key, given.value), "origin": _origin(given.origin)}
        for key, given in listed(settings)
    ]


def _value(key: str, value: Any) -> object:
    match value:
        case timedelta():
            return duration(value)
        case Hours() | Days():
            return str(value)
        case tuple():
            return [_value(key, each) for each in value]
        case None if key == "base_url":
            return DEFAULT_BASE_URL
        case str():
            return _public(value)
    return value


def _public(text: str) -> str:
    """The text without what a URL may say of users and passwords."""
    return _QUERY.sub(r"\1?…", _USER.sub("//…@", text))


def _origin(origin: ValueOrigin) -> Json:
    place = origin.position
    return {
        "source": origin.source.value,
        "name": origin.name or None,
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "text": str(origin),
    }
