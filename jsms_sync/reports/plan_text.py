"""A plan as text for people, from its document, so that a saved plan reads the same."""

from collections.abc import Iterator, Mapping
from typing import Any

from jsms_sync.reports.paint import Paint, plain
from jsms_sync.reports.words import count, one_line

Document = Mapping[str, Any]

SIGNS = {
    "create": "+",
    "modify": "~",
    "replace": "±",
    "delete": "-",
    "retire": "-",
    "forget": "-",
    "record": "=",
}


def plan_text(plan: Document, paint: Paint = plain) -> str:
    """The whole plan: what happens now, what must wait, what forbids it, and what it costs."""
    blocks = [
        *(_change(change, paint) for change in plan["changes"]),
        *_section("Held: these wait, and a later run goes on with them", plan["held"], paint, "held", "…"),
        *_section("Refused: nothing is done until a person decides", plan["refusals"], paint, "refused", "✗"),
    ]
    notes = [f"Note: {note}" for note in (*plan.get("notes", ()), *_only_to_look_at(plan))]
    told = "\n".join([*blocks, *([""] if blocks else []), *notes, *_cost(plan), _summary(plan, paint)])
    return told.lstrip("\n") + "\n"


def _only_to_look_at(plan: Document) -> Iterator[str]:
    if plan.get("without_recipients"):
        yield "this plan was made without the recipients files, so it cannot be applied"


def refusals_text(refusals: Any, paint: Paint = plain) -> str:
    """The refusals of a run that could not even start."""
    return (
        "\n".join(_section("Refused: nothing was done", refusals, paint, "refused", "✗")).lstrip("\n") + "\n"
    )


def _change(change: Document, paint: Paint) -> str:
    head = f"{SIGNS[change['action']]} {change['address']}: {change['action']} ({_reason(change)})"
    lines = [paint(change["action"], head)]
    lines += [f"    {line}" for field in change["fields"] for line in _field(field, change["action"])]
    lines += [f"    schedules: {_batches(change['batches'])}"] if "batches" in change else []
    lines += [paint("dim", f"    → {later}") for later in change["next"]]
    return "\n".join(lines)


def _reason(change: Document) -> str:
    words = change["reason"].replace("-", " ")
    known = change["remote_id"]
    return f"{words}, {known}" if known is not None else str(words)


def _field(field: Document, action: str) -> Iterator[str]:
    before, after = field["before"], field["after"]
    if action == "create" or before is None:
        if after is not None:
            yield f"{field['path']}: {one_line(after)}"
    elif after is None:
        yield f"{field['path']}: {one_line(before)}"
    else:
        yield f"{field['path']}:"
        yield f"  before  {one_line(before)}"
        yield f"  after   {one_line(after)}"


def _batches(batches: Document) -> str:
    told = [f"{number} {'to ' + name if name != 'unchanged' else name}" for name, number in batches.items()]
    return ", ".join(text for text, number in zip(told, batches.values(), strict=True) if number) or "none"


def _section(title: str, entries: list[Document], paint: Paint, role: str, sign: str) -> Iterator[str]:
    if not entries:
        return
    yield f"\n{paint('strong', title)}" if role else title
    for entry in entries:
        where = entry["address"] or "the whole plan"
        yield f"{paint(role, sign)} {where}: {entry['code']}\n    {entry['reason']}"
        for later in entry.get("next", ()):
            yield paint("dim", f"    → {later}")
        if entry.get("override"):
            yield paint("dim", f"    to do it all the same: {entry['override']}")


def _cost(plan: Document) -> list[str]:
    estimate = plan["estimate"]
    if not estimate["messages"]:
        return []
    balance = estimate["balance"]
    left = "" if balance is None else f"; the balance is {balance:,}"
    messages = count(estimate["messages"], "message", "messages")
    return [f"Campaigns: {messages}, at most {count(estimate['parts'], 'part', 'parts')}{left}."]


def _summary(plan: Document, paint: Paint) -> str:
    summary = plan["summary"]
    actions = [f"{summary[action]} to {action}" for action in SIGNS if summary[action]]
    told = [*(actions or ["no changes"]), count(summary["held"], "held", "held")]
    told += [f"{summary['refused']} refused"] if summary["refused"] else []
    return paint(
        "strong", f"Plan: {', '.join([*told, count(summary['unchanged'], 'unchanged', 'unchanged')])}."
    )
