"""The life of a team with the tool: a state machine of everything that people, auditors and the wire do.

All draws are plain numbers that do not depend on what exists, so that an example can be played again.
"""

import shutil
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from doubts import Doubts
from draws import EVENTS, INTERVENTIONS, PEACEFUL, TROUBLED, WRITES, one_of, picked, picks
from fate import Fate
from hypothesis import strategies as st
from hypothesis.stateful import rule
from promises import (
    ENDLESS,
    LATEST,
    NOT_SERVED,
    RECEIVED,
    Broken,
    keep,
)
from service import Json
from team import OPTED_OUT, YOUNG
from tool import Conditions, Ended
from wishes import LEADS

from jsms_sync.kinds.template_settle import desired_text
from jsms_sync.model.decisions import HeldCode, RefusalCode
from jsms_sync.model.records import TemplateRecord
from jsms_sync.model.resources import Address, campaign_address, name_of

ROUNDS = 8
"""After so many applies in peace nothing may be left to do."""
DAY = timedelta(days=1).total_seconds()
PASSES = {HeldCode.UNREADABLE: YOUNG, HeldCode.UNKNOWN_OUTCOME: DAY}
"""What goes by itself after so many seconds."""
WAITING = frozenset({*PASSES, HeldCode.REJECTED, HeldCode.AWAITING_APPROVAL, HeldCode.UNDER_REVIEW})
"""What the end waits for."""


