"""The picture in docs/templates.md is the decision table: every arrow of the one stands in the other."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import builders as b
import pytest

from jsms_sync.kinds.template import TemplateFacts, decide, retirements
from jsms_sync.model.decisions import Action, Decision
from jsms_sync.model.records import Intent, Record, TemplateRecord
from jsms_sync.model.resources import Template

PICTURE = Path(__file__).parents[2] / "docs" / "templates.md"
ARROW = re.compile(r"^    (\[\*\]|\w+) --> (\[\*\]|\w+): (.+)$", re.MULTILINE)
VERBS = {action.value for action in Action}
WANTED, OTHER = "Hi {{n}}", "Ho {{n}}"
STATUSES = ("auditing", "approved", "rejected")
END = "[*]"

Edge = tuple[str, frozenset[str], str]
"""From a state by what is decided to a state."""


@dataclass(frozen=True)
class Rev:
    """A revision: whether it has the wanted text, whether the wanted type, and how its audit stands."""

    content: str
    type: str
    status: str
    served: bool = False


@dataclass(frozen=True)
class Life:
    """Where a template stands."""

    revisions: tuple[Rev, ...]
    desired: bool = True
    remark: bool = False
    supersede: bool = False
    protect: bool = False
    doubtful: bool = False
    unreadable: bool = False

    @property
    def state(self) -> str:
        """Its name in the picture, told from the definition and the revisions alone."""
        if self.doubtful:
            return "doubtful"
        if self.unreadable:
            return "unreadable"
        if not self.desired:
            return "removed"
        carriers = {r.status for r in self.revisions if (r.content, r.type) == (WANTED, "notification")}
        for status, name in (("approved", "serving"), ("auditing", "auditing"), ("rejected", "rejected")):
            if status in carriers:
                return name
        if not self.revisions:
            return "absent"
        newest = self.revisions[-1]
        if newest.status == "rejected":
            return "refused" if newest.type == "notification" else "retyped"
        return {"auditing": "reviewed", "approved": "outdated"}[newest.status]

    @property
    def facts(self) -> TemplateFacts:
        """What the table is given."""
        revisions = [
            b.revision(10 + n, r.content, r.status, type=r.type, served=r.served, superseded="-1d")
            for n, r in enumerate(self.revisions)
        ]
        serving = next((10 + n for n, r in enumerate(self.revisions) if r.served), None)
        record = b.template_record(*revisions, serving=serving, protect=self.protect)
        seen = {
            10 + n: b.UNREADABLE
            if self.unreadable
            else b.seen_template(10 + n, b.text_of(r.content, r.type), r.status)
            for n, r in enumerate(self.revisions)
        }
        wanted = b.template(content=WANTED, remark="please" if self.remark else None, retire_after="+2d")
        return TemplateFacts(
            wanted.address,
            wanted if self.desired else None,
            _known(record) if self.revisions or not self.desired else None,
            seen,
            self._intents(wanted),
            b.NOON,
            supersede=self.supersede,
        )

    def _intents(self, wanted: Template) -> tuple[Intent, ...]:
        return (b.intent("POST", wanted.address, says=WANTED),) if self.doubtful else ()


def _known(record: Record) -> TemplateRecord:
    assert isinstance(record, TemplateRecord)
    return record


def each_revision() -> list[Rev]:
    """A revision of each text, type and status."""
    texts = product((WANTED, OTHER), ("notification", "marketing"), STATUSES)
    served = [Rev(content, "notification", "approved", served=True) for content in (WANTED, OTHER)]
    return [*(Rev(content, type, status) for content, type, status in texts), *served]


def lives() -> Iterator[Life]:
    """Up to two revisions in every standing, under every circumstance that the table asks for."""
    for count in range(3):
        for revisions in product(each_revision(), repeat=count):
            for flags in ("desired", "remark", "supersede", "protect", "doubtful", "unreadable", ""):
                if flags != "unreadable" or revisions:
                    yield _life(revisions, flags)


def _life(revisions: tuple[Rev, ...], flag: str) -> Life:
    if flag in ("desired", "protect"):
        return Life(revisions, desired=False, protect=flag == "protect")
    return Life(revisions, **({flag: True} if flag else {}))


def decided(life: Life) -> Decision:
    """What the table says, retirements included."""
    view = decide(life.facts)
    return view.decision + retirements(life.facts, view, frozenset())


def edges(life: Life) -> Iterator[Edge]:
    """The arrows that leave a life: what is done together, and each reason for which something is held."""
    decision = decided(life)
    verbs = frozenset(c.action.value for c in decision.changes if c.action is not Action.RECORD)
    if verbs:
        yield life.state, verbs, after(life, verbs)
    for code in [f"held {held.code}" for held in decision.held]:
        yield life.state, frozenset({code}), life.state
    for code in [f"refused {refusal.code}" for refusal in decision.refusals]:
        yield life.state, frozenset({code}), life.state


def after(life: Life, verbs: frozenset[str]) -> str:
    """Where the template stands once that was carried out."""
    if verbs & {"delete", "forget"}:
        return END
    return life.state if verbs == {"retire"} else "auditing"


def drawn() -> list[tuple[str, str, str]]:
    """Every arrow of the picture: from, label, to."""
    return [(a, label, to) for a, to, label in ARROW.findall(PICTURE.read_text(encoding="utf-8"))]


def decisions(label: str) -> frozenset[str]:
    """What of a label is a decision of the tool; nothing for what people do."""
    parts = frozenset(label.partition(",")[0].split(" and "))
    is_decision = all(part in VERBS or part.startswith(("held ", "refused ")) for part in parts)
    return parts if is_decision else frozenset()


def test_the_picture_shows_every_decision_and_no_other() -> None:
    """Whatever carries the text and whichever is the newest, what is decided is drawn, and the reverse."""
    shown = {(a, found, to) for a, label, to in drawn() if (found := decisions(label))}
    assert shown == {edge for life in lives() for edge in edges(life)}


EVENTS: dict[str, Callable[[Rev], Rev]] = {
    "approved": lambda r: replace(r, status="approved") if r.status == "auditing" else r,
    "declined": lambda r: replace(r, status="rejected") if r.status == "auditing" else r,
    "edited": lambda r: replace(r, content=OTHER),
    "edited back": lambda r: replace(r, content=WANTED, type="notification"),
    "retyped": lambda r: replace(r, type="marketing"),
}
"""What people do to a lone revision; an edit of the definition is told as if the revision had changed."""


@pytest.mark.parametrize(
    ("start", "label"), sorted({(a, label) for a, label, _ in drawn() if label in EVENTS})
)
def test_what_people_do_leads_where_the_picture_says(start: str, label: str) -> None:
    """An audit's end and an edit of the definition lead from the one state to the other."""
    lone = [rev for rev in each_revision() if Life((rev,)).state == start]
    ends = {Life((EVENTS[label](rev),)).state for rev in lone}
    assert ends == {to for a, said, to in drawn() if (a, said) == (start, label)}


def test_every_state_is_reached_and_left() -> None:
    """The picture has no dead ends, and nothing in it hangs in the air."""
    arrows = drawn()
    starts, ends = {a for a, _, _ in arrows} - {END}, {to for _, _, to in arrows} - {END}
    assert starts == ends == {life.state for life in lives()}
