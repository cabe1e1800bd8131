"""Markdown for pull requests: nothing breaks out, nothing is too long, and what is cut is said."""

import json
import re
import shlex
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import report_cases as r
from hypothesis import given, settings
from hypothesis import strategies as st
from rendered import Rendered, markdown

from jsms_sync.model.resources import Position, Problem, Severity
from jsms_sync.reports.apply_command import LONGEST, apply_command
from jsms_sync.reports.fitting import REST, Entry, fitted
from jsms_sync.reports.markdown import block, code, prose, size
from jsms_sync.reports.outcome_markdown import outcome_markdown
from jsms_sync.reports.plan_html import plan_html
from jsms_sync.reports.plan_markdown import LIMIT, plan_markdown
from jsms_sync.reports.problem_markdown import problems_markdown
from jsms_sync.reports.status_markdown import status_markdown
from jsms_sync.reports.words import visible

GOLDEN = Path(__file__).parents[1] / "golden"
OURS = {"h3", "p", "strong", "ul", "li", "details", "summary", "b", "code", "del", "ins", "em", "pre"}
"""The elements that reports are made of."""
QUIET = ("code", "pre")
"""Code hosts look for names, numbers and links everywhere but in these."""
REFERENCE = re.compile(r"(?<!\w)@\w|(?<!\w)#\d|[!%~$&^]\w|\bGH-\d|www\.|(?<![0-9]):\w+:|://|mailto:\w|\w@\w")
WORDS = st.text(st.characters(codec="utf-8"), max_size=60) | st.sampled_from(r.HOSTILE)


def check_harmless(found: Rendered) -> None:
    """Only our elements, only our attributes, and no reference that a code host would act upon."""
    assert found.tags <= OURS
    for tag, attributes in found.elements:
        allowed = {"open"} if tag == "details" else {"class"} if tag == "code" else set()
        assert set(attributes) <= allowed
    assert [text for text in found.text(*QUIET) if REFERENCE.search(text)] == []
    assert len(found.comments) == 1


def test_a_plan_for_a_pull_request_is_what_it_was() -> None:
    """The golden file to the letter; the same plan gives the same bytes, whenever it was made."""
    document = r.shop()
    told = plan_markdown(document)
    assert told == (GOLDEN / "plan.md").read_text(encoding="utf-8")
    again = {**document, "id": "another", "created_at": "2027-01-01T12:00:09Z", "expires_at": "later"}
    assert plan_markdown(again) == told


@pytest.mark.parametrize("words", r.HOSTILE)
def test_nothing_breaks_out_of_a_plan(words: str) -> None:
    """Rendered by a CommonMark library, hostile words are text, and the marker stays the first line."""
    told = plan_markdown(r.hostile(words))
    found = markdown(told)
    check_harmless(found)
    assert re.fullmatch(r"<!-- jsms-sync plan [^\n]*-->", told.split("\n", 1)[0])
    assert told.startswith("<!-- jsms-sync plan")
    assert visible(words).split()[0] in found.whole.replace("\u200b", "")
    assert not set("\u202e\u2066\x1b\x07\r") & set(told)


@given(WORDS, WORDS)
@settings(max_examples=60)
def test_nothing_breaks_out_of_any_words(one: str, two: str) -> None:
    """As prose and as code, next to each other, whatever they are: one paragraph with our elements."""
    found = markdown(f"say {prose(one)}; {code(two)}\n")
    assert found.tags <= {"p", "code", "em"}
    assert [tag for tag, _ in found.elements].count("p") == 1
    assert [text for text in found.text(*QUIET) if REFERENCE.search(text)] == []


@given(WORDS)
def test_code_shows_every_letter(words: str) -> None:
    """What is shown as code can be copied."""
    found = markdown(f"{code(words)}\n")
    assert found.whole.rstrip("\n") == (visible(words) or "(empty)")


@given(WORDS)
def test_prose_reads_as_it_was_written(words: str) -> None:
    """But for spaces at its ends and of no width, and the backticks of what is code."""
    shown = markdown(f"say {prose(words)}.\n").whole.replace("\u200b", "").replace("`", "").rstrip("\n")
    assert shown.split() == f"say {' '.join(visible(words).replace('`', '').split())}.".split()


@given(st.text(st.sampled_from("`\na~ "), max_size=30))
def test_a_block_ends_where_it_should(text: str) -> None:
    """Whatever backticks stand in it."""
    found = markdown(f"{block(text, 'sh')}\n\nafter\n")
    assert found.texts[-2] == (("p",), "after")


