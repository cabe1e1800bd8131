"""Numbers and values that stand in the YAML itself made recipients."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from jsms_sync.definitions.codes import problem
from jsms_sync.definitions.rules_template import has_brackets
from jsms_sync.definitions.wording import MOBILE, mobile_help, mobile_shown, shown
from jsms_sync.model.privacy import Mobile, Params, mask
from jsms_sync.model.resources import Address, Position, Problem, Recipient


class Row(NamedTuple):
    """One recipient as written: a number (None: it has its problem already) and values, both private."""

    mobile: str | None
    values: Mapping[str, str]

    def __repr__(self) -> str:
        return f"Row({', '.join(self.values)})"


class Needs(NamedTuple):
    """What every recipient has to have: the variables (None: nobody knows them) and the defaults."""

    variables: tuple[str, ...] | None
    defaults: Mapping[str, str]

    def __repr__(self) -> str:
        return f"Needs({self.variables})"

    def names(self, given: Mapping[str, str]) -> Iterable[str]:
        """The parameters of a recipient."""
        return dict.fromkeys((*self.defaults, *given)) if self.variables is None else self.variables


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Rows:
    """The rows of one campaign, what to call them, and where their parts are (by number and field)."""

    rows: Sequence[Row]
    who: Callable[[int], str]
    at: Callable[[int, str], Position]


class Finding(NamedTuple):
    """What is wrong with a field of a row."""

    code: str
    row: int
    field: str
    message: str
    help: str | None = None


def recipients(rows: Rows, needs: Needs) -> tuple[tuple[Recipient, ...], list[Finding]]:
    """The recipients of the rows, each number once, with the defaults filled in; and what is wrong."""
    built: list[Recipient] = []
    findings: list[Finding] = []
    seen: dict[str, tuple[int, dict[str, str]]] = {}
    for number, (mobile, given) in enumerate(rows.rows):
        values = {name: given.get(name) or needs.defaults.get(name, "") for name in needs.names(given)}
        if "" in values.values() or has_brackets("".join(given.values())):
            findings.extend(_value_findings(rows, number, given, values))
        if mobile is None:
            continue
        if not MOBILE.fullmatch(mobile):
            findings.append(_bad_mobile(rows, number, mobile))
        elif mobile in seen:
            findings.append(_repeated(rows, number, mobile, seen[mobile], values))
        else:
            seen[mobile] = number, values
            built.append(Recipient(Mobile(mobile), Params(values)))
    return tuple(built), findings


def located(rows: Rows, findings: Iterable[Finding], address: Address) -> Iterator[Problem]:
    """The findings as problems at their places."""
    for code, row, field, message, help in findings:
        yield problem(code, rows.at(row, field), message, help, address)


def _value_findings(
    rows: Rows, number: int, given: Mapping[str, str], values: Mapping[str, str]
) -> Iterator[Finding]:
    who = rows.who(number)
    for name, value in values.items():
        if not value and name in given:
            yield Finding(
                "empty-param", number, name, f"`{shown(name)}` of {who} is empty and has no default"
            )
        elif not value:
            yield Finding("missing-param", number, name, f"{who} has no value for the variable `{name}`")
    for name, value in given.items():
        if has_brackets(value):
            yield Finding("value-brackets", number, name, f"`{shown(name)}` of {who} holds 【 or 】")


def _bad_mobile(rows: Rows, number: int, mobile: str) -> Finding:
    message = f"`mobile` of {rows.who(number)} cannot be {mobile_shown(mobile)}"
    return Finding("invalid-mobile", number, "mobile", message, mobile_help(mobile) or None)


def _repeated(
    rows: Rows, number: int, mobile: str, first: tuple[int, dict[str, str]], values: dict[str, str]
) -> Finding:
    earlier, before = first
    where = f"here and in line {rows.at(earlier, 'mobile').line}"
    differing = ", with different parameters" if values != before else ""
    return Finding(
        "recipient-twice", number, "mobile", f"{mask(mobile)} is written twice{differing}: {where}"
    )
