"""What happens outside: audits, time, broken lines, and people who click in the console."""

from datetime import timedelta

from draws import picked
from promises import (
    identity,
)
from service import Json
from team import Team
from wishes import template

from jsms_sync.model.wire import china_time, from_china_time

SKEW = 60
"""By more seconds than these no clock may be off where campaigns are placed or changed (promise 3)."""


class World(Team):
    """A team in a world that does what it likes."""

    def audit(self, which: int, every: bool, approved: bool) -> None:
        """One audit ends, or all do."""
        with self._step():
            waiting = self._waiting()
            found = picked(waiting, which)
            self._decide(waiting if every else [found] if found else [], approved=approved)

    def meddle(self, which: int, what: str, pick: int) -> None:
        """Somebody deletes or edits something in the console."""
        with self._step():
            match what:
                case "delete-template":
                    self._delete_template(which)
                case "rewrite-template":
                    self._rewrite_template(which, pick)
                case "delete-schedule":
                    self._delete_schedule(which)
                case _:
                    self._change_schedule(which, what)

    def _delete_template(self, which: int) -> None:
        if id := picked(sorted(self.scene.objects.templates), which):
            self.service.raw("DELETE", f"templates/{id}")

    def _rewrite_template(self, which: int, pick: int) -> None:
        """Only a rejected one can be; one that is in doubt could not be told by its text any more."""
        shown = self.scene.objects.templates
        rejected = [id for id in shown if shown[id]["status"] == 2 and id in self.scene.recorded]
        if id := picked(rejected, which):
            other = template("x", pick)
            body = {"template": other.content, "type": other.type, "ttl": other.ttl}
            self.service.raw("PUT", f"templates/{id}", body)

    def _delete_schedule(self, which: int) -> None:
        id = picked(list(self.scene.objects.pending), which)
        if id is None:
            return
        meant = {identity(r) for r in self.scene.objects.schedules[id]["recipients"]}
        self.service.raw("DELETE", f"schedule/{id}")
        left = self.service.objects().pending
        alive = {identity(r) for each in left.values() for r in each["recipients"]}
        if id in self.scene.recorded and id not in self._announced():
            self.stopped |= (meant - alive) & self._named(id)

    def _announced(self) -> set[int | str | None]:
        return {intent.remote_id for intent in self.scene.state.intents}

    def _named(self, id: str) -> set[str]:
        """The identity of the campaign that this schedule is recorded for, while it is defined."""
        address = self.scene.recorded[id]
        return {
            self.wishes.identities[name]
            for name in self.wishes.campaigns
            if address in self._ours(name) and self.scene.state.campaign(address)
        }

    def _change_schedule(self, which: int, how: str) -> None:
        pending = [id for id in self.scene.objects.pending if id in self.scene.recorded]
        if id := picked(pending, which):
            shown = self.scene.objects.schedules[id]
            if shown["recipients"]:
                self._change_outside(id, shown, how)

    def _change_outside(self, id: str, shown: Json, how: str) -> None:
        people = [{"mobile": r["mobile"], "temp_para": dict(r["temp_para"])} for r in shown["recipients"]]
        if how == "fewer" and len(people) > 1:
            people = people[1:]
        if how == "params":
            people[0]["temp_para"]["m"] = "w"
        # What is moved by more may come due long after the tool believes it sent: nobody can help that.
        at = from_china_time(shown["send_time"]) + timedelta(minutes=2 * (how == "later"))
        # Where nobody can see that it was sent then, it looks as if somebody had deleted it.
        if how == "sooner" and self.beliefs.get("sent_is_readable", True):
            at = min(at, self.service.now + timedelta(minutes=3))
        body = {"send_time": china_time(at), "temp_id": shown["temp_id"]}
        if shown["kind"] == "single":
            self.service.raw("PUT", f"schedule/{id}", {**body, **people[0]})
        else:
            self.service.raw("PUT", f"schedule/batch/{id}", {**body, "recipients": people})

    def let_time_pass(self, which: int, seconds: int, distance: int, near: bool) -> None:
        """Time passes, perhaps until a campaign's time is near, or has just passed."""
        if near:
            self.wait_for_a_campaign(which, distance)
        else:
            self.wait(seconds)

    def wait_for_a_campaign(self, which: int, seconds: int) -> None:
        """The time of a campaign comes near, or has just passed."""
        if name := self._campaign(which):
            left = self.wishes.campaigns[name].send_time - self.service.now
            self.wait(max(left.total_seconds() + seconds, 0))

    def break_down(self, faults: list[Json], behind: int | None) -> None:
        """The line will break from now on, or is whole again; our clock is set, perhaps wrongly."""
        if behind is not None:
            self.tool.behind = behind
            self.ahead = max(self.ahead, -behind)
            self.is_lossy |= abs(behind) > SKEW
        self.service.recover()
        for fault in faults:
            self.service.break_down(fault)
