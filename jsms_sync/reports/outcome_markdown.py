"""What an apply came to, as Markdown for a pull request or a step summary."""

from collections.abc import Iterator, Mapping
from typing import Any

from jsms_sync.reports.codes import refused_line
from jsms_sync.reports.fitting import Entry, fitted
from jsms_sync.reports.markdown import code, prose
from jsms_sync.reports.outcome_text import PAST, SIGNS, TITLES, outcome_summary
from jsms_sync.reports.plan_markdown import LIMIT, held_lines, refusal_lines

Document = Mapping[str, Any]

MARKER = "<!-- jsms-sync apply -->"
RESERVED = 2_000
FOLDED = ("done", "held")


def outcome_markdown(document: Document) -> str:
    """The summary, then what went wrong, then what was done; at most `LIMIT` characters."""
    shown = fitted(list(_entries(document)), LIMIT - RESERVED)
    summary = outcome_summary(document).splitlines()[0].removeprefix("Apply: ")
    blocks = [MARKER, f"### jsms-sync apply\n\n**{prose(summary)}**"]
    for section, title in TITLES.items():
        if told := shown.sections.get(section):
            blocks.append(_section(title, told, folded=section in FOLDED))
    return "\n\n".join([*blocks, *shown.lacking]) + "\n"


def _section(title: str, told: list[str], *, folded: bool) -> str:
    lines = "\n".join(told)
    if not folded:
        return f"**{title}**\n\n{lines}"
    return f"<details>\n<summary><b>{title}</b> ({len(told)})</summary>\n\n{lines}\n\n</details>"


def _entries(document: Document) -> Iterator[Entry]:
    for refusal in document["refusals"]:
        yield _entry("refusals", "refused", *refusal_lines(refusal))
    for outcome in document["outcomes"]:
        yield _entry(outcome["result"], outcome["result"], *_lines(outcome))
    for held in document["held"]:
        yield _entry("held", "held", *held_lines(held))


def _entry(section: str, what: str, line: str, *details: str) -> Entry:
    whole = "\n".join([line, *(f"  - {detail}" for detail in details)])
    return Entry(section, list(TITLES).index(section), what, whole, line)


def _lines(outcome: Document) -> Iterator[str]:
    result, action = outcome["result"], outcome["action"]
    word = PAST[action] if result == "done" else f"{action} {result}"
    known = f" ({code(outcome['remote_id'])})" if outcome.get("remote_id") is not None else ""
    yield f"- {SIGNS[result]} {code(outcome['address'])}: {word}{known}"
    if error := outcome.get("error"):
        yield prose(error["message"])
    yield from (prose(refused_line(each)) for each in outcome.get("refused", ()))
