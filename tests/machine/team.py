"""A team that writes definitions and applies them, and what must hold whenever it does."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from draws import BELIEFS, picked, picks
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize
from promises import (
    LATEST,
    NOT_EMPTY,
    NOT_SCHEDULED,
    PEACE,
    PLAN_WRITES,
    Deed,
    Scene,
    check_bytes,
    check_deed,
    check_outbox,
    check_scene,
    identity,
    is_of,
    keep,
)
from service import Json, Service
from tool import SOUND, Conditions, Ended, Parts, Tool
from wishes import LEADS, NUMBERS, Wishes, edited, template

from jsms_sync.model.decisions import RefusalCode
from jsms_sync.model.privacy import Secret
from jsms_sync.model.records import CampaignRecord
from jsms_sync.model.resources import Address, campaign_address
from jsms_sync.model.wire import china_time
from jsms_sync.planning.choices import Choices
from jsms_sync.planning.plan import Plan

YOUNG = timedelta(minutes=11).total_seconds()
"""After this long a template that vanished is believed to be gone."""
OPTED_OUT = 50024
BOLD = frozenset({"over-limit", "too-many-missing", "empty-definitions"})


class Team(RuleBasedStateMachine):
    """One team, one service, one state."""

    def __init__(self, service: Service, parts: Parts = SOUND, threads: int = 4) -> None:
        """With one thread every example can be played again exactly."""
        super().__init__()
        self.threads = threads
        self.service, self.wishes = service, Wishes()
        self.folder = Path(tempfile.mkdtemp(prefix="life-"))
        self.service.reset({})
        self.tool = Tool(service, self.folder, parts)
        self.secret = Secret(service.access.master_secret)
        self.placed: dict[str, Address] = {}
        self.ever: set[int | str] = set()
        self.stopped: set[str] = set()
        self.cancelled: set[str] = set()
        self.lost: set[int | str] = set()
        self.checkouts = [self.wishes.copy()]
        self.copies = [self.tool.document()]
        self.log: tuple[Json, ...] = ()
        self.aside = (0, 0)
        self.is_lossy, self.insists, self.ahead = False, True, 0
        self.beliefs: Json = {}
        self.refused: dict[str, set[str]] = {}
        self.is_broken = False
        self.scene = self._look()

    def _look(self) -> Scene:
        scene = Scene(self.tool.state(), self.service.objects(), self.secret)
        self.ever |= scene.recorded.keys()
        told, _ = scene.strangers(id for id in scene.objects.schedules if id not in self.ever)
        for id, address in {**told, **scene.recorded}.items():
            if isinstance(id, str):
                self.placed[id] = address
        return scene

    @contextmanager
    def _step(self) -> Iterator[None]:
        """Something happens, and then everything is looked at."""
        self.is_broken = True
        yield
        self._check()
        self.is_broken = False

    def _check(self) -> None:
        self.scene = self._look()
        check_scene(self.scene, self.lost)
        check_bytes(self.tool.bytes())
        self._renew()
        check_outbox(self.service.outbox(), self._all_identities())

    def _all_identities(self) -> list[str]:
        return [f"k{n:03}" for n in range(1, self.wishes.born + 1)]

    def _renew(self) -> None:
        """Who was sent under another name, and only then comes up under this one, is another campaign."""
        pending = {identity(r) for s in self.scene.objects.pending.values() for r in s["recipients"]}
        for name in self.wishes.campaigns:
            mine = self.wishes.identities[name]
            sent = [
                id
                for id, each in self.scene.objects.schedules.items()
                if each["status"] != "pending" and is_of(each, mine)
            ]
            if sent and mine not in pending and not {self.placed.get(id) for id in sent} & self._ours(name):
                self.wishes.begin_anew(name)

    def _ours(self, name: str) -> set[Address | None]:
        """The addresses under which the campaign of that name is or will be recorded."""
        old = self.wishes.campaigns[name].moved_from
        return {campaign_address(name)} | ({campaign_address(old)} if old else set())

    @initialize(
        beliefs=st.sampled_from(BELIEFS),
        templates=st.lists(picks, min_size=1, max_size=2),
        people=picks,
        behind=st.sampled_from([0, 0, 0, 50]),
        insists=st.booleans(),
    )
    def begin(self, beliefs: Json, templates: list[int], people: int, behind: int, insists: bool) -> None:
        """A shop with a template or two and a campaign, approved at once or not.

        In the end it `insists` on everything that was stopped, or not.
        """
        self.beliefs, self.insists, self.tool.behind = beliefs, insists, behind
        self.service.control("PUT", "beliefs", beliefs)
        for name, pick in zip("tu", templates, strict=False):
            self.wishes.set_template(template(name, pick))
        self.wishes.add_campaign("c", "t", self.service.now + LEADS[people % 8], people)
        self._apply(self._choices(bold=True), Conditions())
        if people % 4:
            self._decide(self._waiting(), approved=True)
            self._apply(self._choices(bold=True), Conditions())
        if people % 3:
            self.wait(YOUNG)

    def edit(self, what: str, which: int, pick: int) -> None:
        """The definitions are edited; nothing else has changed by that."""
        kind, _, verb = what.partition(".")
        if kind == "template":
            self._edit_template(verb, picked(sorted(self.wishes.templates), which), pick)
        if kind == "campaign":
            self._edit_campaign(verb, self._campaign(which), which, pick)

    def _campaign(self, which: int) -> str | None:
        """A campaign that is scheduled; now and then, or where there is none, any that is ahead, or any."""
        names = sorted(self.wishes.campaigns)
        ahead = [name for name in names if self.wishes.campaigns[name].send_time > self.service.now]
        return picked((which < 4 and self._scheduled()) or (which < 5 and ahead) or names, which)

    def _scheduled(self) -> list[str]:
        """The campaigns that are recorded as scheduled, and are."""
        pending = self.scene.objects.pending.items()
        there = {identity(r) for id, each in pending if id in self.scene.recorded for r in each["recipients"]}
        return [name for name in sorted(self.wishes.campaigns) if self.wishes.identities[name] in there]

    def _edit_template(self, verb: str, old: str | None, pick: int) -> None:
        """A template comes, goes with the campaigns that name it, is renamed, or gets another field."""
        new = "tuvwx"[pick % 5]
        if verb == "add":
            if new not in self.wishes.templates:
                self.wishes.set_template(template(new, pick))
        elif old is None:
            return
        elif verb == "remove":
            self._leave(self.wishes.users(old))
            self.wishes.remove_template(old)
        elif verb in ("rename", "move"):
            if new not in self.wishes.templates:
                self.wishes.rename_template(old, new, moved=verb == "move")
        else:
            self.wishes.set_template(edited(self.wishes.templates[old], verb, pick))

    def _edit_campaign(self, verb: str, old: str | None, which: int, pick: int) -> None:
        """A campaign comes, perhaps again; is called off; renamed; or one of its fields is edited."""
        used = picked(sorted(self.wishes.templates), which)
        if verb == "add":
            name, other = (*"cde", "")[pick % 4], f"f{self.wishes.born + 1}"
            name = other if not name or name in self.wishes.campaigns or self._is_moving(name) else name
            if used:
                self.wishes.add_campaign(name, used, self.service.now + LEADS[pick % 8], pick)
        elif old is None:
            return
        elif verb == "remove":
            self._leave([old])
            del self.wishes.campaigns[old]
        elif verb in ("rename", "move"):
            self._rename_campaign(old, moved=verb == "move")
        elif verb == "people":
            self.wishes.edit_people(old, pick)
        elif verb == "form":
            self.wishes.edit_form(old, pick)
        else:
            fields: Mapping[str, Any] = {
                "time": {"send_time": self.service.now + LEADS[pick % 8]},
                "template": {"template": picked(sorted(self.wishes.templates), pick)},
                "sign_id": {"sign_id": (None, 1)[pick % 2]},
                "tag": {"tag": (None, "spring")[pick % 2]},
            }[verb]
            self.wishes.campaigns[old] = replace(self.wishes.campaigns[old], **fields)

    def _is_moving(self, name: str) -> bool:
        """Whether a campaign is about to leave that name: another one there would keep it from moving."""
        leaving = {each.moved_from for each in self.wishes.campaigns.values()}
        return name in leaving and campaign_address(name) in self.scene.state.resources

    def _rename_campaign(self, old: str, *, moved: bool) -> None:
        """Only what is recorded can move; else the name alone is another one."""
        known = moved and campaign_address(old) in self.scene.state.resources
        if not known:
            self._stop_counting([old])
            self.cancelled.discard(self.wishes.identities[old])
        self.wishes.born += 1
        self.wishes.rename_campaign(old, f"{old[0]}{self.wishes.born}", moved=known)

    def _leave(self, names: Sequence[str]) -> None:
        """What goes before its rename was recorded was never known, nor stopped, by its new name."""
        self._stop_counting(names)
        for name in names:
            is_known = campaign_address(name) in self.scene.state.resources
            if self.wishes.campaigns[name].moved_from and not is_known:
                self.cancelled.discard(self.wishes.identities[name])

    def _stop_counting(self, names: Sequence[str]) -> None:
        """Whoever takes a campaign out of the definitions ends what somebody else stopped."""
        self.stopped -= {self.wishes.identities[name] for name in names}

    def _waiting(self) -> list[int]:
        return [id for id, each in self.service.objects().templates.items() if each["status"] == 0]

    def _decide(self, ids: Sequence[int], *, approved: bool) -> None:
        for id in ids:
            self.service.decide(id, approved=approved)

    def wait(self, seconds: float) -> None:
        """Time passes, and what is due is sent."""
        with self._step():
            self.service.advance(seconds)

    def _hidden(self, name: str) -> dict[str, Json]:
        """The schedules of the campaign of which the state knows nothing, or nothing good, any more."""
        state, mine = self.scene.state, self.wishes.identities[name]
        told, _ = self.scene.strangers(id for id in self.scene.objects.schedules if id not in self.ever)
        records = (each for each in state.resources.values() if isinstance(each, CampaignRecord))
        known = {b.schedule_id for each in records for b in each.batches.values() if not b.gone} | told.keys()
        return {
            id: each
            for id, each in self.scene.objects.schedules.items()
            if id not in known and is_of(each, mine)
        }

    def _choices(
        self, *, bold: bool, supersede: bool = False, recreate: bool = False, overwrite: bool = False
    ) -> Choices:
        every = frozenset(self.wishes.addresses())
        # Who knows that more of it may be there than is recorded does not ask for it once more.
        lost = {campaign_address(n) for n in self.wishes.campaigns if self.is_lossy and self._hidden(n)}
        none = frozenset[Address]()
        late = {f"{RefusalCode.OUTSIDE_MARKETING_HOURS}={address}" for address in every}
        return Choices(
            BOLD | late if bold else frozenset(),
            every if supersede else none,
            every - lost if recreate else none,
            every if overwrite else none,
        )

    def _apply(self, choices: Choices, conditions: Conditions) -> Ended:
        self.is_broken = True
        self._renew()
        before, faults, cancelled = self.scene, self.service.faults(), set(self.cancelled)
        self.copies = [*self.copies[-5:], self.tool.document()]
        self.service.forget()
        ended = self.tool.apply(self.wishes.definitions(), choices, conditions)
        requests = self.service.requests()
        del requests[slice(*self.aside)]
        self.log, self.aside = tuple(requests), (0, 0)
        again = [name for name in self.wishes.campaigns if campaign_address(name) in choices.recreate]
        self._stop_counting(again)
        cancelled -= {self.wishes.identities[name] for name in again}
        self.cancelled -= {self.wishes.identities[name] for name in again}
        self._check()
        self.checkouts.append(self.wishes.copy())
        interfered = bool(faults) or not conditions.are_kind
        behind = timedelta(seconds=self.tool.behind)
        deed = Deed(before, self.scene, ended, self.log, interfered, cancelled, behind)
        check_deed(deed, self.wishes, self.stopped)
        if not interfered:
            self._converged(ended, choices)
        self.is_broken = False
        return ended

    def _converged(self, ended: Ended, choices: Choices) -> None:
        """After a success the next plan is empty but for what is held (promise 8)."""
        keep(PEACE, ended.in_peace, ended.error)
        plan = ended.plan
        if plan is None or plan.refusals or plan.is_invalid:
            return
        if any(outcome.result != "done" for outcome in ended.outcomes):
            return
        again = self._look_only(choices)
        keep(
            NOT_EMPTY,
            again is not None and again.is_empty and not again.refusals,
            again and (again.changes, again.refusals),
        )
        held = {entry.address for entry in plan.held}
        # What vanishes in the last minute may have been sent, by a clock that is a little ahead of ours.
        for name, campaign in self.wishes.campaigns.items():
            if campaign.address not in held and campaign.send_time > self.tool.now() + LATEST:
                self._check_scheduled(name)

    def _look_only(self, choices: Choices) -> Plan | None:
        """What a plan shows; it changes nothing."""
        before, written = self.scene.objects, self.tool.bytes()
        self.service.forget()
        plan = self.tool.plan(self.wishes.definitions(), choices).plan
        keep(PLAN_WRITES, all(each["method"] == "GET" for each in self.service.requests()))
        keep(PLAN_WRITES, (before, written) == (self.service.objects(), self.tool.bytes()))
        return plan

    def _check_scheduled(self, name: str) -> None:
        campaign = self.wishes.campaigns[name]
        record = self.scene.state.campaign(campaign.address)
        batches = record.batches.values() if record else ()
        shown = [self.scene.objects.schedules[b.schedule_id] for b in batches if not b.gone]
        there = {r["mobile"] for each in shown for r in each["recipients"]}
        refused = self.refused[name] = self.scene.refused(campaign.address, NUMBERS)
        wanted = {r.mobile.reveal() for r in campaign.recipients}
        times = {each["send_time"] for each in shown}
        keep(
            NOT_SCHEDULED,
            there | refused >= wanted and there <= wanted and times == {china_time(campaign.send_time)},
            (name, shown),
        )
