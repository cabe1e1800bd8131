"""Reports as people read them: outcomes, phases, and texts that could do harm to a terminal."""

import json
from pathlib import Path
from typing import Any

import builders as b
import pytest
import report_cases

from jsms_sync.errors import InvalidInput
from jsms_sync.model.decisions import HeldCode
from jsms_sync.model.resources import Address, Position, Problem, Severity
from jsms_sync.planning.audits import Verdict
from jsms_sync.reports.columns import WIDTH, columns
from jsms_sync.reports.outcome_text import outcome_line, outcome_summary, what_next
from jsms_sync.reports.outputs import env_text, yaml_text
from jsms_sync.reports.paint import coloured, plain
from jsms_sync.reports.plan_text import plan_text
from jsms_sync.reports.problem_text import problems_text, verdict
from jsms_sync.reports.status_text import status_text
from jsms_sync.reports.wait_text import news, still_waiting
from jsms_sync.reports.words import LONGEST, count, one_line

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("您好，{{name}}", "您好，{{name}}"),
        ("一\n二", "一⏎二"),
        ("\x1b[31mred\x07", "\\u001b[31mred\\u0007"),
        ("a\u202eb\u2066c", "a\\u202eb\\u2066c"),
        ("\u2028\u2029", "\\u2028\\u2029"),
        ("😀", "😀"),
        (120, "120"),
        (None, "None"),
        (True, "true"),
    ],
)
def test_a_value_is_shown_on_one_line_and_moves_no_cursor(text: object, shown: str) -> None:
    """Control characters, bidirectional marks and line separators are told, not sent."""
    assert one_line(text) == shown


def test_a_long_value_is_cut() -> None:
    """Nobody reads more than so many characters of one value."""
    assert one_line("长" * LONGEST) == "长" * LONGEST
    assert one_line("长" * (LONGEST + 1)) == "长" * LONGEST + "…"


def test_numbers_have_their_words() -> None:
    """One template, two templates, with separators in large numbers."""
    assert [count(n, "template", "templates") for n in (0, 1, 2500)] == [
        "0 templates",
        "1 template",
        "2,500 templates",
    ]


def outcome(result: str, **more: Any) -> dict[str, Any]:
    """An outcome as it stands in the document."""
    return {"address": "template.a", "action": "create", "result": result, **more}


@pytest.mark.parametrize(
    ("document", "line"),
    [
        (outcome("done", remote_id=7), "✓ template.a: created (7)"),
        (outcome("done"), "✓ template.a: created"),
        (outcome("failed", error={"message": "refused"}), "✗ template.a: create failed: refused"),
        (outcome("unknown", error={"message": "cut"}), "? template.a: create unknown: cut"),
        (outcome("skipped"), "○ template.a: create skipped"),
        (
            outcome("done", refused=[{"code": 50024, "count": 1, "recipients": ["199****0001"]}]),
            "✓ template.a: created\n"
            "    1 recipient refused by JSMS because the recipient has opted out (50024): 199****0001",
        ),
        (
            outcome("done", refused=[{"code": 50009, "count": 7, "recipients": ["199****0001"]}]),
            "✓ template.a: created\n"
            "    7 recipients refused by JSMS because too many requests in a short time (50009);"
            " the next apply tries again: 199****0001 and 6 more",
        ),
    ],
)
def test_an_outcome_is_one_line_and_one_for_each_code_of_the_refused(
    document: dict[str, Any], line: str
) -> None:
    """What was done, or why it was not."""
    assert outcome_line(document) == line


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({}, ["nothing to do"]),
        ({"done": 2}, ["2 done"]),
        ({"done": 2, "held": 1}, ["2 done", "1 held", "run apply again"]),
        ({"failed": 1}, ["1 failed", "another apply goes on"]),
        ({"skipped": 1}, ["1 skipped", "another apply goes on"]),
        ({"unknown": 1, "failed": 1}, ["1 failed", "1 unknown", "jsms-sync resolve"]),
    ],
)
def test_a_summary_says_what_to_do_next(counts: dict[str, int], words: list[str]) -> None:
    """The worst that happened decides what is suggested."""
    zero = dict.fromkeys(("done", "skipped", "failed", "unknown", "held", "refused"), 0)
    held = [{"code": "awaiting-approval"}] * counts.get("held", 0)
    document = {"summary": {**zero, **counts}, "held": held, "outcomes": []}
    text = outcome_summary(document) + " ".join(what_next(document))
    assert all(word in text for word in words), text


