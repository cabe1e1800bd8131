"""Secrets, phone numbers and parameter values, in types that never show what they hold.

Nothing here can be printed, formatted, pickled or turned into JSON by accident; `reveal()` is the
only way out, and every call of it is a place where the value really has to leave.
"""

import re
from collections.abc import Iterable, Mapping
from typing import NoReturn


class _Masked:
    """What the masked types share: they cannot be pickled."""

    __slots__ = ()

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} is private and cannot be pickled")


class Secret(_Masked):
    """A credential: the master secret, a developer secret, a key for hashes."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def __repr__(self) -> str:
        return "Secret(…)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def reveal(self) -> str:
        """The secret itself."""
        return self._value


class Mobile(_Masked):
    """A phone number, shown as `138****5678`."""

    __slots__ = ("_digits",)

    def __init__(self, digits: str) -> None:
        self._digits = digits

    def __repr__(self) -> str:
        return mask(self._digits)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mobile) and other._digits == self._digits

    def __hash__(self) -> int:
        return hash(self._digits)

    def reveal(self) -> str:
        """The digits themselves."""
        return self._digits


class Params(_Masked):
    """A recipient's values for a template's variables; only the names are shown."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self._values = dict(values or {})

    def __repr__(self) -> str:
        return "Params(" + ", ".join(f"{name}=…" for name in self._values) + ")"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Params) and other._values == self._values

    def __hash__(self) -> int:
        return hash(tuple(sorted(self._values.items())))

    @property
    def names(self) -> frozenset[str]:
        """The names of the parameters, which are not private."""
        return frozenset(self._values)

    def only(self, names: Iterable[str]) -> "Params":
        """The same parameters without those that are not named."""
        wanted = frozenset(names)
        return Params({name: value for name, value in self._values.items() if name in wanted})

    def over(self, defaults: "Params") -> "Params":
        """These parameters, with the defaults where there is none."""
        return Params({**defaults._values, **self._values})

    def reveal(self) -> dict[str, str]:
        """A copy of the values themselves."""
        return dict(self._values)


NUMBER = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
"""A phone number of China in a text that somebody else wrote."""


def without_numbers(text: str) -> str:
    """The text of somebody else with the phone numbers in it masked."""
    return NUMBER.sub(lambda found: mask(found[0]), text)


def mask(digits: str) -> str:
    """The number as it may be shown: a country code, the first three and the last four digits at most."""
    if len(digits) < 11:
        return "*" * max(len(digits) - 2, 0) + digits[-2:] if len(digits) > 4 else "****"
    return f"{digits[:-8][:6]}****{digits[-4:]}"
