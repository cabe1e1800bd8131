"""The order of an apply: what must be there before it is used, and gone only after it is used no more."""

from collections.abc import Iterable

from jsms_sync.model.decisions import Action, Change
from jsms_sync.model.resources import kind_of

STAGES: tuple[frozenset[tuple[str, Action]], ...] = (
    frozenset(
        {("template", action) for action in (Action.CREATE, Action.MODIFY, Action.REPLACE, Action.RECORD)}
        | {("campaign", Action.RECORD)}
    ),
    frozenset({("campaign", Action.DELETE), ("campaign", Action.FORGET)}),
    frozenset({("campaign", action) for action in (Action.CREATE, Action.MODIFY, Action.REPLACE)}),
    frozenset({("template", action) for action in (Action.DELETE, Action.RETIRE, Action.FORGET)}),
)
"""Which actions go together; changes of one stage may run in parallel (architecture §6)."""


def stage_of(change: Change) -> tuple[int, bool]:
    """The number of the stage in which the change runs, and whether it comes after the others of that."""
    key = (kind_of(change.address), change.action)
    number = next(number for number, stage in enumerate(STAGES) if key in stage)
    return number, bool(change.depends_on)


def in_order(changes: Iterable[Change]) -> tuple[Change, ...]:
    """The changes as they will run, by address inside a stage."""
    return tuple(sorted(changes, key=lambda change: (stage_of(change), change.address)))