def test_codes_of_jsms_that_failed_are_explained_by_a_command() -> None:
    """Each once, in their order; our own codes say in the message what to do."""
    summary = dict.fromkeys(("done", "skipped", "unknown", "held", "refused"), 0) | {"failed": 4}
    codes = [50014, "cancelled", 50014, 50006]
    outcomes = [outcome("failed", error={"code": code, "message": "refused"}) for code in codes]
    told = what_next({"summary": summary, "held": [], "outcomes": [outcome("done"), *outcomes]})
    assert told[1:] == ("What to do about it: `jsms-sync explain 50014`, `jsms-sync explain 50006`.",)


def test_what_only_a_person_can_end_is_not_waited_for() -> None:
    """Another apply changes nothing about a rejected text."""
    summary = dict.fromkeys(("done", "skipped", "failed", "unknown", "refused"), 0) | {"held": 2}
    codes = ["rejected", "cancelled", "awaiting-approval"]
    for number, word in ((2, "waits for a person"), (3, "run apply again")):
        held = [{"code": code} for code in codes[:number]]
        assert word in " ".join(what_next({"summary": summary, "held": held}))


def test_outputs_quote_what_yaml_would_misread() -> None:
    """Names that look like a number or a truth value stay names."""
    ids = {"login-code": 1, "007": 2, "no": 3, "y": 4, "a_b": 5}
    assert yaml_text(ids) == 'login-code: 1\n"007": 2\n"no": 3\n"y": 4\na_b: 5\n'
    assert env_text({"login-code": 1, "a_b": 5}) == "JSMS_TEMPLATE_LOGIN_CODE=1\nJSMS_TEMPLATE_A_B=5\n"


def test_two_names_that_would_be_one_variable_are_told() -> None:
    """The later one would win, and an application send the wrong text."""
    with pytest.raises(InvalidInput, match=r"a-b and a_b would both be JSMS_TEMPLATE_A_B"):
        env_text({"a-b": 1, "a_b": 2})


NOON = "2027-03-01T12:00:00+08:00"
WAITS = "campaign.long-name  scheduled    2027-03-01 10:00:00 China time, 2 recipients\n    waits for "


def template(**more: Any) -> dict[str, Any]:
    """A template of a status document."""
    none = dict.fromkeys(("temp_id", "serving_temp_id", "refuse_reason", "since", "expected_approval"))
    return {"address": "template.a", "phase": "unsubmitted", **none, "superseded": [], **more}


def campaign(**more: Any) -> dict[str, Any]:
    """A campaign of a status document."""
    some = {"send_time": "2027-03-01T10:00:00+08:00", "batches": 1, "recipients": 2, "failed": 0}
    some |= {"waits_for": None, "expected_approval": None}
    some |= {"failed_codes": [], "cost": None}
    return {"address": "campaign.long-name", "phase": "scheduled", **some, **more}


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (template(), "template.a  unsubmitted"),
        (template(phase="approved", temp_id=7, serving_temp_id=7), "template.a  approved     7"),
        (
            template(phase="auditing", temp_id=8, serving_temp_id=7),
            "template.a  auditing     8, 7 serves until then",
        ),
        (
            template(phase="rejected", temp_id=8, refuse_reason="链接"),
            "template.a  rejected     8, reason: 链接",
        ),
        (
            template(phase="approved", temp_id=9, serving_temp_id=9, superseded=[7, 8]),
            "template.a  approved     9, superseded: 7 8",
        ),
        (
            campaign(
                batches=3,
                recipients=2500,
                failed=4,
                failed_codes=[{"code": 50024, "count": 3}, {"code": 50014, "count": 1}],
                cost={"messages": 2500, "parts": 2600, "parts_min": 1, "parts_max": 2},
            ),
            "campaign.long-name  scheduled    2027-03-01 10:00:00 China time, 2,500 recipients, 3 schedules, "
            "2,600 parts (1 to 2 each), 4 refused by JSMS: 3 because the recipient has opted out (50024); "
            "1 because the balance is not sufficient (50014); the next apply tries again",
        ),
        (
            campaign(cost={"messages": 2, "parts": 2, "parts_min": None, "parts_max": None}),
            "campaign.long-name  scheduled    2027-03-01 10:00:00 China time, 2 recipients, parts not known",
        ),
        (
            campaign(phase="unknown", send_time=None, batches=0),
            "campaign.long-name  unknown      2 recipients",
        ),
        (
            template(phase="auditing", temp_id=8, since="2027-03-01T09:05:06+08:00", expected_approval=NOON),
            "template.a  auditing     8\n    since 2027-03-01 09:05, "
            "approval expected 2027-03-01 12:00 (China time)",
        ),
        (
            campaign(waits_for={"address": "template.a", "temp_id": 8}, expected_approval=NOON),
            WAITS + "template.a 8, approval expected 2027-03-01 12:00 (China time)",
        ),
        (
            campaign(waits_for={"address": "template.a", "temp_id": None}, expected_approval=NOON),
            WAITS
            + "template.a, which is not submitted yet, approval expected 2027-03-01 12:00 at the earliest "
            "(China time)",
        ),
        (
            template(phase="approved", temp_id=8, serving_temp_id=8, superseded=list(range(37000, 37020))),
            "template.a  approved     8, superseded: " + " ".join(map(str, range(37000, 37020))),
        ),
        (campaign(waits_for={"address": "template.a", "temp_id": 8}), WAITS + "template.a 8"),
        (campaign(waits_for={"address": None, "temp_id": 8}), WAITS + "template 8"),
    ],
)
def test_every_phase_is_told_with_what_it_waits_for(entry: dict[str, Any], expected: str) -> None:
    """The phase, and what belongs to it, within the width of a terminal."""
    kind = "templates" if entry["address"].startswith("template") else "campaigns"
    told = status_text({"templates": [], "campaigns": [], kind: [entry]})
    assert told.split() == expected.split()
    assert max(map(columns, told.splitlines())) <= WIDTH


