"""Every row of the template's decision table (architecture §4), killed at every arrow, ends in an empty plan.

Each story brings a row about, starts the apply that the row calls for, and kills it while its request is on
the wire: once before JSMS has acted on it, once after. Then a person says the truth about what is in doubt,
audits end well; and each text was submitted once, and the one that is wanted serves.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from served import Served
from workspace import Workspace, ended, held

pytestmark = [pytest.mark.story, pytest.mark.no_cover]

ADDRESS = "template.order"
OLD, NEW = "订单{{n}}已发出。", "订单{{n}}已寄出。"
HANGS = 4000
"""Milliseconds for which JSMS leaves a request without an answer: long enough to be killed in."""
LATER = "2098-01-01 00:00:00"
CAMPAIGN = """\
campaigns:
  sale: {template: order, send_time: 2099-03-01 10:00:00, mobile: "19912345678", params: {n: "1"}}
"""
EMPTY = ("--allow", "empty-definitions")
SUPERSEDE = ("--supersede", ADDRESS)


@dataclass
class Shop:
    """A team at work, and what JSMS has seen of it."""

    workspace: Workspace
    sandbox: Served
    now: str | None = None
    log: list[dict[str, Any]] = field(default_factory=list)

    @property
    def ahead(self) -> Workspace:
        """The folder, at the time that the story has come to."""
        return self.workspace.having(JSMS_SYNC_NOW=self.now)

    def write(self, content: str | None, *, campaign: bool = False, **more: str) -> None:
        """Definitions of one template, or of none."""
        fields = {"type": "notification", "content": f"'{content}'", **more}
        order = f"  order: {{{', '.join(f'{name}: {value}' for name, value in fields.items())}}}\n"
        templates = f"templates:\n{order}" if content else "templates: {}\n"
        self.workspace.write(f"version: 1\n{templates}{CAMPAIGN if campaign else ''}")

    def submit(self, content: str, **more: Any) -> int:
        """A text that was applied and waits for its audit; its temp_id."""
        self.write(content, **more)
        self.ahead.apply("--new-state")
        return self.sandbox.texts()[content]

    def serve(self, content: str, **more: Any) -> int:
        """A text that was applied, approved and recorded as serving; its temp_id."""
        temp_id = self.submit(content, **more)
        self.sandbox.approve()
        self.ahead.apply()
        return temp_id

    def vanish(self, temp_id: int) -> None:
        """Somebody deletes it in the console."""
        assert self.sandbox.raw("DELETE", f"templates/{temp_id}") == 200

    def kill(self, row: "Row", *, acts: bool) -> None:
        """Kills an apply while its request is on the wire, before or after JSMS has acted on it."""
        self.keep_log()
        fault = "drop-after" if acts else "drop-before"
        self.sandbox.fault(fault, row.method, row.path, delay_ms=HANGS, skip=row.number - 1)
        command = ("apply", "--auto-approve", "--new-state", "--parallelism", "1", *row.arguments)
        with self.ahead.start(*command, measured=False) as process:
            while self._seen(row) < row.number:
                assert process.poll() is None, process.communicate()
                time.sleep(0.005)
            process.kill()
            assert ended(process).exit == -9

    def _seen(self, row: "Row") -> int:
        seen = self.sandbox.requests()
        return sum(each["method"] == row.method and each["path"].startswith(row.path) for each in seen)

    def keep_log(self) -> None:
        """Remembers the requests so far."""
        self.log += self.sandbox.requests()
        self.sandbox.forget()

    def tell_the_truth(self) -> None:
        """Resolves what is in doubt, after a look into the console."""
        state = self.workspace.state
        if not any(intent.creates for intent in state.intents):
            return
        assert held(self.ahead.apply(exit=8))[ADDRESS] == "unknown-outcome"
        record = state.resources.get(ADDRESS)
        unknown = self.sandbox.templates().keys() - getattr(record, "revisions", {}).keys()
        answer = ("--created", str(*unknown)) if unknown else ("--not-created",)
        assert self.ahead.run("resolve", ADDRESS, *answer).exit == 0

    def finish(self, *arguments: str) -> None:
        """Audits end well, and a few applies do the rest."""
        for _ in range(4):
            assert self.ahead.run("apply", "--auto-approve", *arguments).exit in (0, 1)
            self.sandbox.approve()
        plan = self.ahead.plan(*arguments, exit=0)
        assert (plan["changes"], plan["refusals"], plan["held"]) == ([], [], [])
        self.keep_log()

    @property
    def submissions(self) -> int:
        """How many new templates JSMS has ever taken."""
        return sum(
            (each["method"], each["path"], each["status"]) == ("POST", "/v1/templates", 200)
            for each in self.log
        )


@dataclass(frozen=True)
class Row:
    """One row: what brings it about, what the plan says, the request that is killed, what is left at last.

    `says` is an action that is planned, or the code by which the template is held; the request is
    the `number`th of that method there; `posts` counts the submissions of the whole story.
    """

    name: str
    given: Callable[[Shop], object]
    says: str
    method: str
    left: tuple[str, ...]
    posts: int = 1
    path: str = "/v1/templates"
    number: int = 1
    arguments: tuple[str, ...] = ()
    way_out: Callable[[Shop], object] = lambda shop: None


def rejected(shop: Shop) -> None:
    """The auditors have refused the text."""
    shop.sandbox.reject(shop.submit(OLD))


def edited_while_rejected(shop: Shop) -> None:
    """An edit of the text."""
    rejected(shop)
    shop.write(NEW)


def retyped_while_rejected(shop: Shop) -> None:
    """An edit of the type, for which JSMS documents no PUT."""
    rejected(shop)
    shop.write(NEW, type="marketing")


def explained_while_rejected(shop: Shop) -> None:
    """A note to the auditors, and no other text."""
    rejected(shop)
    explain(shop)


def explain(shop: Shop) -> None:
    """A note to the auditors."""
    shop.write(OLD, remark="商品出库后发送")


def edited_while_approved(shop: Shop) -> None:
    """Another text, while the old one serves."""
    shop.serve(OLD)
    shop.write(NEW)


def edited_while_auditing(shop: Shop) -> None:
    """Another text, while the first one is under review."""
    shop.submit(OLD)
    shop.write(NEW)


def superseded_in_part(shop: Shop) -> None:
    """Two texts under review: the answer to the second was lost before the first was taken out."""
    edited_while_auditing(shop)
    shop.sandbox.fault("drop-after", "POST", "/v1/templates")
    shop.ahead.apply(*SUPERSEDE, exit=8)
    shop.keep_log()
    shop.tell_the_truth()


def reverted(shop: Shop) -> None:
    """Back to the text that serves, while the new one is under review."""
    shop.serve(OLD)
    shop.submit(NEW)
    shop.write(OLD)


def succeeded(shop: Shop) -> None:
    """A new text serves, and the grace period of the old one has run."""
    shop.serve(OLD, retire_after="1d")
    shop.serve(NEW, retire_after="1d")
    shop.now = LATER


def approved_with_a_campaign(shop: Shop) -> None:
    """The new text is approved, and a campaign is still scheduled on the old one."""
    shop.serve(OLD, campaign=True)
    shop.sandbox.approve(shop.submit(NEW, campaign=True))


def vanished(shop: Shop) -> None:
    """Somebody has deleted the text, long enough ago to be believed."""
    shop.vanish(shop.serve(OLD))
    shop.now = LATER


def removed(shop: Shop) -> None:
    """The definition of two revisions is gone."""
    shop.serve(OLD)
    shop.submit(NEW)
    shop.write(None)


def removed_and_vanished(shop: Shop) -> None:
    """Nothing of it is left on either side."""
    vanished(shop)
    shop.write(None)


def wait(shop: Shop) -> None:
    """Ten minutes and more pass."""
    shop.now = LATER


ROWS = (
    Row("none: create", lambda shop: shop.write(OLD), "create", "POST", (OLD,)),
    Row("rejected, same type: modify", edited_while_rejected, "modify", "PUT", (NEW,)),
    Row("rejected, other type: replace", retyped_while_rejected, "replace", "POST", (NEW,), posts=2),
    Row("approved: replace", edited_while_approved, "replace", "POST", (OLD, NEW), posts=2),
    Row(
        "approved: its campaigns switch",
        approved_with_a_campaign,
        "modify",
        "PUT",
        (OLD, NEW),
        posts=2,
        path="/v1/schedule",
    ),
    Row("auditing: under-review", edited_while_auditing, "under-review", "GET", (NEW,), posts=2),
    Row(
        "auditing, --supersede: replace",
        edited_while_auditing,
        "replace",
        "POST",
        (NEW,),
        posts=2,
        arguments=SUPERSEDE,
    ),
    Row(
        "auditing, --supersede: retire",
        edited_while_auditing,
        "replace",
        "DELETE",
        (NEW,),
        posts=2,
        arguments=SUPERSEDE,
    ),
    Row(
        "carried, auditing, --supersede: the other is retired",
        superseded_in_part,
        "retire",
        "DELETE",
        (NEW,),
        posts=2,
        arguments=SUPERSEDE,
    ),
    Row("carried, auditing: held", lambda shop: shop.submit(OLD), "awaiting-approval", "GET", (OLD,)),
    Row("carried, rejected, remark differs: modify", explained_while_rejected, "modify", "PUT", (OLD,)),
    Row("carried, rejected: held", rejected, "rejected", "GET", (OLD,), way_out=explain),
    Row("carried, approved: who never served is retired", reverted, "retire", "DELETE", (OLD,), posts=2),
    Row("carried, approved: who served is retired later", succeeded, "retire", "DELETE", (NEW,), posts=2),
    Row("50013: create again", vanished, "create", "POST", (OLD,), posts=2),
    Row(
        "50013, young: unreadable",
        lambda shop: shop.vanish(shop.serve(OLD)),
        "unreadable",
        "GET",
        (OLD,),
        posts=2,
        way_out=wait,
    ),
    Row("definition gone: delete", removed, "delete", "DELETE", (), posts=2, arguments=EMPTY),
    Row(
        "definition gone: delete all",
        removed,
        "delete",
        "DELETE",
        (),
        posts=2,
        number=2,
        arguments=EMPTY,
    ),
    Row("definition and remote gone: forget", removed_and_vanished, "forget", "GET", (), arguments=EMPTY),
)

KILLS = [(row, acts) for row in ROWS for acts in ((False, True) if row.method != "GET" else (False,))]


@pytest.mark.parametrize(
    ("row", "acts"), KILLS, ids=[f"{row.name} ({'after' if acts else 'before'})" for row, acts in KILLS]
)
def test_a_kill_at_any_arrow_ends_in_an_empty_plan(
    workspace: Workspace, sandbox: Served, row: Row, acts: bool
) -> None:
    """No text is submitted twice, none is lost, and the one that is wanted serves."""
    shop = Shop(workspace, sandbox)
    row.given(shop)
    plan = shop.ahead.plan(*row.arguments, exit=(0, 1, 2))
    assert row.says in {*held(plan).values(), *(change["action"] for change in plan["changes"])}
    shop.kill(row, acts=acts)
    shop.tell_the_truth()
    row.way_out(shop)
    shop.finish(*row.arguments)
    assert sandbox.texts().keys() == set(row.left)
    assert shop.submissions == row.posts
    assert workspace.state.intents == ()
    serving = workspace.outputs.get("order")
    wanted = row.left[-1] if row.left else None
    assert serving == sandbox.texts().get(wanted or "")
    assert {each["temp_id"] for each in sandbox.schedules().values()} <= {serving}
