"""How an apply tells of itself: as text for people, as one JSON document, or as a stream of events."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from jsms_sync.cli.options import Common
from jsms_sync.cli.terminal import hint, paint, say, say_json
from jsms_sync.cli.views import Views, as_json, write_reports
from jsms_sync.errors import Exit, fold
from jsms_sync.model.decisions import Refusal
from jsms_sync.model.outcomes import Outcome
from jsms_sync.planning.document import Json, plan_document
from jsms_sync.planning.plan import Plan
from jsms_sync.reports.outcome_json import apply_document, outcome_document
from jsms_sync.reports.outcome_markdown import outcome_markdown
from jsms_sync.reports.outcome_text import outcome_line, outcome_summary, outcomes_text, what_next
from jsms_sync.reports.paint import Paint
from jsms_sync.reports.plan_text import plan_text, refusals_text


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells in the chosen format; whether stdout is a terminal is asked once, not for each outcome."""

    common: Common
    format: str
    colours: Paint = field(default_factory=paint)

    def plan(self, plan: Plan, *, asking: bool) -> None:
        """What is about to happen, for people only; who is to be asked sees it in every format."""
        if self.format == "text":
            say(plan_text(plan_document(plan), self.colours))
        elif asking:
            hint(self.common, plan_text(plan_document(plan)))

    def outcome(self, outcome: Outcome) -> None:
        """One outcome, as it comes."""
        document = outcome_document(outcome)
        if self.format == "text":
            say(outcome_line(document, self.colours) + "\n")
        elif self.format == "jsonl":
            say_json({"event": "outcome", **document}, indent=None)

    def ended(self, plan: Plan, outcomes: Sequence[Outcome], exits: Iterable[Exit]) -> Exit:
        """How it ended, and the exit code."""
        document = apply_document(plan.origin.id, outcomes, plan.held, plan.refusals)
        self._ended(document, quiet=bool(plan.refusals or plan.is_invalid))
        return fold({*exits, self._reported(document, plan_document(plan))})

    def refused(self, refusals: tuple[Refusal, ...]) -> Exit:
        """That it could not even start."""
        document = apply_document(None, (), (), refusals)
        if self.format == "text":
            say(refusals_text(document["refusals"], self.colours))
        self._ended(document, quiet=True)
        return fold({Exit.REFUSED, self._reported(document, None)})

    def _reported(self, document: Json, plan: Json | None) -> Exit:
        """Every report that was asked for is written; text and page show what was planned as well."""
        views: Views = {
            "text": lambda paint: _planned(document, plan) + outcomes_text(document, paint),
            "json": lambda _: as_json(document),
            "markdown": lambda _: outcome_markdown(document),
            "html": lambda _: _html(document, plan),
        }
        return write_reports(self.common, views)

    def _ended(self, document: dict[str, object], *, quiet: bool) -> None:
        if self.format == "json":
            say_json(document)
        elif self.format == "jsonl":
            say_json({"event": "summary", **document}, indent=None)
        elif not quiet:
            say(outcome_summary(document, self.colours))
            hint(self.common, *what_next(document))


def _planned(document: Json, plan: Json | None) -> str:
    return plan_text(plan) if plan is not None else refusals_text(document["refusals"])


def _html(document: Json, plan: Json | None) -> str:
    from jsms_sync.reports.outcome_html import outcome_html

    return outcome_html(document, plan)
