"""docs/rules.md, made from the code: every problem with its reason, an example, its cure and its source."""

from collections.abc import Iterator

from jsms_sync.definitions.codes import CODES
from jsms_sync.definitions.why import Frame, Why, reasons
from jsms_sync.reports.explanation_text import example_lines
from jsms_sync.reports.explanations import Explanation, explanations

INTRODUCTION = """\
# Rules

What `jsms-sync validate` can find, and `plan` and `apply` before they do anything. An error stops, a warning
is told. `jsms-sync explain CODE` shows one of them in the terminal. This page is made from the code
(`make docs`).

JSMS's own documents name codes, and few words. Where this page says so, a limit or a list of words is this
tool's, drawn from what other platforms in front of the same carriers refuse; the auditor has the last word.
"""


def rules_page() -> str:
    """The whole page as Markdown."""
    by_code = {one.code: one for part in explanations().values() for one in part if one.family == "problem"}
    blocks = [INTRODUCTION]
    for title, part in reasons().items():
        blocks.append(f"## {title}\n")
        blocks += [_entry(by_code[code], why) for code, why in part.items()]
    return "\n".join(blocks)


def _entry(one: Explanation, why: Why) -> str:
    return "\n".join([f"### `{one.code}`", "", *_lines(one, why), ""])


def _lines(one: Explanation, why: Why) -> Iterator[str]:
    yield f"{CODES[one.code].severity.value.capitalize()}. {one.means}"
    yield ""
    if why.frame is Frame.WORDS:
        yield f"Instead of {why.bad}: {why.good}."
    else:
        language = "csv" if why.frame is Frame.SHEET else "yaml"
        yield from (f"```{language}", *example_lines(why.bad), "```", "", "Write instead:", "")
        yield from (f"```{language}", *example_lines(why.good), "```")
    yield ""
    yield f"**Fix.** {one.next} **Source.** {one.source}."
