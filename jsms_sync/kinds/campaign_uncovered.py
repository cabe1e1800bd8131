"""Recipients without a value for a variable of a text that is managed elsewhere: who, and which variable."""

from collections.abc import Iterator, Sequence

from jsms_sync.model.resources import Campaign, Problem, Recipient, RecipientsFile, Severity

SHOWN = 3
"""How many recipients the message names."""


def uncovered(desired: Campaign, variables: frozenset[str]) -> Problem:
    """The problem of a campaign some of whose recipients lack some of the variables of its `temp_id`."""
    lacking = dict(_lacking(desired, sorted(variables)))
    message = f"template {desired.temp_id} has variables without a value: {'; '.join(lacking.values())}"
    help = f"add {', '.join(lacking)} to `params`, or to each recipient"
    return Problem("params-missing", Severity.ERROR, message, desired.source, help, desired.address)


def _lacking(desired: Campaign, variables: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The variables without a value, each with who has none; in a file all have the same columns."""
    people = desired.recipients
    for name in variables:
        if isinstance(people, RecipientsFile):
            if name not in people.names:
                yield name, f"`{name}` for all recipients"
        elif rows := [row for row, one in enumerate(people) if name not in one.params.names]:
            yield name, _told(name, rows, people)


def _told(name: str, rows: Sequence[int], people: Sequence[Recipient]) -> str:
    """`order` for all of them, or for recipient 2 (138****5678) and others."""
    if len(rows) == len(people):
        return f"`{name}` for {'all recipients' if len(rows) > 1 else 'its recipient'}"
    named = ", ".join(f"recipient {row + 1} ({people[row].mobile!r})" for row in rows[:SHOWN])
    more = f" and {len(rows) - SHOWN:,} more" if len(rows) > SHOWN else ""
    return f"`{name}` for {named}{more}"
