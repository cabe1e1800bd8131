"""A plan as one HTML page: what changes, as phones will show it, what it costs, and what happens when."""

from collections.abc import Iterator, Mapping
from typing import Any

from jsms_sync.model.resources import TemplateType
from jsms_sync.planning.future import SUBMITS
from jsms_sync.planning.message import message_of
from jsms_sync.reports.apply_command import apply_command
from jsms_sync.reports.marked import Segments, compared, is_partial
from jsms_sync.reports.page import listed, page, section, shown
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
from jsms_sync.reports.preview_html import bubble
from jsms_sync.reports.timeline import Moment, timeline
from jsms_sync.reports.words import china_minute

Document = Mapping[str, Any]
Messages = Mapping[str, Document]

STYLE = """\
:root { --gone: #ffd9d6; --come: #c9f2d3; --bad: #b3261e; --wait: #7a5b00; }
@media (prefers-color-scheme: dark) {
  :root { --gone: #6b2420; --come: #1d5230; --bad: #ff8a80; --wait: #e5c158; }
}
ul { margin: .5rem 0; padding-left: 1.25rem; }
li, dd { overflow-wrap: anywhere; }
h3 { font-size: .95rem; margin: 1rem 0 .25rem; }
dl { margin: .5rem 0; display: grid; grid-template-columns: max-content 1fr; gap: .25rem .75rem; }
dt { color: var(--soft); overflow-wrap: anywhere; max-width: 10rem; }
dd { margin: 0; }
dd p { margin: 0; }
del { background: var(--gone); text-decoration: line-through; }
ins { background: var(--come); text-decoration: underline; }
.refused { border-left: .3rem solid var(--bad); }
.held { border-left: .3rem solid var(--wait); }
.phones { display: flex; flex-wrap: wrap; gap: 1rem; }
.phones h3 { margin: .25rem 0; color: var(--soft); font-weight: normal; }
.timeline { list-style: none; padding-left: 1rem; border-left: 2px solid var(--soft); }
.timeline > li { margin: 0 0 .75rem; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--bubble); padding: .75rem;
  border-radius: .5rem; }
@media print {
  :root { color-scheme: light; --page: #fff; --card: #fff; --ink: #000; --soft: #444; --bubble: #eee;
    --value: #0b5cad; --mark: #b3261e; --gone: #ffd9d6; --come: #c9f2d3; --bad: #b3261e; --wait: #7a5b00; }
  body { padding: 0; }
  section { border: 1px solid #999; break-inside: avoid; }
  main { max-width: none; }
  * { print-color-adjust: exact; }
}
"""
NOTHING = "Nothing is changed and nothing waits."


def plan_html(plan: Document) -> str:
    """The whole page; whatever the plan holds is shown, and nothing of it is obeyed."""
    told = [summary_section(plan), *refused_sections(plan), *plan_sections(plan), _apply(plan)]
    return page("Plan", "\n".join(told), STYLE)


def plan_sections(plan: Document) -> Iterator[str]:
    """What is wrong, what happens when, each change, and what waits."""
    messages = {message["address"]: message for message in plan.get("messages", ())}
    yield from _problems(plan, "error")
    yield from _when(timeline(plan))
    yield from (_change(change, messages) for change in plan["changes"])
    yield from (_held(held, messages) for held in plan["held"])
    yield from _others(plan, messages)
    yield from _problems(plan, "warning")
    yield from _notes(plan)


def summary_section(plan: Document) -> str:
    """How much of what is planned, what it costs, when it was made, and for whom."""
    made = shown(plan["created_at"]).replace("T", " ").replace("Z", " UTC")
    lines = [f"<p>{shown(line)}</p>" for line in cost_lines(plan)]
    if not plan["changes"] and not plan["held"]:
        lines.append(f"<p>{NOTHING}</p>")
    lines.append(f'<p class="soft">Made at {made}, for account {shown(plan["account"] or "unknown")}</p>')
    return section(shown(summary_words(plan["summary"])), lines)


def refused_sections(document: Document) -> Iterator[str]:
    """Each refusal of a plan or of an apply, with what would lift it."""
    for refusal in document["refusals"]:
        lines = [f"<p>{shown(refusal['reason'])}</p>"]
        if refusal["override"]:
            lines.append(f"<p>To do it all the same: <code>{shown(refusal['override'])}</code></p>")
        where = shown(refusal["address"] or "the whole plan")
        yield section(f"✗ refused: {where} <code>{shown(refusal['code'])}</code>", lines, "refused")


def _problems(plan: Document, severity: str) -> Iterator[str]:
    found = [problem for problem in plan["problems"] if problem["severity"] == severity]
    if found:
        title = "Errors: nothing is done until they are mended" if severity == "error" else "Warnings"
        yield section(title, [listed(map(_problem, found))], "refused" if severity == "error" else "")


def _problem(problem: Document) -> str:
    place = shown(f"{problem['file']}:{problem['line']}:{problem['column']}")
    told = f"<code>{place}</code> {shown(problem['message'])} <code>{shown(problem['code'])}</code>"
    helps = problem["help"].splitlines()
    return told + "".join(f'<br><span class="soft">{shown(line)}</span>' for line in helps)


