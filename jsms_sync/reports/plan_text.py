"""A plan as text for people, from its document, so that a saved plan reads the same."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from jsms_sync.model.decisions import AFTER_APPROVAL, AFTER_GRACE, AUDIT_PENDING, HeldCode
from jsms_sync.model.decisions import STUCK as STUCK_CODES
from jsms_sync.reports.columns import hung
from jsms_sync.reports.paint import Paint, plain
from jsms_sync.reports.plan_fields import field_lines
from jsms_sync.reports.plan_problems import problem_lines
from jsms_sync.reports.words import china_minute, count, each, visible

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
NOW = "Now"
NOW_REFUSED = "Now, once nothing is refused any more"
APPROVAL = "After approval, by a later run"
EXPECTED = "After approval (expected {at} China time), by a later run"
GRACE = "After the grace period, by a later run"
HELD = "Held: these wait, and a later run goes on with them"
STUCK = "Stuck: these wait until a person decides"
LATER = (APPROVAL, GRACE, HELD, STUCK)
REFUSED = "Refused: nothing is done until a person decides"


Later = tuple[str, str, str]
"""What does not happen now: the title it stands under, when that is expected (or nothing), and its text."""


def plan_text(plan: Document, paint: Paint = plain) -> str:
    """The whole plan: what happens now and later, what forbids it, what is wrong, and what it costs."""
    later = (*_after_changes(plan, paint), *_held(plan, paint))
    refused = [_entry(entry, (), "refused", "✗", paint) for entry in plan["refusals"]]
    now = (NOW_REFUSED if refused else NOW) if later else ""
    blocks = [*_section(now, (_change(change, paint) for change in plan["changes"]), paint)]
    blocks += _later(later, paint)
    blocks += _section(REFUSED, refused, paint)
    blocks += problem_lines(plan.get("problems", ()), paint)
    notes = [hung("Note: ", visible(note)) for note in plan.get("notes", ())]
    cost = [hung("", line) for line in cost_lines(plan)]
    told = "\n".join([*blocks, *([""] if blocks else []), *notes, *cost, _summary(plan, paint)])
    return told.lstrip("\n") + "\n"


def _later(later: Iterable[Later], paint: Paint) -> Iterator[str]:
    """The sections of the future; approvals that are expected at another time stand apart."""
    by_time: dict[tuple[str, str], list[str]] = {}
    for title, at, text in later:
        by_time.setdefault((title, at), []).append(text)
    for title, at in sorted(by_time, key=lambda key: (LATER.index(key[0]), not key[1], key[1])):
        yield from _section(EXPECTED.format(at=at) if at else title, by_time[title, at], paint)


def refusals_text(refusals: Any, paint: Paint = plain) -> str:
    """The refusals of a run that could not even start."""
    entries = [_entry(refusal, (), "refused", "✗", paint) for refusal in refusals]
    return "\n".join(_section("Refused: nothing was done", entries, paint)).lstrip("\n") + "\n"


def _section(title: str, entries: Iterable[str], paint: Paint) -> Iterator[str]:
    told = list(entries)
    if told and title:
        yield f"\n{paint('strong', title)}"
    yield from told


def _change(change: Document, paint: Paint) -> str:
    address = visible(change["address"])
    head = f"{SIGNS[change['action']]} {address}: {change['action']} ({visible(reason_words(change))})"
    lines = [paint(change["action"], head)]
    lines += [line for field in change["fields"] for line in field_lines(field, change["action"], paint)]
    lines += [f"    schedules: {batches(change['batches'])}"] if "batches" in change else []
    lines += [hung("    cost: ", told) for told in cost_of(change.get("cost"))]
    lines += [_arrow(line, paint) for line in change["next"] if _time_of(line) == HELD]
    return "\n".join(lines)


def _after_changes(plan: Document, paint: Paint) -> Iterator[Later]:
    """What follows the changes, each under the title of its time."""
    for change in plan["changes"]:
        head = f"{paint(change['action'], SIGNS[change['action']])} {visible(change['address'])}"
        for title in (APPROVAL, GRACE):
            if lines := [line for line in change["next"] if _time_of(line) == title]:
                yield title, _expected(change) if title == APPROVAL else "", _told(head, lines, paint)


def _told(head: str, lines: list[str], paint: Paint) -> str:
    """The head with what follows: on its line where there is just one thing."""
    if len(lines) == 1:
        return f"{head}: {visible(_event(lines[0]))}"
    return "\n".join([head, *(_arrow(line, paint) for line in lines)])


def _held(plan: Document, paint: Paint) -> Iterator[Later]:
    """What is held, each under the title of what it waits for; old revisions may go even later."""
    for held in plan["held"]:
        title = _title_of(held["code"])
        after = [line for line in held["next"] if title == APPROVAL and _time_of(line) == GRACE]
        lines = [line for line in held["next"] if line not in after]
        at = _expected(held) if title == APPROVAL else ""
        yield title, at, _entry(held, lines, "held", "…", paint)
        if after:
            yield GRACE, "", _told(f"{paint('held', '…')} {visible(held['address'])}", after, paint)


def _title_of(code: str) -> str:
    if code in AUDIT_PENDING:
        return APPROVAL
    return GRACE if code == HeldCode.GRACE_PERIOD else STUCK if code in STUCK_CODES else HELD


def _time_of(line: str) -> str:
    """When the line will come true, by the event before its colon."""
    event = line.partition(": ")[0]
    if event == AFTER_APPROVAL:
        return APPROVAL
    return GRACE if event.endswith((f" {AFTER_APPROVAL}", AFTER_GRACE)) else HELD


def _event(line: str) -> str:
    """What will happen, without the event that the title names already."""
    return line.removeprefix(f"{AFTER_APPROVAL}: ").removeprefix(f"{AFTER_GRACE}: ")


def _arrow(line: str, paint: Paint) -> str:
    return paint("dim", hung("    → ", visible(_event(line))))


def _expected(entry: Document) -> str:
    at = entry.get("expected_approval")
    return china_minute(at) if at else ""


def _entry(entry: Document, lines: Iterable[str], role: str, sign: str, paint: Paint) -> str:
    where = visible(entry["address"] or "the whole plan")
    told = [f"{paint(role, sign)} {where}: {visible(entry['code'])}", hung("    ", visible(entry["reason"]))]
    told += [_arrow(line, paint) for line in lines]
    override = entry.get("override")
    return "\n".join(
        [*told, *([paint("dim", hung("    to do it all the same: ", visible(override)))] if override else [])]
    )


def cost_of(cost: Document | None) -> Iterator[str]:
    """What all of the campaign costs then, and what of it is scheduled now."""
    if cost is None or not (cost["messages"] or cost["messages_before"]):
        return
    before, now = cost["messages_before"], count(cost["messages"], "message", "messages")
    told = f"{now}, {_parts(cost)}" if cost["messages"] else "nothing any more"
    if before:
        was = "parts not known" if cost["parts_before"] is None else _counted_parts(cost["parts_before"])
        told += f"; scheduled now: {count(before, 'message', 'messages')}, {was}"
    yield told


def _parts(cost: Document) -> str:
    if cost["parts_max"] is None:
        return "parts not known, because its text is not"
    return _counted_parts(cost["parts"]) + each(cost["parts_min"], cost["parts_max"])


def _counted_parts(number: int) -> str:
    return count(number, "part", "parts")


def reason_words(change: Document) -> str:
    """Why there is a change, and of what."""
    words = change["reason"].replace("-", " ")
    known = change["remote_id"]
    return f"{words}, {known}" if known is not None else str(words)


def message_words(message: Document) -> str:
    """How long a message is without its values, its cost, and how long the values may be for that."""
    counted, billed = (
        count(message["characters"], "character", "characters"),
        _counted_parts(message["parts"]),
    )
    if message["room"] is None:
        return f"{counted}, {billed}"
    return f"{counted} without its values, {billed} while these have at most {message['room']} together"


def batches(counts: Document) -> str:
    """How many schedules of a campaign are touched, and how."""
    told = [f"{number} {'to ' + name if name != 'unchanged' else name}" for name, number in counts.items()]
    return ", ".join(text for text, number in zip(told, counts.values(), strict=True) if number) or "none"


def cost_lines(plan: Document) -> list[str]:
    """What the campaigns' changes cost, and what is left of the balance; nothing where nothing is sent."""
    estimate = plan["estimate"]
    if not estimate["messages"]:
        return []
    balance, after = estimate["balance"], estimate.get("balance_after")
    left = "" if balance is None else f"; the balance is {balance:,}"
    left += "" if after is None else f", and {after:,} once all that is scheduled then has been sent"
    messages = count(estimate["messages"], "message", "messages")
    bound = "at most" if all(map(_is_priced, plan["changes"])) else "at least"
    return [f"Campaigns: {messages}, {bound} {_counted_parts(estimate['parts'])}{left}."]


def _is_priced(change: Document) -> bool:
    """Whether the parts of a campaign's change are known; a text that is not counts one for each message."""
    cost = change.get("cost")
    return not cost or not cost["messages"] or cost["parts_max"] is not None


def _summary(plan: Document, paint: Paint) -> str:
    return paint("strong", f"Plan: {summary_words(plan['summary'])}.")


def summary_words(summary: Document) -> str:
    """How much of what."""
    actions = [f"{summary[action]} to {action}" for action in SIGNS if summary[action]]
    told = [*(actions or ["no changes"]), count(summary["held"], "held", "held")]
    told += [f"{summary['refused']} refused"] if summary["refused"] else []
    return ", ".join([*told, count(summary["unchanged"], "unchanged", "unchanged")])
