"""What an apply came to as one HTML page: each outcome, what to do next, and the plan as it was."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from jsms_sync.reports.codes import refused_line
from jsms_sync.reports.outcome_text import PAST, SIGNS, TITLES, outcome_summary, what_next
from jsms_sync.reports.page import listed, page, section, shown
from jsms_sync.reports.plan_html import STYLE, plan_sections, refused_sections, summary_section

Document = Mapping[str, Any]

ROLES = {"unknown": "refused", "failed": "refused", "skipped": "held", "done": ""}
"""The sections of outcomes, what a person has to see first, and how each is marked at its side."""
CHAPTER = ".chapter { margin: 2rem 0 1rem; font-size: 1.25rem; }\n"


def outcome_html(document: Document, plan: Document | None = None) -> str:
    """The whole page; whatever it holds is shown, and nothing of it is obeyed.

    Without a plan the apply could not even start.
    """
    told = [_summary(document, plan), *refused_sections(document), *_outcomes(document["outcomes"])]
    if plan is not None:
        told += ['<h2 class="chapter">As it was planned</h2>', summary_section(plan), *plan_sections(plan)]
    return page("Apply", "\n".join(told), STYLE + CHAPTER)


def _summary(document: Document, plan: Document | None) -> str:
    counts, *doubts = outcome_summary(document).splitlines()
    lines = [f"<p><strong>{_ours(line)}</strong></p>" for line in (*doubts, *what_next(document))]
    if plan is not None and plan["account"] is not None:
        lines.append(f'<p class="soft">Digest of the plan {shown(plan["digest"])}</p>')
    return section(shown(counts.removeprefix("Apply: ").removesuffix(".")), lines)


def _ours(line: str) -> str:
    """A line without words of others: what stands between backticks in it is a command."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", shown(line))


def _outcomes(outcomes: Iterable[Document]) -> Iterator[str]:
    found: dict[str, list[str]] = {result: [] for result in ROLES}
    for outcome in outcomes:
        found[outcome["result"]].append(_outcome(outcome))
    for result, role in ROLES.items():
        if items := found[result]:
            yield section(_ours(TITLES[result]), [listed(items)], role)


def _outcome(outcome: Document) -> str:
    """One item: what was done, or why it was not, and below it whom JSMS refused."""
    result, action = outcome["result"], outcome["action"]
    word = PAST[action] if result == "done" else f"{action} {result}"
    known = f" ({shown(outcome['remote_id'])})" if outcome.get("remote_id") is not None else ""
    lines = [f"{SIGNS[result]} <code>{shown(outcome['address'])}</code>: {word}{known}"]
    lines += [shown(outcome["error"]["message"])] if outcome.get("error") else []
    return "<br>".join([*lines, *(shown(refused_line(each)) for each in outcome.get("refused", ()))])