@given(
    number=st.integers(0, 700),
    content=st.text(st.sampled_from("长`|<😀a\n\u202e"), max_size=400),
    words=st.text(st.sampled_from("长`|<😀a\n\u202e"), max_size=3000),
)
@settings(max_examples=25)
def test_no_plan_is_too_long_for_a_comment(number: int, content: str, words: str) -> None:
    """Whatever it holds, in the units in which code hosts count."""
    document = r.hostile(words) | {name: r.large(number, content)[name] for name in ("changes", "held")}
    told = plan_markdown(document)
    assert size(told) <= LIMIT
    assert size(told) == len(told.encode("utf-16-le")) // 2


def test_four_hundred_templates_fit_and_what_is_cut_is_said() -> None:
    """All of them are named; whose details are not told is counted; digest and command stay."""
    document = r.large(400)
    told = plan_markdown(document)
    assert size(told) <= LIMIT
    assert all(f"`template.n{n}`" in told and f"`campaign.n{n}`" in told for n in range(400))
    whole = told.count("`content`: ")
    assert 0 < whole < 400
    (cut,) = re.findall(r"\*\*(\d+) entries are told without details", told)
    assert int(cut) >= 400 - whole
    assert "Not told here" not in told
    assert document["digest"] in told
    assert REST in told


def test_four_thousand_templates_are_not_pretended_to_be_there() -> None:
    """What is left out is counted to the last entry; refusals and deletions are told before anything else."""
    document = r.large(4000)
    document["changes"].append(document["changes"][0] | {"address": "template.last", "action": "delete"})
    document["refusals"] = [r.refusal("template.last", "no")]
    told = plan_markdown(document)
    shown = Counter(re.findall(r"^- \*\*(. \w+)\*\*", told, flags=re.MULTILINE))
    (lacking,) = re.findall(r"Not told here: ([^*]+)\.\*\*", told)
    left = {what: int(number.replace(",", "")) for number, what in re.findall(r"([\d,]+) ([a-z ]+)", lacking)}
    assert shown["+ create"] + left["to create"] == 4000
    assert shown["… held"] + left["held"] == 4000
    assert (left["warning"], left["notes"]) == (1, len(document["notes"]))
    assert "**- delete** `template.last`" in told
    assert "- ✗ `template.last`: `no`" in told


def test_what_fits_is_told_by_rank_and_in_its_order() -> None:
    """First one line of each, then details, both by rank; sections keep the order of the entries."""
    entries = [Entry("s", rank, f"{rank}", f"{rank}{'+' * 9}", f"{rank}") for rank in (2, 0, 1)]
    assert fitted(entries, 100).sections == {"s": ["2+++++++++", "0+++++++++", "1+++++++++"]}
    some = fitted(entries, 20)
    assert (some.sections, some.shortened) == ({"s": ["2", "0+++++++++", "1"]}, 2)
    few = fitted(entries, 4)
    assert (few.sections, few.left_out) == ({"s": ["0", "1"]}, {"2": 1})
    assert fitted(entries, 100).lacking == []


def test_the_command_is_the_one_that_the_plan_was_made_with() -> None:
    """Paths, overrides, environment and sandbox are given again, quoted for a shell."""
    document = r.shop()
    made = document["made_from"]
    made |= {"paths": ["a b.yaml", "$(x).yaml"], "options": ["--env", "prod", "--sandbox"]}
    made["chosen"] |= {"allow": ["over-limit"], "only": ["template.*"]}
    command, why = apply_command(document)
    assert why == ""
    assert shlex.split(command) == [
        *("jsms-sync", "apply", "--env", "prod", "--sandbox", "-f", "a b.yaml", "-f", "$(x).yaml"),
        *("--allow", "over-limit", "--only", "template.*", "--plan-digest", document["digest"]),
        "--auto-approve",
    ]
    assert f"```sh\n{command}\n```" in plan_markdown(document)
    assert "### jsms-sync plan for `prod`" in plan_markdown(document)
    assert plan_markdown(document).startswith("<!-- jsms-sync plan prod -->\n")


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"refusals": [r.refusal(None, "no")]}, "while something is refused"),
        ({"problems": [r.problem("error", "wrong")]}, "while the definitions have errors"),
        ({"changes": []}, "There is nothing to apply."),
        ({"without_recipients": True}, "it can only be read"),
        ({"account": None}, "made without an appKey"),
        ({"digest": "x" * LONGEST}, "too long"),
        ({"digest": "\u202e"}, "cannot be shown"),
    ],
)
def test_where_there_is_no_command_it_is_said_why(more: dict[str, Any], why: str) -> None:
    """A command that would be refused, or shows something else than it does, is not offered."""
    command, said = apply_command({**r.shop(), **more})
    assert command == ""
    assert why in said