@pytest.mark.parametrize(
    ("not_ready", "told"),
    [
        ([], "Due by 2027-03-01 12:00 China time: every campaign is ready.\n"),
        (
            [{"address": "campaign.a", "send_time": NOON, "why": "it was cancelled"}],
            "Due by 2027-03-01 12:00 China time, and not ready:\n"
            "✗ campaign.a at 2027-03-01 12:00: it was cancelled\n",
        ),
    ],
)
def test_what_is_due_comes_last(not_ready: list[dict[str, str]], told: str) -> None:
    """Each campaign that is not ready with its time and the reason, or that there is none."""
    due = {"until": NOON, "not_ready": not_ready}
    text = status_text({"templates": [template()], "campaigns": [], "due": due})
    assert text == f"template.a  unsubmitted\n\n{told}"
    nothing = status_text({"templates": [], "campaigns": [], "due": due})
    assert nothing == f"Nothing is defined or recorded.\n\n{told}"


def test_a_wait_tells_what_is_news_to_it() -> None:
    """An audit when it opens, with its expected end, and how it ended; nothing that stands as it stood."""
    one, two = (Address("template.a"), 7), (Address("template.b"), 8)
    known = {key: b.revision(key[1], status="auditing") for key in (one, two)}
    still_open = dict.fromkeys((one, two), Verdict.OPEN)
    assert list(news(known, {}, {one: Verdict.OPEN})) == [
        "template.a 7: auditing since 2026-12-27 20:00, approval expected 2026-12-28 13:30 (China time)"
    ]
    assert list(news(known, still_open, still_open)) == []
    assert list(news(known, still_open, {one: Verdict.REJECTED, two: Verdict.OPEN})) == [
        "template.a 7: rejected"
    ]
    assert still_waiting(still_open, 4000) == "Still waiting for 2 audits, after 66 minutes."


def test_paint_knows_its_roles_only() -> None:
    """An unknown role is shown as it is, with and without colours."""
    assert coloured("nothing", "text") == plain("nothing", "text") == "text"
    assert coloured("done", "text") == "\x1b[32mtext\x1b[0m"


def test_problems_stand_with_their_place_and_help() -> None:
    """Two lines for each, one where there is nothing to add."""
    place = Position("t.yaml", 3, 7)
    problems = (
        Problem("a", Severity.ERROR, "wrong", place, "do this\n3 | x: ["),
        Problem("b", Severity.WARNING, "odd", place),
    )
    assert problems_text(problems) == (
        "t.yaml:3:7: error: wrong [a]\n    do this\n    3 | x: [\nt.yaml:3:7: warning: odd [b]\n"
    )
    assert "1 error, 1 warning" in verdict(2, 0, problems)
    assert verdict(1, 2, ()) == "1 template, 2 campaigns: 0 errors, 0 warnings.\n"