def _when(moments: tuple[Moment, ...]) -> Iterator[str]:
    if moments:
        items = (f"<li><strong>{shown(moment.when)}</strong>{_events(moment)}</li>" for moment in moments)
        lines = ['<ul class="timeline">', *items, "</ul>", '<p class="soft">Times are in China time.</p>']
        yield section("What happens when", lines)


def _events(moment: Moment) -> str:
    return listed(f"<code>{shown(event.address)}</code> {shown(event.what)}" for event in moment.events)


def _change(change: Document, messages: Messages) -> str:
    action, address = change["action"], change["address"]
    fields = [line for field in change["fields"] for line in _field(field, action)]
    lines = [*(["<dl>", *fields, "</dl>"] if fields else []), *_phones(change, messages.get(address))]
    if "batches" in change:
        lines.append(f"<p>Schedules: {shown(batches(change['batches']))}</p>")
    lines += [f"<p>Cost: {shown(told)}</p>" for told in cost_of(change.get("cost"))]
    if source := change["source"]:
        lines.append(f'<p class="soft">{shown(source["file"])}:{shown(source["line"])}</p>')
    title = f"{SIGNS[action]} {shown(address)}: {shown(action)}"
    return section(f'{title} <span class="soft">{shown(reason_words(change))}</span>', lines)


def _field(field: Document, action: str) -> Iterator[str]:
    name, before, after = f"<dt>{shown(field['path'])}</dt>", field["before"], field["after"]
    if action == "create" or before is None:
        if after is not None:
            yield f"{name}<dd>{shown(clipped(after))}</dd>"
    elif after is None and action in ENDS:
        yield f"{name}<dd>{shown(clipped(before))}</dd>"
    elif after is None:
        yield f'{name}<dd><p><span class="soft">before</span> {shown(clipped(before))}</p>'
        yield f'<p><span class="soft">after</span> {TAKEN_AWAY}</p></dd>'
    else:
        old, new = compared(clipped(before), clipped(after))
        was, will = _marked(old, "del"), _marked(new, "ins")
        yield f'{name}<dd><p><span class="soft">before</span> {was}</p>'
        yield f'<p><span class="soft">after</span> {will}</p></dd>'


def _marked(segments: Segments, tag: str) -> str:
    if not is_partial(segments):
        return shown("".join(segment.text for segment in segments))
    return "".join(f"<{tag}>{shown(s.text)}</{tag}>" if s.changed else shown(s.text) for s in segments)


def _phones(change: Document, message: Document | None) -> Iterator[str]:
    """The message before and after, as far as its text changes; nothing where none is defined here."""
    if message is None or change["action"] not in SUBMITS:
        return
    fields = {field["path"]: field for field in change["fields"]}
    content, type = fields.get("content"), fields.get("type", {"before": message["type"]})
    is_edited = content is not None and content["before"] is not None
    yield '<div class="phones">'
    if content is not None and is_edited:
        old = {**message, "content": content["before"], "type": type["before"] or message["type"]}
        yield f"<div>\n<h3>before</h3>\n{_bubble(old)}\n</div>"
    yield f"<div>\n<h3>{'after' if is_edited else 'on the phone'}</h3>\n{_bubble(message)}\n</div>"
    yield f'</div>\n<p class="soft">{shown(message_words(message))}</p>'


def _bubble(message: Document) -> str:
    type = TemplateType[message["type"].upper()]
    return bubble(message_of(message["content"], type, message["signature"]))


def _held(held: Document, messages: Messages) -> str:
    lines = [f"<p>{shown(held['reason'])}</p>"]
    if held.get("expected_approval"):
        lines.append(f"<p>Approval expected {shown(china_minute(held['expected_approval']))} China time</p>")
    lines += [listed(map(shown, held["next"]))] if held["next"] else []
    if message := messages.get(held["address"]):
        lines.append(_bubble(message))
    return section(f"… held: {shown(held['address'])} <code>{shown(held['code'])}</code>", lines, "held")


def _others(plan: Document, messages: Messages) -> Iterator[str]:
    """The texts of campaigns that change while their texts do not."""
    told = {entry["address"] for entry in (*plan["changes"], *plan["held"])}
    for address, message in messages.items():
        if address not in told:
            lines = [_bubble(message), f'<p class="soft">{shown(message_words(message))}</p>']
            yield section(f"{shown(address)}: not changed, and sent by what changes", lines)


def _notes(plan: Document) -> Iterator[str]:
    if plan["notes"]:
        yield section("Notes", [listed(map(shown, plan["notes"]))])


def _apply(plan: Document) -> str:
    command, why = apply_command(plan)
    told = f"<pre>{shown(command)}</pre>" if command else f"<p>{shown(why)}</p>"
    digest = [f'<p class="soft">Digest {shown(plan["digest"])}</p>'] if plan["account"] is not None else []
    return section("To carry out just this", [told, *digest])
