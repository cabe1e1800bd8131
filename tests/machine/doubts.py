"""What a team does about what it does not know, and about what must not happen: resolve, restore, cancel."""

from collections.abc import Sequence, Set

from fate import Fate, Moment
from promises import (
    ALONE,
    NO_STATE,
    PEACE,
    TRUTH,
    Scene,
    check_obeyed,
    check_stopped,
    is_of,
    keep,
)
from service import Json
from tool import Conditions, Ended
from wishes import Wishes
from world import World

from jsms_sync.errors import StateLocked
from jsms_sync.model.resources import Address, campaign_address
from jsms_sync.planning.history import by_address, unsettled


class Doubts(World):
    """A team that looks into the console, stops campaigns, and loses its state."""

    def _resolve(self, conditions: Conditions) -> None:
        """Each address in doubt: the ids that its intents made, and for the rest nothing."""
        self.scene = scene = self._look()
        objects = scene.objects
        existing = [id for id in (*objects.templates, *objects.schedules) if id not in self.ever]
        told, _ = scene.strangers(existing)
        for address in sorted({intent.address for intent in scene.doubts}):
            ids = [str(id) for id, where in told.items() if where == address]
            if not self.beliefs.get("sent_is_readable", True) and self._was_sent(ids):
                # It was sent and cannot be read: no answer is taken, and a day later that is presumed.
                continue
            if ids:
                ended = self.tool.resolve(address, ids, conditions)
                if not ended.in_peace:
                    self._excused(ended, conditions)
                    return
            if any(intent.creates for intent in self.tool.state().intents_of(address)):
                self.tool.resolve(address, [], conditions)

    def _was_sent(self, ids: Sequence[str]) -> bool:
        sent = self.scene.objects.schedules.keys() - self.scene.objects.pending.keys()
        return not sent.isdisjoint(ids)

    def _excused(self, ended: Ended, conditions: Conditions) -> None:
        whole = conditions.fate.is_kind and not self.service.faults()
        keep(TRUTH, not whole, ended.error)

    # After a restore

    def _settle(self) -> None:
        """Of each campaign that may be scheduled without being recorded: what the console shows of it."""
        for name, wanted in sorted(self.wishes.campaigns.items()):
            self.scene = self._look()
            state = self.scene.state
            if unsettled(state, by_address(state), wanted.address) and not any(
                intent.creates for intent in state.intents_of(wanted.address)
            ):
                self._settle_campaign(name, wanted.address)

    def _settle_campaign(self, name: str, address: Address) -> None:
        """Nobody says that nothing exists while something was sent: that campaign stays held."""
        hidden, definitions = self._hidden(name), self.wishes.definitions()
        # GET does not tell a schedule of one from a batch of one: a refused PUT does, and it is replaced.
        if hidden and self.tool.settle(definitions, address, list(hidden)).in_peace:
            return
        if all(each["status"] == "pending" for each in hidden.values()):
            for id in hidden:
                self.service.raw("DELETE", f"schedule/{id}")
            self._stop_counting([name])
            self.cancelled.discard(self.wishes.identities[name])
            self.tool.settle(definitions, address, [])

    def look_into_the_console(self, number: int | None, everything: bool) -> None:
        """A person says what is there, truthfully; the process may be killed."""
        with self._step():
            self._resolve(Conditions(Fate("file", number) if number else Fate()))
        existing = set(self.scene.objects.schedules) - self.scene.recorded.keys()
        with self._step():
            if everything and self.scene.state.restored is not None and not existing:
                self._settle_everything()
            elif not number:
                self.service.recover()
                self._settle()

    def _settle_everything(self) -> None:
        """Nothing is there that is not recorded, and that is said once for all."""
        self.stopped.clear()
        self.cancelled.clear()
        self.tool.settle(self.wishes.definitions(), None, [])

    def restore_a_copy(self, which: int, loss: str) -> None:
        """The state is lost, or somebody believes so: an old copy becomes the state."""
        copy = self.copies[which % len(self.copies)]
        with self._step():
            before = self.scene.recorded
            if loss != "none":
                self._lose(with_journal=loss == "all")
            keep(PEACE, self.tool.restore(copy).in_peace)
            self._forget(before.keys())

    def _lose(self, *, with_journal: bool) -> None:
        """Without a state nothing is done at all (promise 5)."""
        self.tool.lose(with_journal=with_journal)
        self.service.forget()
        ended = self.tool.apply(self.wishes.definitions(), self._choices(bold=True), Conditions())
        keep(NO_STATE, ended.error is not None and not self.service.requests(), ended.error)

    def _forget(self, recorded: Set[int | str]) -> None:
        """What the copy does not know is lost, until somebody finds it in the console."""
        self.is_lossy = True
        self.stopped.clear()
        self.cancelled.clear()
        self.ever -= recorded
        scene = self._look()
        objects = scene.objects
        existing = (id for id in (*objects.templates, *objects.schedules) if id not in scene.recorded)
        self.lost |= scene.strangers(existing)[1]
        self.ever |= self.lost

    def have_a_good_day(self, pick: int) -> None:
        """What is in doubt is settled, audits end well, and an apply in peace goes on from there."""
        self.service.recover()
        self.tool.behind = 0
        with self._step():
            self._resolve(Conditions())
            self._settle()
            self._decide(self._waiting(), approved=True)
        if not self._scheduled():
            self._edit_campaign("add", None, pick, 4 * pick + 3)
        self._apply(self._choices(bold=True), Conditions())

    # The emergency stop

    def _stoppable(self, name: str) -> set[Address]:
        """The names under which the campaign is, or will be, scheduled."""
        mine, objects = self.wishes.identities[name], self.scene.objects
        ids = (id for id, each in objects.pending.items() if is_of(each, mine))
        placed = {self.scene.recorded.get(id) or self.placed.get(id) for id in ids}
        return {campaign_address(name)} | {address for address in placed if address}

    def cancel(
        self, which: int, fate: Moment | None, number: int, fault: Json | None, ahead: int | None
    ) -> None:
        """A campaign is stopped; the line may be broken, and the process killed.

        Perhaps every campaign is, on another machine, whose clock is so many seconds `ahead`.
        """
        if fault:
            self.service.break_down({**fault, "method": "DELETE", "path": "/v1"})
        behind, self.tool.behind = self.tool.behind, -ahead if ahead else self.tool.behind
        conditions = Conditions(Fate(fate, number) if fate else Fate())
        with self._step():
            if ahead:
                self._cancel_all(conditions)
            elif name := self._campaign(which):
                self._cancel(name, conditions)
        self.tool.behind = behind

    def _cancel_all(self, conditions: Conditions) -> None:
        """Everything that is recorded or defined is stopped."""
        names = sorted(self.wishes.campaigns)
        ended = self.tool.cancel({campaign_address(name) for name in names}, conditions, every=True)
        if ended.in_peace:
            mine = {self.wishes.identities[name] for name in names}
            self.cancelled |= mine
            check_stopped(self._look(), ended, mine, self.lost)

    def _cancel(self, name: str, conditions: Conditions) -> None:
        addresses = self._stoppable(name)
        ended = self.tool.cancel(addresses, conditions)
        if ended.in_peace:
            self.cancelled.add(self.wishes.identities[name])
            check_stopped(self._look(), ended, {self.wishes.identities[name]}, self.lost)

    def apply_and_cancel(self, what: str, which: int, pick: int, moment: int, at_once: bool) -> None:
        """A campaign is stopped while an apply is running, which obeys the mark as soon as it stands."""
        self.edit(what, which, pick)
        name = self._campaign(which)
        if name is None:
            return
        self._renew()
        marked: list[tuple[Scene, int]] = []

        def meanwhile() -> None:
            sent = len(self.service.requests())
            if at_once:
                self._cancel(name, Conditions())
            else:
                self.tool.mark(self._stoppable(name))
            self.aside = sent, len(self.service.requests())
            marked.append((self._look(), sent))

        self._apply(self._choices(bold=True), Conditions(meanwhile=meanwhile, moment=moment))
        if marked:
            (scene, sent), mine = marked[0], self.wishes.identities[name]
            check_obeyed(scene, self.scene, self.log[sent:], {mine})
        with self._step():
            self._cancel(name, Conditions())

    def apply_in_two_clones(self, what: str, which: int, pick: int, moment: int) -> None:
        """While an apply is running, another checkout's is turned away (promise 6)."""
        self.edit(what, which, pick)
        self._renew()
        definitions = self.wishes.definitions()

        def meanwhile() -> None:
            sent = len(self.service.requests())
            ended = self.tool.apply(definitions, self._choices(bold=True), Conditions())
            keep(ALONE, isinstance(ended.error, StateLocked) and len(self.service.requests()) == sent)

        self._apply(self._choices(bold=True), Conditions(meanwhile=meanwhile, moment=moment))

    def apply_from_an_old_checkout(self, back: int, comes_back: bool) -> None:
        """Somebody applies definitions as they once were, and that is undone or not."""
        now = self.wishes
        self._check_out(self.checkouts[-1 - back % len(self.checkouts)])
        self._apply(self._choices(bold=True), Conditions())
        if comes_back:
            self._check_out(now)

    def _check_out(self, old: Wishes) -> None:
        """Names that mean another campaign there, or none, are not counted as stopped any more."""
        now, self.wishes = self.wishes, old.as_of(self.wishes)
        same = {
            now.identities[n] for n in now.campaigns if self.wishes.identities.get(n) == now.identities[n]
        }
        kept = {self.wishes.identities[n] for n in self.wishes.campaigns} & same
        self.stopped &= kept
        self.cancelled &= kept