def plan(**more: Any) -> dict[str, Any]:
    """A plan's document."""
    actions = ("create", "modify", "replace", "delete", "retire", "forget", "record", "held", "refused")
    return {
        "summary": {**dict.fromkeys(actions, 0), "unchanged": 0},
        "changes": [],
        "held": [],
        "refusals": [],
        "problems": [],
        "notes": [],
        "estimate": {"messages": 0, "parts": 0, "balance": None},
        **more,
    }


def changed(**more: Any) -> dict[str, Any]:
    """A change of a plan's document."""
    return {
        "address": "template.a",
        "action": "modify",
        "reason": "definition-changed",
        "remote_id": 7,
        "fields": [],
        "next": [],
        **more,
    }


def cost(
    messages: int,
    parts: int,
    fewest: int | None,
    most: int | None,
    before: int = 0,
    parts_before: int | None = 0,
) -> dict[str, Any]:
    """The cost of a campaign as it stands in the document."""
    told = {"messages": messages, "parts": parts, "parts_min": fewest, "parts_max": most}
    return {**told, "messages_before": before, "parts_before": parts_before}


def problem(severity: str, line: int, help: str = "") -> dict[str, Any]:
    """A problem of a plan's document."""
    place = {"file": "t.yaml", "line": line, "column": 3}
    return {"code": "odd", "severity": severity, "message": "it is\nodd", "help": help, **place}


def test_a_plan_tells_all_errors_and_some_warnings_of_the_definitions() -> None:
    """What only a look at JSMS finds would be told nowhere else; a flood of warnings would hide the plan."""
    found = [*(problem("warning", line) for line in range(1, 13)), problem("error", 20, "mend it")]
    told = plan_text(plan(problems=found)).splitlines()
    assert told[:4] == [
        "Errors: nothing is done until they are mended",
        "t.yaml:20:3: error: it is⏎odd [odd]",
        "    mend it",
        "",
    ]
    assert told[4:6] == ["Warnings", "t.yaml:1:3: warning: it is⏎odd [odd]"]
    assert told[15] == "    and 2 more: `jsms-sync validate` tells them all"


@pytest.mark.parametrize(
    ("document", "lines"),
    [
        (plan(), ["Plan: no changes, 0 held, 0 unchanged."]),
        (plan(notes=["a note"]), ["Note: a note", "Plan: no changes, 0 held, 0 unchanged."]),
        (
            plan(changes=[changed(fields=[{"path": "ttl", "before": 60, "after": 120}])]),
            [
                "~ template.a: modify (definition changed, 7)",
                "    ttl:",
                "      before  60",
                "      after   120",
            ],
        ),
        (
            plan(changes=[changed(fields=[{"path": "remark", "before": "x", "after": None}])]),
            ["    remark:", "      before  x", "      after   (nothing)"],
        ),
        (
            plan(changes=[changed(fields=[{"path": "remark", "before": None, "after": "x"}])]),
            ["    remark: x"],
        ),
        (
            plan(
                changes=[changed(action="delete", fields=[{"path": "remark", "before": "x", "after": None}])]
            ),
            ["    remark: x"],
        ),
        (
            plan(changes=[changed(batches={"create": 0, "modify": 2, "delete": 0, "unchanged": 1})]),
            ["    schedules: 2 to modify, 1 unchanged"],
        ),
        (
            plan(changes=[changed(batches=dict.fromkeys(("create", "modify", "delete", "unchanged"), 0))]),
            ["    schedules: none"],
        ),
        (plan(changes=[changed(cost=cost(3, 3, 1, 1))]), ["    cost: 3 messages, 3 parts"]),
        (plan(changes=[changed(cost=cost(3, 6, 2, 2))]), ["    cost: 3 messages, 6 parts (2 each)"]),
        (plan(changes=[changed(cost=cost(3, 4, 1, 2))]), ["    cost: 3 messages, 4 parts (1 to 2 each)"]),
        (
            plan(changes=[changed(cost=cost(1, 1, None, None, 2, None))]),
            [
                "    cost: 1 message, parts not known, because its text is not; scheduled now: 2",
                "          messages, parts not known",
            ],
        ),
        (
            plan(
                changes=[changed(cost=cost(1, 1, None, None))],
                estimate={"messages": 1, "parts": 1, "balance": None},
            ),
            ["Campaigns: 1 message, at least 1 part."],
        ),
        (
            plan(changes=[changed(cost=cost(0, 0, None, None, 2500, 5000))]),
            ["    cost: nothing any more; scheduled now: 2,500 messages, 5,000 parts"],
        ),
        (
            plan(changes=[changed(cost=cost(0, 0, None, None))]),
            ["~ template.a: modify (definition changed, 7)", ""],
        ),
        (
            plan(estimate={"messages": 1, "parts": 2, "balance": 5, "balance_after": -3}),
            [
                "Campaigns: 1 message, at most 2 parts; the balance is 5, and -3 once all that is",
                "scheduled then has been sent.",
            ],
        ),
        (
            plan(
                refusals=[
                    {
                        "address": None,
                        "code": "over-limit",
                        "reason": "too many",
                        "override": "--allow over-limit",
                    },
                    {"address": "template.a", "code": "protected", "reason": "no", "override": ""},
                ]
            ),
            [
                "✗ the whole plan: over-limit",
                "    to do it all the same: --allow over-limit",
                "✗ template.a: protected",
            ],
        ),
        (
            plan(estimate={"messages": 2500, "parts": 5000, "balance": 9}),
            ["Campaigns: 2,500 messages, at most 5,000 parts; the balance is 9."],
        ),
    ],
)
def test_a_plan_is_readable(document: dict[str, Any], lines: list[str]) -> None:
    """Each part of a plan has its lines."""
    text = plan_text(document).splitlines()
    assert [line for line in lines if line not in text] == []


