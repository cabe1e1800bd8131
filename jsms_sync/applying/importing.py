"""Adopt: read what is to be imported, with GETs only."""

from collections.abc import Iterable

from jsms_sync.api.client import Client
from jsms_sync.applying.refresh import Told, read_ids, untold
from jsms_sync.model.observed import Observed, SeenSchedule
from jsms_sync.model.resources import kind_of
from jsms_sync.planning.adoption import Wish


def look(client: Client, wishes: Iterable[Wish], *, parallelism: int, told: Told = untold) -> Observed:
    """What the service shows of every id, and of the templates that the schedules among them send.

    Raises ApiRefusal when the credentials are refused, and NotSent when the service cannot be reached.
    """
    templates, schedules = set(), set()
    for wish in wishes:
        if kind_of(wish.address) == "template":
            templates |= set(map(int, wish.ids))
        else:
            schedules |= set(wish.ids)
    seen = read_ids(client, templates, schedules, parallelism=parallelism, told=told)
    sent = {s.temp_id for s in seen.schedules.values() if isinstance(s, SeenSchedule)}
    more = read_ids(client, sent - templates, (), parallelism=parallelism)
    return Observed({**seen.templates, **more.templates}, seen.schedules)
