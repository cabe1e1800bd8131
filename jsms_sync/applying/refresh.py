"""Refresh: read every recorded object, in parallel, with GETs only."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from jsms_sync.api import replies
from jsms_sync.api.client import Client
from jsms_sync.errors import ApiError, ApiRefusal, Exit, MissingCredentials, NotSent
from jsms_sync.kinds import campaign_wire, template_wire
from jsms_sync.model.digests import Digester
from jsms_sync.model.observed import (
    Gone,
    Observed,
    ScheduleKept,
    ScheduleSeen,
    TemplateSeen,
    Unreadable,
)
from jsms_sync.model.records import CampaignRecord, State, TemplateRecord
from jsms_sync.model.resources import Definitions
from jsms_sync.planning.balance import Balance

UNKNOWN_TEMPLATE = 50013
UNKNOWN_SCHEDULE = 50028
NOT_ALLOTTED = 50033
LATEST = timedelta(days=1)
"""How long after its time a schedule is still read, unless it may have been moved to a later one."""
PROBE = 1
"""The vendor's template: read when nothing else is, to learn of wrong credentials and clocks in time."""

Seen = TypeVar("Seen")
Told = Callable[[int, int], None]
"""Told how much is done, of how much."""


def untold(_done: int, _of: int) -> None:
    """Nobody looks on."""


def refresh(
    client: Client,
    definitions: Definitions,
    state: State,
    now: datetime,
    *,
    parallelism: int,
    digester: Digester | None = None,
    told: Told = untold,
) -> Observed:
    """What the service holds of everything that is recorded or referred to.

    With a digester recipients are turned into digests as they are read; whole, a million would not fit.

    Raises ApiRefusal when the credentials are refused, and NotSent when the service cannot be reached: both
    say nothing about any one object.
    """
    templates, schedules = _template_ids(definitions, state), _schedule_ids(state, now)
    if not templates and not schedules:
        templates = {PROBE}
    seen = read_ids(client, templates, schedules, parallelism=parallelism, digester=digester, told=told)
    return replace(seen, clock_skew=client.clock_skew)


def read_ids(
    client: Client,
    templates: Iterable[int],
    schedules: Iterable[str],
    *,
    parallelism: int,
    digester: Digester | None = None,
    told: Told = untold,
) -> Observed:
    """What the service shows of these templates and schedules, the recipients whole or as digests."""
    observed: dict[int, TemplateSeen] = {}
    placed: dict[str, ScheduleKept] = {}
    with ThreadPoolExecutor(parallelism) as pool:
        # One map for both: what it raises cancels everything that has not started.
        ids = (*sorted(templates), *sorted(schedules))
        for done, seen in enumerate(pool.map(lambda id: _read_one(client, id, digester), ids), 1):
            told(done, len(ids))
            observed.update(seen.templates)
            placed.update(seen.schedules)
    return Observed(observed, placed)


def _read_one(client: Client, id: int | str, digester: Digester | None) -> Observed:
    if isinstance(id, int):
        return Observed({id: read_template(client, id)})
    return Observed(schedules={id: _kept(client, id, digester) if digester else read_schedule(client, id)})


def _template_ids(definitions: Definitions, state: State) -> set[int]:
    records = (r for r in state.resources.values() if isinstance(r, TemplateRecord))
    recorded = {temp_id for record in records for temp_id in record.revisions}
    return recorded | {c.temp_id for c in definitions.campaigns.values() if c.temp_id is not None}


def _schedule_ids(state: State, now: datetime) -> set[str]:
    records = (r for r in state.resources.values() if isinstance(r, CampaignRecord))
    batches = (batch for record in records for batch in record.batches.values())
    return {b.schedule_id for b in batches if b.schedule_id and not b.is_over(now - LATEST)}


def read_templates(client: Client, temp_ids: Iterable[int], *, parallelism: int) -> dict[int, TemplateSeen]:
    """Those templates as the service shows them; raises as `refresh` does."""
    ids = sorted(temp_ids)
    with ThreadPoolExecutor(parallelism) as pool:
        return dict(zip(ids, pool.map(lambda id: read_template(client, id), ids), strict=True))


def read_template(client: Client, temp_id: int) -> TemplateSeen:
    """One template as the service shows it."""
    return _read(lambda: template_wire.seen(client.templates.get(temp_id)), UNKNOWN_TEMPLATE)


def read_schedule(client: Client, schedule_id: str) -> ScheduleSeen:
    """One schedule as the service shows it."""
    return _read(lambda: campaign_wire.seen(client.schedules.get(schedule_id)), UNKNOWN_SCHEDULE)


def _kept(client: Client, schedule_id: str, digester: Digester) -> ScheduleKept:
    return _read(lambda: campaign_wire.kept(client.schedule_columns(schedule_id), digester), UNKNOWN_SCHEDULE)


def _read(read: Callable[[], Seen], unknown: int) -> Seen | Gone | Unreadable:
    try:
        return read()
    except ApiRefusal as refusal:
        if refusal.number == unknown:
            return Gone()
        if refusal.exit is Exit.CREDENTIALS:
            raise
        return Unreadable(refusal.message)
    except NotSent:
        raise
    except ApiError as error:
        return Unreadable(error.message)


def read_balance(client: Client) -> Balance | None:
    """What can be paid by the app or, where nothing is allotted to it, by its account; None when not read.

    An app without allotment is refused with 50033, or answers nulls (`jsms-api.md §5`).
    """
    try:
        return _balance(client.accounts.app(), "app") or _of_account(client)
    except ApiRefusal as refusal:
        return _of_account(client) if refusal.number == NOT_ALLOTTED else None
    except ApiError:
        return None


def _of_account(client: Client) -> Balance | None:
    try:
        return _balance(client.accounts.dev(), "account")
    except (ApiError, MissingCredentials):
        return None


def _balance(reply: replies.Balance, owner: str) -> Balance | None:
    """The purses that pay for templates' texts; None where nothing at all is allotted."""
    purses = (reply.balance, reply.industry, reply.market)
    if all(purse is None for purse in (*purses, reply.voice)):
        return None
    general, industry, market = (purse or 0 for purse in purses)
    return Balance(general, industry, market, owner)