def entry(code: HeldCode, *following: str) -> dict[str, Any]:
    """Something held."""
    return {"address": f"template.{code}", "code": code.value, "reason": "why", "next": list(following)}


PLACES = {
    "Held: these wait, and a later run goes on with them": (
        *("already-sent", "inside-freeze-window", "cancelled", "unreadable", "unknown-outcome"),
    ),
    "Stuck: these wait until a person decides": (
        *("rejected", "send-time-passed", "cancelled-outside", "changed-outside", "template-missing"),
    ),
    "After approval, by a later run": ("awaiting-approval", "under-review", "template-not-approved"),
    "After the grace period, by a later run": ("grace-period",),
}


@pytest.mark.parametrize("code", HeldCode)
def test_what_is_held_stands_under_what_ends_it(code: HeldCode) -> None:
    """An approval, a grace period, another run, or a person."""
    first, *_ = plan_text(plan(held=[entry(code)])).splitlines()
    assert code in PLACES[first]
    expected, *_ = plan_text(plan(held=[{**entry(code), "expected_approval": NOON}])).splitlines()
    assert (expected == first) is (first != "After approval, by a later run")


def test_the_future_stands_in_the_order_in_which_it_comes() -> None:
    """Now, after approval, after the grace period; what comes of one address later stands there."""
    following = ["after approval: it serves", "7d after approval: retire 6", "8d after approval: retire 7"]
    audited = entry(
        HeldCode.AWAITING_APPROVAL, "after approval: it serves", "after the grace period: retire 5"
    )
    waiting = entry(HeldCode.TEMPLATE_NOT_APPROVED)
    tomorrow = {"expected_approval": NOON.replace("01T", "02T")}
    document = plan(
        changes=[changed(next=following, expected_approval=NOON)],
        held=[
            {**waiting, "address": "campaign.d"},
            {**waiting, **tomorrow, "address": "campaign.c", "next": ["after approval: create"]},
            {**audited, "expected_approval": NOON},
        ],
    )
    assert (
        plan_text(document)
        == """\
Now
~ template.a: modify (definition changed, 7)

After approval (expected 2027-03-01 12:00 China time), by a later run
~ template.a: it serves
… template.awaiting-approval: awaiting-approval
    why
    → it serves

After approval (expected 2027-03-02 12:00 China time), by a later run
… campaign.c: template-not-approved
    why
    → create

After approval, by a later run
… campaign.d: template-not-approved
    why

After the grace period, by a later run
~ template.a
    → 7d after approval: retire 6
    → 8d after approval: retire 7
… template.awaiting-approval: retire 5

Plan: no changes, 0 held, 0 unchanged.
"""
    )


@pytest.mark.parametrize("words", report_cases.HOSTILE)
def test_no_words_move_the_cursor_of_who_reads_a_plan(words: str) -> None:
    """Whatever stands in a saved plan that somebody else sent: every line can be printed as it is."""
    told = plan_text(report_cases.hostile(words))
    assert [line for line in told.splitlines() if not line.isprintable()] == []


def test_the_text_of_a_plan_is_made_from_its_json() -> None:
    """The golden text is that of the golden document: `show` tells what `plan` told."""
    document = json.loads((GOLDEN / "plan.json").read_text(encoding="utf-8"))
    assert plan_text(document) == (GOLDEN / "plan.txt").read_text(encoding="utf-8")
