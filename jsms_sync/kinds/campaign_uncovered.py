"""Recipients without a value for a variable of a text that is managed elsewhere: who, and which variable."""

from collections.abc import Sequence

from jsms_sync.model.resources import Campaign, Problem, Recipient, Severity

SHOWN = 3
"""How many recipients the message names."""


def uncovered(desired: Campaign, variables: frozenset[str]) -> Problem:
    """The problem of a campaign some of whose recipients lack some of the variables of its `temp_id`."""
    lacking = {name: _without(desired.recipients, name) for name in sorted(variables)}
    told = "; ".join(_told(name, who, desired) for name, who in lacking.items() if who)
    message = f"template {desired.temp_id} has variables without a value: {told}"
    help = f"add {', '.join(name for name, who in lacking.items() if who)} to `params`, or to each recipient"
    return Problem("params-missing", Severity.ERROR, message, desired.source, help, desired.address)


def _without(recipients: Sequence[Recipient], name: str) -> list[int]:
    return [row for row, recipient in enumerate(recipients) if name not in recipient.params.names]


def _told(name: str, rows: Sequence[int], desired: Campaign) -> str:
    """`order` for all of them, or for recipient 2 (138****5678) and others."""
    if len(rows) == len(desired.recipients):
        return f"`{name}` for {'all recipients' if len(rows) > 1 else 'its recipient'}"
    named = ", ".join(f"recipient {row + 1} ({desired.recipients[row].mobile!r})" for row in rows[:SHOWN])
    more = f" and {len(rows) - SHOWN:,} more" if len(rows) > SHOWN else ""
    return f"`{name}` for {named}{more}"