def test_a_plan_with_nothing_in_it_says_so() -> None:
    """No empty section is shown."""
    told = plan_markdown(r.bare(r.shop()))
    assert "<details" not in told
    assert "There is nothing to apply." in told


def test_an_address_of_another_kind_is_shown_all_the_same() -> None:
    """A plan of a later version may know more kinds."""
    document = r.shop()
    document["changes"][0]["address"] = "picture.a"
    assert "<summary><b>Others</b>: 1 to create</summary>" in plan_markdown(document)


def status(words: str = "words") -> dict[str, Any]:
    """The document of a status with what has words of others."""
    template = {
        **{"address": "template.a", "phase": "rejected", "temp_id": 7, "serving_temp_id": 6, "since": None},
        **{"refuse_reason": words, "expected_approval": None, "superseded": []},
    }
    due = [{"address": "campaign.a", "send_time": "2027-03-01T10:00:00+08:00", "why": words}]
    until = "2027-03-02T10:00:00+08:00"
    return {"templates": [template], "campaigns": [], "due": {"until": until, "not_ready": due}}


def problems(words: str = "words") -> list[Problem]:
    """An error and a warning."""
    weights = (Severity.ERROR, Severity.WARNING)
    return [Problem("odd", weight, words, Position(words or "f", 1, 2), words) for weight in weights]


@pytest.mark.parametrize("words", r.HOSTILE)
def test_nothing_breaks_out_of_the_other_reports(words: str) -> None:
    """What JSMS said, reasons of auditors, names of files."""
    for told in (
        outcome_markdown(r.outcomes(words)),
        status_markdown(status(words)),
        problems_markdown(problems(words), f"{words}\n"),
    ):
        check_harmless(markdown(told))


def test_an_apply_tells_first_what_went_wrong() -> None:
    """Refused, unknown, failed and skipped are open; what was done and waits is folded."""
    told = outcome_markdown(r.outcomes())
    titles = ["Refused:", "Unknown:", "**Failed**", "**Skipped**", "<b>Done</b> (2)", "<b>Held:"]
    assert sorted(titles, key=told.index) == titles
    assert "- ✓ `template.a`: created (`7`)" in told
    assert "1 recipient refused by JSMS because the recipient has opted out (50024): 199" in told
    assert told.count("<details>") == 2


def test_a_status_tells_what_is_due_first() -> None:
    """Then templates and campaigns; where there is nothing it says so."""
    told = status_markdown(status())
    assert told.index("Due, and not ready") < told.index("`template.a`: **rejected**")
    assert "Nothing is defined" in status_markdown({"templates": [], "campaigns": []})


def test_the_other_reports_fit_a_comment_too() -> None:
    """However much there is, and they say what they leave out."""
    many = r.outcomes()
    many["outcomes"] *= 2000
    template = status()["templates"][0]
    for told in (
        outcome_markdown(many),
        status_markdown({"templates": [template] * 4000, "campaigns": []}),
        problems_markdown(problems("words " * 20) * 2000, "verdict"),
    ):
        assert size(told) <= LIMIT
        assert "This is not all of it" in told


def test_the_golden_plan_of_the_schema_is_told_too() -> None:
    """What `plan.json` holds can be shown as Markdown."""
    document = json.loads((GOLDEN / "plan.json").read_text(encoding="utf-8"))
    check_harmless(markdown(plan_markdown(document)))


@pytest.mark.parametrize("told", [plan_markdown, plan_html], ids=["markdown", "html"])
def test_what_is_taken_away_is_told_otherwise_than_what_comes(told: Callable[[Any], str]) -> None:
    """Who reviews a plan sees that a signature goes, and does not read that it is set."""
    document = r.shop()
    change = next(each for each in document["changes"] if each["action"] == "modify")
    change["fields"] = [{"path": "sign_id", "before": 4321, "after": None}]
    gone = told(document)
    change["fields"] = [{"path": "sign_id", "before": None, "after": 4321}]
    come = told(document)
    assert (gone.count("(nothing)"), come.count("(nothing)")) == (1, 0)
    assert "4321" in gone
