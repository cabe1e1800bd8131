"""Scripted faults: which request meets which one, counted and never random."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from types import MappingProxyType
from typing import Any, Final

from jsms_sync.sandbox.codes import CODES

KINDS: Final = (
    "drop-before",
    "drop-after",
    "status",
    "status-after",
    "delay",
    "truncate",
    "html",
    "out-of-freq",
)
METHODS: Final = ("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH")
_LONGEST_DELAY: Final = 3_600_000
# The code that a scripted status carries when none is named; other statuses are a gateway's and carry none.
_CODE_OF_STATUS: Final[Mapping[int, int]] = MappingProxyType(
    {400: 50003, 401: 50002, 403: 50007, 404: 50016, 405: 50018, 415: 50017, 500: 50019}
)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One scripted fault: the next `times` requests that match meet it, after `skip` that do not.

    `code` is the return code in the body of `status` and `status-after`; `delay_ms` may go with every kind.
    """

    fault: str
    method: str | None = None
    path: str = "/v1"
    times: int = 1
    skip: int = 0
    status: int | None = None
    code: int | None = None
    delay_ms: float = 0

    def matches(self, method: str, path: str) -> bool:
        """True for a request of the method (any when None) whose path begins with the fault's."""
        return self.method in (None, method) and path.startswith(self.path)

    @property
    def shown_code(self) -> int | None:
        """The return code that a scripted status answers with, None for an answer without one."""
        return self.code or _CODE_OF_STATUS.get(self.status or 0)


class Faults:
    """The faults still to come, in the order in which they were scripted."""

    def __init__(self) -> None:
        self._left: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Scripts one more fault."""
        self._left.append(fault)

    def clear(self) -> int:
        """Forgets all; returns how many there were."""
        count = len(self._left)
        self._left.clear()
        return count

    def listed(self) -> list[dict[str, Any]]:
        """The faults still to come, with the times and skips that are left."""
        return [asdict(fault) for fault in self._left]

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that this request meets: the first that matches and has nothing left to skip."""
        for index, fault in enumerate(self._left):
            if not fault.matches(method, path):
                continue
            if fault.skip:
                self._left[index] = replace(fault, skip=fault.skip - 1)
                continue
            if fault.times == 1:
                del self._left[index]
            else:
                self._left[index] = replace(fault, times=fault.times - 1)
            return fault
        return None


def read_fault(body: Mapping[str, Any]) -> Fault:
    """The fault that a control request describes; ValueError with a sentence when it describes none."""
    known = [each.name for each in fields(Fault)]
    for key in body:
        if key not in known:
            raise ValueError(f"a fault has no field {key!r}; it has {', '.join(known)}")
    given = {key: value for key, value in body.items() if value is not None}
    _check_words(given)
    _check_numbers(given)
    return Fault(**given)


def _check_words(given: Mapping[str, Any]) -> None:
    if given.get("fault") not in KINDS:
        raise ValueError(f"fault is one of {', '.join(KINDS)}")
    if given.get("method") not in (None, *METHODS):
        raise ValueError(f"method is one of {', '.join(METHODS)}, or left out for any")
    path = given.get("path", "/v1")
    if not isinstance(path, str) or not path.startswith("/v1"):
        raise ValueError("path is the beginning of a path and starts with /v1")


def _check_numbers(given: Mapping[str, Any]) -> None:
    if not _is_whole(given.get("times", 1), 1) or not _is_whole(given.get("skip", 0), 0):
        raise ValueError("times is a whole number from 1, skip a whole number from 0")
    delay = given.get("delay_ms", 0)
    if isinstance(delay, bool) or not isinstance(delay, int | float) or not 0 <= delay <= _LONGEST_DELAY:
        raise ValueError(f"delay_ms is a number of milliseconds from 0 to {_LONGEST_DELAY}")
    if given["fault"] == "delay" and not delay:
        raise ValueError("a delay needs delay_ms, in milliseconds")
    if given["fault"] in ("status", "status-after") and "status" not in given:
        raise ValueError("this fault needs a status, such as 503")
    if "status" in given and not (_is_whole(given["status"], 200) and given["status"] <= 599):
        raise ValueError("status is an HTTP status from 200 to 599")
    if given.get("code") not in (None, *CODES):
        raise ValueError("code is a return code of JSMS, such as 50036")


def _is_whole(value: object, least: int) -> bool:
    return type(value) is int and value >= least
