"""What the console sets for the app as a whole, and whom it lets in."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from jsms_sync.sandbox.beliefs import Beliefs
from jsms_sync.sandbox.codes import Refusal

# jsms-api.md §1
_MOST_ADDRESSES: Final = 10


@dataclass(frozen=True, kw_only=True)
class App:
    """The app: `code` is what every verification code is from now on, None for one made up each time."""

    sms_opened: bool = True
    blacklisted: bool = False
    ip_allowlist: Sequence[str] = ()
    code: str | None = None


def admit(app: App, client: str, is_sending: bool, beliefs: Beliefs) -> None:
    """Refuses a caller from elsewhere (50035), a blacklisted app (50036), and one without SMS (50008)."""
    if is_sending or not beliefs.app_checks_cover_sending_only:
        if app.ip_allowlist and client.removeprefix("::ffff:") not in app.ip_allowlist:
            raise Refusal(50035)
        if app.blacklisted:
            raise Refusal(50036)
    if not app.sms_opened:
        raise Refusal(50008)


def changed(app: App, changes: Mapping[str, Any]) -> App:
    """The app after a control call; ValueError with a sentence for a wrong value."""
    known = [each.name for each in fields(App)]
    for name, value in changes.items():
        if name not in known:
            raise ValueError(f"there is no field {name!r} here, only {', '.join(known)}")
        if name in ("sms_opened", "blacklisted") and type(value) is not bool:
            raise ValueError(f"{name} is true or false")
    if "code" in changes and not _is_code(changes["code"]):
        raise ValueError("code is 4 to 8 digits, or null")
    if "ip_allowlist" in changes:
        changes = {**changes, "ip_allowlist": _addresses(changes["ip_allowlist"])}
    return replace(app, **changes)


def _is_code(value: object) -> bool:
    return value is None or (isinstance(value, str) and bool(re.fullmatch("[0-9]{4,8}", value)))


def _addresses(value: object) -> tuple[str, ...]:
    try:
        if isinstance(value, list) and len(value) <= _MOST_ADDRESSES:
            return tuple(f"{ipaddress.IPv4Address(_text(entry))}" for entry in value)
    except ValueError:
        pass
    raise ValueError(f"ip_allowlist is a list of up to {_MOST_ADDRESSES} IPv4 addresses")


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
