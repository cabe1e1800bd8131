"""Cancel: the stop mark first, then DELETE after DELETE, until a look finds nothing more (contract §1)."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from jsms_sync.applying.halting import Attempt, Fate, Halting, deleted
from jsms_sync.errors import JsmsSyncError
from jsms_sync.kinds.campaign_removed import RECENT
from jsms_sync.kinds.campaign_stop import Due, every_campaign, is_surely_over, schedules
from jsms_sync.model.ending import Ending
from jsms_sync.model.records import CampaignRecord, Intent, State
from jsms_sync.model.resources import Address
from jsms_sync.model.stop import Stop, Stopped
from jsms_sync.state.store import Backend, read_regardless

UNDER_WAY = 35.0
"""Seconds for which a POST may be under way: 5 to connect and 30 for its answer (architecture §6)."""
LONG_AGO = timedelta(seconds=UNDER_WAY + 120)
"""Announced so long ago, a POST is not under way any more, even by a clock that is off by two minutes."""
PAUSE = 0.25
"""Seconds between two looks while there is something to wait for."""


@dataclass(frozen=True, slots=True)
class Named:
    """The campaigns that shall stop: those of these names, or every one."""

    addresses: frozenset[Address]
    every: bool = False

    def among(self, state: State, now: datetime) -> frozenset[Address]:
        """All of them that are known by now; of every one those that are not over yet."""
        found = every_campaign(state) if self.every else ()
        return self.addresses | {address for address in found if not _is_past(state, address, now)}

    def following(self, before: State, after: State) -> "Named":
        """The same campaigns, those among them that were renamed meanwhile under their new names too."""
        lost = {a for a in self.addresses if a in before.resources and a not in after.resources}
        moved = {entry.moved_to for entry in after.history if entry.moved_to and entry.address in lost}
        return Named(self.addresses | moved, self.every)


def _is_past(state: State, address: Address, now: datetime) -> bool:
    record, intents = state.campaign(address) or CampaignRecord(), state.intents_of(address)
    was_stopped = record.cancelled and not record.batches and not intents
    return was_stopped or is_surely_over(record, intents, now - RECENT)


class Marking:
    """The stop mark as far as it could be left; `trouble` says why it could not."""

    def __init__(self, place: Backend) -> None:
        self.trouble: JsmsSyncError | None = None
        self._place = place
        self._left: Stop | None = None

    def leave(self, stop: Stop) -> None:
        """The mark says this, if any mark can be left."""
        if self.trouble is not None or stop == self._left:
            return
        try:
            self._place.leave_stop(stop)
            self._left = stop
        except JsmsSyncError as error:
            self.trouble = error


def mark(named: Named, state: State, now: datetime) -> Stop:
    """The mark that says what shall stop, before anything is asked of JSMS."""
    campaigns = {address: Stopped(now, tuple(_dues(state, address))) for address in named.among(state, now)}
    return Stop(campaigns, now if named.every else None)


def _dues(state: State, address: Address) -> dict[str, Due]:
    """Each schedule that is recorded for the campaign, by its id."""
    record = state.campaign(address) or CampaignRecord()
    dues = sorted(schedules(record, state.intents_of(address)))
    return {due.schedule_id: due for due in dues if due.schedule_id}


def stop(halting: Halting, named: Named, marking: Marking, since: datetime) -> tuple[Ending, ...]:
    """What came of each of the campaigns, once a look finds nothing more to delete and nothing to wait for.

    Raises ApiRefusal when the credentials are refused, and what reading the state raises.
    """
    passes = _Passes(halting, named, marking, since)
    while not passes.look():
        passes.delete()
    return passes.endings()


class _Passes:
    """The looks at the state, and the DELETEs that follow from each."""

    def __init__(self, halting: Halting, named: Named, marking: Marking, since: datetime) -> None:
        self._halting, self._named, self._marking, self._since = halting, named, marking, since
        self._now, self._has_asked = since, False
        self._state: State | None = None
        self._found: dict[str, tuple[Address, Due]] = {}
        self._attempts: dict[str, Attempt] = {}
        self._addresses: set[Address] = set()
        self._first_seen: dict[str, float] = {}

    def look(self) -> bool:
        """Whether nothing is left to do; what was found is in the mark before it is deleted."""
        self._see()
        if self._must_ask():
            self._has_asked = True
            self._halting.ask_the_time()
            self._see()
        # All of them, so that the time of each counts from when it was first seen.
        under_way = [intent for intent in self._doubts() if self._is_under_way(intent)]
        return not self._todo() and not under_way

    def _see(self) -> None:
        """What is recorded by now is found and marked, by the time of the service as far as it is known."""
        snapshot, self._now = read_regardless(self._halting.place), self._halting.now()
        # A clock that is ahead would say of what is pending that it was over when it was stopped.
        self._since = min(self._since, self._now)
        state = snapshot.state if snapshot else State(lineage="")
        self._named = self._named.following(self._state or state, state)
        self._state = state
        self._addresses |= self._named.among(state, self._now)
        for address in self._addresses:
            self._found |= {id: (address, due) for id, due in _dues(state, address).items()}
        self._marking.leave(self._mark())

    def _must_ask(self) -> bool:
        """Whether our own clock, and no answer so far, says that something is over."""
        if self._has_asked or self._attempts or self._todo() or self._halting.skew is not None:
            return False
        assert self._state is not None, "there was a look"
        every = every_campaign(self._state) if self._named.every else ()
        meant = self._addresses.union(every)
        dues = [due for address in meant for due in _dues(self._state, address).values()]
        return any(map(self._is_over, dues)) or any(
            self._now - intent.at >= LONG_AGO for address in meant for intent in self._doubts(address)
        )

    def delete(self) -> None:
        """Each schedule that is left has had its DELETE, and what is under way has had a moment more."""
        # What is sure to be still to come goes before what most likely was sent long ago.
        todo = sorted(self._todo(), key=lambda id: self._found[id][1].at <= self._now)
        with ThreadPoolExecutor(self._halting.parallelism) as pool:
            self._attempts |= zip(todo, pool.map(self._attempt, todo), strict=True)
        if self._todo() or not todo:
            self._halting.pace.sleep(PAUSE)

    def endings(self) -> tuple[Ending, ...]:
        """What came of each campaign."""
        return tuple(self._ending(address) for address in sorted(self._addresses))

    def _todo(self) -> list[str]:
        return [id for id in self._recorded() if not self._is_settled(id)]

    def _is_settled(self, id: str) -> bool:
        attempt = self._attempts.get(id)
        return attempt.is_final if attempt else self._fate(id) is not None

    def _is_over(self, due: Due) -> bool:
        # Whoever names a campaign may know that it was moved to a later time in the console.
        return self._named.every and due.is_over(self._now - RECENT)

    def _recorded(self) -> list[str]:
        """What is recorded by now; an apply drops from there what it knows to be gone."""
        assert self._state is not None, "there was a look"
        return [id for address in sorted(self._addresses) for id in _dues(self._state, address)]

    def _doubts(self, *addresses: Address) -> list[Intent]:
        assert self._state is not None, "there was a look"
        wanted = addresses or self._addresses
        return [intent for intent in self._state.intents if intent.creates and intent.address in wanted]

    def _is_under_way(self, intent: Intent) -> bool:
        """Whether a POST may still get its answer, and its id be recorded."""
        monotonic = self._halting.pace.monotonic()
        since = self._first_seen.setdefault(intent.id, monotonic)
        return monotonic - since < UNDER_WAY and self._now - intent.at < LONG_AGO

    def _mark(self) -> Stop:
        campaigns = {}
        for address in self._addresses:
            ids = tuple(sorted(id for id, (owner, _) in self._found.items() if owner == address))
            deleted = tuple(id for id in ids if self._fate(id) is Fate.DELETED)
            campaigns[address] = Stopped(self._since, ids, deleted)
        return Stop(campaigns, self._since if self._named.every else None)

    def _fate(self, id: str) -> Fate | None:
        if attempt := self._attempts.get(id):
            return attempt.fate
        return Fate.SENT if self._is_over(self._found[id][1]) else None

    def _attempt(self, id: str) -> Attempt:
        before = self._attempts.get(id)
        attempt = deleted(self._halting, id, self._found[id][1].at)
        return replace(attempt, tries=before.tries + 1) if before else attempt

    def _ending(self, address: Address) -> Ending:
        own, recorded = (
            [id for id, (owner, _) in self._found.items() if owner == address],
            set(self._recorded()),
        )
        left = {id: self._attempts[id] for id in own if id in recorded and self._fate(id) is Fate.FAILED}
        sent = sum(self._fate(id) is Fate.SENT for id in own)
        troubles = {id: attempt.trouble for id, attempt in left.items() if attempt.trouble}
        deleted = len(own) - sent - len(left)
        return Ending(address, deleted, sent, troubles, tuple(self._doubts(address)))