class Life(Doubts):
    """A life from its first day to the last, when everything has come to rest."""

    @rule(good=st.booleans(), pick=picks, how=one_of(PEACEFUL))
    def apply_in_peace(self, good: bool, pick: int, how: tuple[str, dict[str, Any]]) -> None:
        """An apply, perhaps on a good day."""
        self._apply_somehow(good, pick, *how)

    @rule(good=st.booleans(), pick=picks, how=one_of(TROUBLED))
    def apply_in_trouble(self, good: bool, pick: int, how: tuple[str, dict[str, Any]]) -> None:
        """An apply to which something happens, perhaps on a day that was good until then."""
        self._apply_somehow(good, pick, *how)

    @rule(what=one_of(EVENTS))
    def see_something_happen(self, what: tuple[str, dict[str, Any]]) -> None:
        """An edit, an audit, somebody in the console, time, a broken line."""
        name, drawn = what
        getattr(self, name)(**drawn)

    @rule(what=one_of(INTERVENTIONS))
    def intervene(self, what: tuple[str, dict[str, Any]]) -> None:
        """A person settles doubts, restores an old state, or stops a campaign."""
        name, drawn = what
        getattr(self, name)(**drawn)

    def _apply_somehow(self, good: bool, pick: int, how: str, drawn: dict[str, Any]) -> None:
        if good:
            self.have_a_good_day(pick)
        getattr(self, how)(**drawn)

    def apply_overriding(self, supersede: bool, recreate: bool, overwrite: bool) -> None:
        """An apply with overrides."""
        choices = self._choices(bold=True, supersede=supersede, recreate=recreate, overwrite=overwrite)
        self._apply(choices, Conditions())

    def apply(self, what: str, which: int, pick: int, bold: bool) -> None:
        """An edit and an apply, as on every day."""
        self.edit(what, which, pick)
        self._apply(self._choices(bold=bold), Conditions())

    def apply_on_a_broken_line(self, what: str, which: int, pick: int, fault: Json, threads: int) -> None:
        """The line breaks in the middle of an apply."""
        self.edit(what, which, pick)
        likely = {"method": WRITES[what], "path": "/v1"}
        self.service.break_down({**fault, **likely} if pick % 4 else fault)
        self._apply(self._choices(bold=True), Conditions(parallelism=min(threads, self.threads)))
        self.service.recover()

    def apply_and_die(self, what: str, which: int, pick: int, moment: Any, number: int, threads: int) -> None:
        """An apply is killed."""
        self.edit(what, which, pick)
        self._apply(
            self._choices(bold=True), Conditions(Fate(moment, number), parallelism=min(threads, self.threads))
        )

    def apply_on_a_full_disk(self, what: str, which: int, pick: int, first: int, count: int) -> None:
        """For a while an apply finds no room for what it has to record."""
        self.edit(what, which, pick)
        self._apply(self._choices(bold=True), Conditions(Fate(full=range(first, first + count))))

    def apply_slowly(
        self, what: str, which: int, pick: int, seconds: int, near: int | None, overwrite: bool
    ) -> None:
        """Time passes with every request and every pause, perhaps when a campaign's time is near."""
        if near:
            self.wait_for_a_campaign(which, near)
        self.edit(what, which, pick)
        self._apply(self._choices(bold=True, overwrite=overwrite), Conditions(seconds=seconds))

    def apply_at_a_lagging_service(self) -> None:
        """What was submitted just now is not known everywhere yet."""
        for id in self._young():
            lag = {"fault": "status", "status": 403, "code": 50013, "method": "GET"}
            self.service.break_down({**lag, "path": f"/v1/templates/{id}"})
        self._apply(self._choices(bold=True), Conditions())
        self.service.recover()

    def _young(self) -> list[int]:
        records = (each for each in self.scene.state.resources.values() if isinstance(each, TemplateRecord))
        born = {id: each.created_at for record in records for id, each in record.revisions.items()}
        # Where a DELETE was announced, a 50013 says that it acted.
        doubted = self._announced()
        return [
            id
            for id, at in born.items()
            if self.service.now - at < timedelta(minutes=9) and id not in doubted
        ]

    def repeat_a_campaign(self, which: int, pick: int) -> None:
        """A campaign is called off, and later comes again under its name."""
        if name := picked(sorted(self.wishes.campaigns), which):
            self._edit_campaign("remove", name, which, pick)
            self._apply(self._choices(bold=True), Conditions())
            used = picked(sorted(self.wishes.templates), which)
            if used and not self._is_moving(name):
                self.wishes.add_campaign(name, used, self.service.now + LEADS[pick % 8], pick)
            self._apply(self._choices(bold=True), Conditions())

    def teardown(self) -> None:
        """Faults stop, people do what the tool asks them for: a few applies empty the plan."""
        try:
            if not self.is_broken:
                self._make_good()
        finally:
            shutil.rmtree(self.folder)

    def _make_good(self) -> None:
        self.service.recover()
        self.tool.behind = 0
        for _ in range(ROUNDS):
            with self._step():
                self._resolve(Conditions())
                self._settle()
                self._decide(self._waiting(), approved=True)
            choices = self._choices(bold=True, recreate=self.insists, overwrite=self.insists)
            ended = self._apply(choices, Conditions())
            if self._is_done(ended):
                break
            self._obey(ended)
        else:
            raise Broken(ENDLESS, _told(ended))
        scheduled = self._check_wishes(ended)
        with self._step():
            self.service.advance(40 * DAY)
        outbox = self.service.outbox()
        for name in scheduled:
            self._check_received(name, outbox)

    def _is_done(self, ended: Ended) -> bool:
        plan = ended.plan
        if plan is None or plan.refusals or {each.address for each in plan.changes} - _opted_out(ended):
            return False
        # Nobody can tell a state that forgot it of a campaign that was sent: it stays held.
        lost = {campaign_address(n) for n in self.wishes.campaigns if self.is_lossy and self._hidden(n)}
        return not WAITING & {held.code for held in plan.held if held.address not in lost}

    def _obey(self, ended: Ended) -> None:
        """What a person does about what is held or refused."""
        plan = ended.plan
        assert plan is not None, ended.error
        for held in plan.held:
            name = name_of(held.address)
            if held.code is HeldCode.REJECTED:
                old = self.wishes.templates[name]
                self.wishes.set_template(replace(old, remark=f"{old.remark or ''}!"))
            if held.code in PASSES:
                with self._step():
                    # What a clock that was ahead has recorded is young for so much longer.
                    self.service.advance(PASSES[held.code] + self.ahead)
        for refusal in plan.refusals:
            assert refusal.code in (RefusalCode.PROTECTED, RefusalCode.TEMPLATE_IN_USE), refusal
            assert refusal.address is not None
            self.wishes.set_template(replace(self._last(refusal.address), protect=False, moved_from=None))

    def _last(self, address: Address) -> Any:
        return self.wishes.last[address]

    def _check_wishes(self, ended: Ended) -> list[str]:
        """Every template serves, and every campaign that is not held is scheduled as it is wanted: those."""
        state = self.scene.state
        for each in self.wishes.templates.values():
            record = state.template(each.address)
            serving = record.revisions.get(record.serving or 0) if record else None
            carries = serving is not None and serving.temp_id in self.scene.approved(each.address)
            same = serving is not None and desired_text(each) in (serving.sent, serving.echo)
            keep(NOT_SERVED, carries and same, (each, record))
        assert ended.plan is not None
        held = {entry.address for entry in ended.plan.held} | _opted_out(ended)
        campaigns = self.wishes.campaigns.items()
        going = [n for n, c in campaigns if c.address not in held and c.send_time > self.service.now + LATEST]
        for name in going:
            self._check_scheduled(name)
        return going

    def _check_received(self, name: str, outbox: Iterable[Json]) -> None:
        """Whoever was scheduled in the end has the message, but for those whom JSMS refused."""
        mine, campaign = self.wishes.identities[name], self.wishes.campaigns[name]
        reached = {each["mobile"] for each in outbox if mine in each["content"]}
        wanted = {recipient.mobile.reveal() for recipient in campaign.recipients}
        refused = self.refused[name]
        keep(RECEIVED, reached >= wanted - refused, (name, wanted - refused - reached))


def _opted_out(ended: Ended) -> set[Address]:
    """The campaigns whose one recipient JSMS refuses: each apply says so, until somebody takes it out."""
    return {each.address for each in ended.outcomes if each.trouble and each.trouble.number == OPTED_OUT}


def _told(ended: Ended) -> object:
    plan = ended.plan
    return ended.error if plan is None else (plan.changes, plan.held, plan.refusals, ended.outcomes)
