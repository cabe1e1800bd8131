"""The rows of a recipients file as they are checked: who is good, and what is wrong with the others."""

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from jsms_sync.definitions.decoding import FORBIDDEN
from jsms_sync.definitions.findings import Finding, Findings
from jsms_sync.definitions.numbers import key_of, normalised
from jsms_sync.definitions.recipients import Needs
from jsms_sync.definitions.rules_template import has_brackets
from jsms_sync.definitions.wording import mobile_help, mobile_shown, shown
from jsms_sync.model.resources import Address, Position, Problem, template_address
from jsms_sync.model.settings import Level

MOBILE_COLUMN = "mobile"


@dataclass(frozen=True, slots=True, repr=False)
class Asked:
    """What a campaign asks of its recipients file, which it names at `position`.

    `template` is the name of its template, None for one that is not managed here. `suppressed` are the keys
    of numbers to leave out; up to `max_invalid` bad rows are left out, too. `rules` say what weighs how much.
    """

    address: Address
    position: Position
    template: str | None
    needs: Needs
    suppressed: Collection[int] = frozenset()
    max_invalid: int = 0
    rules: Mapping[str, Level] = field(default_factory=dict)

    @property
    def not_variables(self) -> str:
        """What is said of columns that are not sent."""
        return (
            f"are no variables of {template_address(self.template)}"
            if self.template
            else "cannot be variables"
        )


@dataclass(slots=True, repr=False, eq=False)
class Looked:
    """What one look at the whole file brought: the rows, the header of the numbers and of each parameter.

    `cells` are their numbers where there are columns, `count` is how many rows there are, and `lines` the
    line after the last.
    """

    tally: "Tally"
    mobile: str = MOBILE_COLUMN
    columns: dict[str, str] = field(default_factory=dict)
    cells: dict[str, int] = field(default_factory=dict)
    count: int = 0
    lines: int = 1
    problems: list[Problem] = field(default_factory=list)


@dataclass(slots=True, repr=False, eq=False)
class Tally:
    """The rows with a phone number, each with its key; those that are bad nevertheless, and why.

    A number counts also where its row is bad: with another row of the number nobody knows which is meant.
    """

    needs: Needs
    keys: "array[int]" = field(default_factory=lambda: array("Q"))
    rows: "array[int]" = field(default_factory=lambda: array("I"))
    invalid: "array[int]" = field(default_factory=lambda: array("I"))
    bad: Findings = field(default_factory=Findings)

    def good(self, first: int, keys: "array[int]") -> None:
        """A run of rows is as it should be."""
        self.keys.extend(keys)
        self.rows.extend(range(first, first + len(keys)))

    def look_at(
        self, number: int, line: int, mobile: str, given: Mapping[str, str], cells: Mapping[str, int]
    ) -> None:
        """One row is good, or has all of its problems told; `cells` are the numbers of its columns."""
        key = key_of(normalised(mobile))
        findings = list(_value_findings(self.needs, line, given, cells))
        if key is None:
            findings.insert(0, _bad_mobile(line, cells.get(MOBILE_COLUMN), mobile))
        if findings:
            self.spoiled(number, findings)
        if key is not None:
            self.keys.append(key)
            self.rows.append(number)

    def spoiled(self, number: int, findings: Iterable[Finding]) -> None:
        """A row cannot be used."""
        self.invalid.append(number)
        self.bad.add(findings)


def _bad_mobile(line: int, cell: int | None, written: str) -> Finding:
    message = f"`mobile` of this row cannot be {mobile_shown(written)}"
    return Finding("invalid-mobile", line, cell, message, mobile_help(written) or None)


def _value_findings(
    needs: Needs, line: int, given: Mapping[str, str], cells: Mapping[str, int]
) -> Iterator[Finding]:
    for name in needs.names(given):
        if given.get(name) or needs.defaults.get(name):
            continue
        if name in given:
            message = f"`{shown(name)}` of this row is empty and has no default"
            yield Finding("empty-param", line, cells.get(name), message)
        else:
            message = f"this row has no value for the variable `{shown(name)}`"
            yield Finding("missing-param", line, None, message)
    for name, value in given.items():
        if has_brackets(value):
            message = f"`{shown(name)}` of this row holds 【 or 】"
            yield Finding("value-brackets", line, cells.get(name), message)
        if found := FORBIDDEN.search(value):
            message = f"`{shown(name)}` of this row holds the invisible character U+{ord(found[0]):04X}"
            yield Finding("invalid-character", line, cells.get(name), message, "delete the character")
