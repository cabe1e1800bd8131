"""How everything stands, as Markdown for a step summary or a comment."""

from collections.abc import Iterator, Mapping
from typing import Any

from jsms_sync.reports.fitting import Entry, fitted
from jsms_sync.reports.markdown import code, prose
from jsms_sync.reports.plan_markdown import LIMIT
from jsms_sync.reports.status_text import campaign_words, due_lines, template_words

Document = Mapping[str, Any]

MARKER = "<!-- jsms-sync status -->"
RESERVED = 1_000
TITLES = {"due": "Due, and not ready", "templates": "Templates", "campaigns": "Campaigns"}


def status_markdown(status: Document) -> str:
    """What is due first, then every address with its phase; at most `LIMIT` characters."""
    shown = fitted(list(_entries(status)), LIMIT - RESERVED)
    blocks = [MARKER, "### jsms-sync status"]
    for section, title in TITLES.items():
        if told := shown.sections.get(section):
            blocks.append(f"**{title}**\n\n" + "\n".join(told))
    if len(blocks) == 2:
        blocks.append("Nothing is defined or recorded.")
    return "\n\n".join([*blocks, *shown.lacking]) + "\n"


def _entries(status: Document) -> Iterator[Entry]:
    for line in due_lines(status["due"]) if "due" in status else ():
        told = f"- ✗ {prose(line)}"
        yield Entry("due", 0, "due", told, told)
    for rank, (section, words) in enumerate(
        (("templates", template_words), ("campaigns", campaign_words)), 1
    ):
        for entry in status[section]:
            line = f"- {code(entry['address'])}: **{prose(entry['phase'])}**"
            details = "".join(f"\n  - {prose(word)}" for word in words(entry))
            yield Entry(section, rank, section.removesuffix("s"), line + details, line)
