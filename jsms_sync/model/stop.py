"""The stop mark: which campaigns `cancel` has stopped, and what it knows of their schedules (contract §1)."""

from collections.abc import Mapping

from jsms_sync.model.records import Moment, Value
from jsms_sync.model.resources import Address


class Stopped(Value, frozen=True):
    """One campaign that was stopped: when, the ids found of it, and those that JSMS holds no longer."""

    at: Moment
    ids: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()

    def __or__(self, other: "Stopped") -> "Stopped":
        """What both know; the earlier time counts."""
        ids, deleted = {*self.ids, *other.ids}, {*self.deleted, *other.deleted}
        return Stopped(min(self.at, other.at), tuple(sorted(ids)), tuple(sorted(deleted)))


class Stop(Value, frozen=True):
    """What was stopped; `every` is when all campaigns were, those that nobody could name among them."""

    campaigns: Mapping[Address, Stopped] = {}
    every: Moment | None = None

    def stops(self, address: Address) -> bool:
        """Whether nothing more may be asked of JSMS for that campaign."""
        return self.every is not None or address in self.campaigns

    def __or__(self, other: "Stop") -> "Stop":
        """What either stops: marks add up, and nothing takes away from them."""
        campaigns = dict(self.campaigns)
        for address, stopped in other.campaigns.items():
            campaigns[address] = campaigns[address] | stopped if address in campaigns else stopped
        times = [at for at in (self.every, other.every) if at is not None]
        return Stop(campaigns, min(times, default=None))
