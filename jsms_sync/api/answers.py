"""What an HTTP answer means for a call: its value, a refusal, or a doubt (architecture §6, promise 1)."""

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from jsms_sync.api.reading import Unusable, must
from jsms_sync.api.refusals import refusal
from jsms_sync.errors import ApiRefusal, InDoubt

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """One call of the API: the request, and how the JSON value of its answer is read.

    `path` follows the base URL; `body` is sent as it is; `developer` asks for the developer's
    credentials instead of the app's (`jsms-api.md §5`). `read_4xx` reads a value that may come with an
    error status, and raises Unusable for what is only a refusal. `reads_once` says that an answer is gone
    once it has been sent, so that such a call is not repeated even though it is a GET. `at_once` reads the
    usual value quicker from the bytes, and gives None for every other, which `read` then judges.
    """

    method: str
    path: str
    read: Callable[[object], T]
    body: bytes | None = field(default=None, repr=False)
    content_type: str = "application/json"
    developer: bool = False
    read_4xx: Callable[[object], T] | None = None
    reads_once: bool = False
    at_once: Callable[[bytes], T | None] | None = None

    @property
    def is_repeatable(self) -> bool:
        """Whether sending it again can do no harm."""
        return self.method != "POST" and not self.reads_once

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete HTTP answer; `retry_after` in seconds, 0 when it names none."""

    status: int
    body: bytes = field(repr=False)
    retry_after: float = 0


@dataclass(frozen=True, slots=True)
class Value(Generic[T]):
    """What was asked for."""

    value: T


def judge(call: Call[T], answer: Answer) -> Value[T] | ApiRefusal | InDoubt:
    """The value of a 2xx answer that can be read, a refusal, or the doubt that everything else leaves."""
    if call.at_once is not None and 200 <= answer.status < 300:
        usual = call.at_once(answer.body)
        if usual is not None:
            return Value(usual)
    try:
        value = parse(answer.body)
        if 200 <= answer.status < 300:
            return Value(call.read(value))
        must(400 <= answer.status < 500 and answer.status not in (408, 429))
        return _refused(call, answer.status, value)
    except (ValueError, RecursionError):
        return InDoubt(f"{_strange(answer)} ({call})", help=doubt_help(call), http_status=answer.status)


def parse(body: bytes) -> object:
    """The JSON value of the body with every number as text; None for an empty body.

    A byte order mark is tolerated. Raises ValueError for what is not UTF-8, not JSON, ambiguous (a key
    twice) or not a number (NaN), RecursionError for what is nested too deep.
    """
    text = body.decode("utf-8-sig").strip(" \t\r\n")
    if not text:
        return None
    return json.loads(
        text, parse_int=str, parse_float=str, parse_constant=_no_constant, object_pairs_hook=_each_once
    )


def doubt_help(call: Call[T]) -> str:
    """What to do about a call that may have acted."""
    if call.reads_once:
        return (
            "Records may be lost: each can be read once, and those of this answer will not come again. "
            "The JSMS console still shows what became of each message."
        )
    if call.method == "POST":
        return "It may have been carried out: look in the JSMS console before sending it again."
    return "Try again later; repeating this call does no harm."


_CODE = re.compile(r"-?[0-9]{1,9}")


def error_code(value: object) -> int:
    """The number in an error body, written as a number or as text; Unusable when there is none."""
    error = value.get("error") if isinstance(value, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise Unusable
    return int(code)


def _refused(call: Call[T], status: int, value: object) -> Value[T] | ApiRefusal:
    if call.read_4xx is not None:
        with suppress(Unusable):
            return Value(call.read_4xx(value))
    return refusal(error_code(value), status, str(call))


def _strange(answer: Answer) -> str:
    if 200 <= answer.status < 300:
        return f"JSMS answered HTTP {answer.status}, but not with what was asked for"
    if 300 <= answer.status < 400:
        return f"JSMS answered with a redirect, which is not followed: HTTP {answer.status}"
    return f"JSMS gave no usable answer: HTTP {answer.status}"


def _no_constant(name: str) -> object:
    raise ValueError(name)


def _each_once(pairs: list[tuple[str, object]]) -> Mapping[str, object]:
    mapping = dict(pairs)
    if len(mapping) != len(pairs):
        raise ValueError("a key stands there twice")
    return mapping
