"""A plan as Markdown for a pull request: read on a phone, by somebody who knows nothing of JSMS."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from jsms_sync.model.resources import Address, kind_of
from jsms_sync.planning.future import SUBMITS
from jsms_sync.reports.apply_command import apply_command
from jsms_sync.reports.fitting import Entry, Fitted, fitted
from jsms_sync.reports.markdown import block, code, prose
from jsms_sync.reports.marked import Segments, compared, is_partial
from jsms_sync.reports.plan_fields import ENDS, TAKEN_AWAY, clipped
from jsms_sync.reports.plan_text import (
    SIGNS,
    batches,
    cost_lines,
    cost_of,
    message_words,
    reason_words,
    summary_words,
)
from jsms_sync.reports.words import china_minute, visible

Document = Mapping[str, Any]

LIMIT = 60_000
"""The most characters of all; GitHub takes 65,536 in a comment, and who posts it may add some."""
MARKER = "<!-- jsms-sync plan{} -->"
"""The first line, by which a comment is found again and updated in place."""
RESERVED = 8_000
"""Room for what is always told: the head, the titles, what is left out, the digest, the command."""
LONGEST = 200
"""The most characters of an address, a code or a name of a file in the one line of an entry."""
OPEN = 5
"""So many entries of a kind are shown without a tap."""
REFUSED, ERRORS, WARNINGS, NOTES = "refused", "errors", "warnings", "notes"
OTHERS = "others"
KINDS = {"template": "Templates", "campaign": "Campaigns", OTHERS: "Others"}
PLAIN = {
    REFUSED: "Refused: nothing is done until a person decides",
    ERRORS: "Errors: nothing is done until they are mended",
    WARNINGS: "Warnings",
    NOTES: "Notes",
}
LEGEND = {
    "replace": "an approved text cannot be edited, so a new one is submitted; the old one serves meanwhile",
    "retire": "an old text that nothing needs any more is deleted",
    "forget": "what is gone already is no longer recorded; nothing is sent",
    "record": "only what is recorded changes; nothing is sent",
    "held": "waits, mostly for people at JSMS who read each text for some hours; that is no failure, and a"
    " later apply goes on with it",
}
RANKS = {REFUSED: 0, ERRORS: 1, "delete": 2, "retire": 2, "held": 4, NOTES: 5, WARNINGS: 6}
"""What is told first where not everything can be; changes that delete nothing come third."""


def plan_markdown(plan: Document) -> str:
    """The whole plan, at most `LIMIT` characters; the same plan gives the same bytes."""
    shown = fitted(list(_entries(plan)), LIMIT - RESERVED)
    blocks = [*_head(plan), *_plain(shown, REFUSED, ERRORS)]
    for kind in KINDS:
        blocks += _folded(kind, shown.sections.get(kind, ()), plan)
    blocks += [*_plain(shown, NOTES, WARNINGS), *shown.lacking, *_foot(plan)]
    return "\n\n".join(blocks) + "\n"


def _head(plan: Document) -> Iterator[str]:
    options = list(plan["made_from"].get("options", ()))
    environment = options[options.index("--env") + 1] if "--env" in options[:-1] else ""
    # Without a > nothing ends the marker.
    named = visible(environment).replace(">", "")[:LONGEST]
    yield MARKER.format(f" {named}" if named else "")
    where = f" for {code(environment[:LONGEST])}" if environment else ""
    yield f"### jsms-sync plan{where}\n\n**{prose(_short(summary_words(plan['summary'])))}.**"


def _entries(plan: Document) -> Iterator[Entry]:
    messages = {message["address"]: message for message in plan.get("messages", ())}
    for refusal in plan["refusals"]:
        yield _entry(REFUSED, REFUSED, "refused", *refusal_lines(refusal))
    for problem in plan["problems"]:
        section = ERRORS if problem["severity"] == "error" else WARNINGS
        yield _entry(section, section, problem["severity"], *_problem(problem))
    for change in plan["changes"]:
        action = change["action"]
        yield _entry(_kind(change), action, f"to {action}", *_change(change, messages))
    for held in plan["held"]:
        yield _entry(_kind(held), "held", "held", *held_lines(held))
    for note in plan["notes"]:
        yield Entry(NOTES, RANKS[NOTES], "note", f"- {prose(note)}", f"- {prose(_short(note))}")


def _entry(section: str, rank: str, what: str, line: str, *details: str) -> Entry:
    """Its one line, and below it what else there is to say."""
    return Entry(section, RANKS.get(rank, 3), what, "\n".join([line, *(f"  - {d}" for d in details)]), line)


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"


def _name(value: object) -> str:
    return code(_short(value))


def _kind(entry: Document) -> str:
    kind = kind_of(Address(entry["address"]))
    return kind if kind in KINDS else OTHERS


def refusal_lines(refusal: Document) -> Iterator[str]:
    """One refusal: its line, then what else there is to say."""
    where = _name(refusal["address"]) if refusal["address"] else "the whole plan"
    yield f"- ✗ {where}: {_name(refusal['code'])}"
    yield prose(refusal["reason"])
    if refusal["override"]:
        yield f"to do it all the same: {code(refusal['override'])}"


def _problem(problem: Document) -> Iterator[str]:
    place = _name(f"{problem['file']}:{problem['line']}:{problem['column']}")
    yield f"- {place}: {_name(problem['code'])}"
    yield prose(problem["message"])
    yield from (prose(line) for line in problem["help"].splitlines())


def _change(change: Document, messages: Mapping[str, Document]) -> Iterator[str]:
    action, message = change["action"], messages.get(change["address"])
    yield f"- **{SIGNS[action]} {action}** {_name(change['address'])} ({prose(_short(reason_words(change)))})"
    for field in change["fields"]:
        yield from _field(field, action)
    if message and action in SUBMITS:
        yield f"a message: {prose(message_words(message))}"
    if "batches" in change:
        yield f"schedules: {prose(batches(change['batches']))}"
    yield from (f"cost: {prose(told)}" for told in cost_of(change.get("cost")))
    yield from _next(change)


def _field(field: Document, action: str) -> Iterator[str]:
    name, before, after = code(field["path"]), field["before"], field["after"]
    if action == "create" or before is None:
        if after is not None:
            yield f"{name}: {code(clipped(after))}"
    elif after is None and action in ENDS:
        yield f"{name}: {code(clipped(before))}"
    elif after is None:
        yield f"{name}, before: {code(clipped(before))}"
        yield f"{name}, after: {TAKEN_AWAY}"
    else:
        old, new = compared(clipped(before), clipped(after))
        yield f"{name}, before: {_marked(old, 'del')}"
        yield f"{name}, after: {_marked(new, 'ins')}"


def _marked(segments: Segments, tag: str) -> str:
    """The stretches, those that changed between tags; the tags keep the backticks of neighbours apart."""
    if not is_partial(segments):
        return code("".join(segment.text for segment in segments))
    return "".join(f"<{tag}>{code(s.text)}</{tag}>" if s.changed else code(s.text) for s in segments)


def held_lines(held: Document) -> Iterator[str]:
    """One held change: its line, then what else there is to say."""
    yield f"- **… held** {_name(held['address'])}: {_name(held['code'])}"
    yield prose(held["reason"])
    yield from _next(held)


def _next(entry: Document) -> Iterator[str]:
    at = entry.get("expected_approval")
    for line in entry["next"]:
        yield prose(line)
    if at:
        yield f"approval expected {prose(china_minute(at))} China time"


def _plain(shown: Fitted, *sections: str) -> Iterator[str]:
    for section in sections:
        if found := shown.sections.get(section):
            yield f"**{PLAIN[section]}**\n\n" + "\n".join(found)


def _folded(kind: str, entries: Iterable[str], plan: Document) -> Iterator[str]:
    told = list(entries)
    if told:
        title = f"<b>{KINDS[kind]}</b>: {_counted(kind, plan)}"
        opened = " open" if len(told) <= OPEN else ""
        yield f"<details{opened}>\n<summary>{title}</summary>\n\n" + "\n".join(told) + "\n\n</details>"


def _counted(kind: str, plan: Document) -> str:
    """How much of what there is of the kind, told or not."""
    actions = [change["action"] for change in plan["changes"] if _kind(change) == kind]
    told = [f"{actions.count(action):,} to {action}" for action in SIGNS if action in actions]
    held = sum(_kind(entry) == kind for entry in plan["held"])
    return ", ".join([*told, *([f"{held:,} held"] if held else [])])


def _legend(plan: Document) -> Iterator[str]:
    """What somebody has to know who knows nothing of JSMS."""
    used = {change["action"] for change in plan["changes"]} | ({"held"} if plan["held"] else set())
    told = [f"*{word}*: {means}" for word, means in LEGEND.items() if word in used]
    if told:
        yield "**Words**\n\n" + "\n".join(f"- {each}" for each in told)


def _foot(plan: Document) -> Iterator[str]:
    yield from _legend(plan)
    yield from (prose(_short(line)) for line in cost_lines(plan))
    if plan["account"] is not None:
        yield f"Digest: {_name(plan['digest'])}"
    command, why = apply_command(plan)
    yield f"To carry out just this:\n\n{block(command, 'sh')}" if command else prose(why)
