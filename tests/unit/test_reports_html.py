"""The page of a plan: self-contained, harmless whatever the plan holds, and with everything on it."""

import re
from pathlib import Path
from typing import Any

import pytest
import report_cases as r
from hypothesis import given, settings
from hypothesis import strategies as st
from rendered import Rendered, page

from jsms_sync.reports.outcome_html import outcome_html
from jsms_sync.reports.plan_html import NOTHING, plan_html
from jsms_sync.reports.timeline import timeline
from jsms_sync.reports.words import visible

GOLDEN = Path(__file__).parents[1] / "golden"
OURS = {
    *("html", "head", "meta", "title", "style", "body", "main", "section", "div", "h1", "h2", "h3", "p"),
    *("span", "ul", "li", "dl", "dt", "dd", "del", "ins", "code", "strong", "br", "pre"),
}
WORDS = st.text(st.characters(codec="utf-8"), max_size=40) | st.sampled_from(r.HOSTILE)


def check_harmless(html: str) -> Rendered:
    """Only our elements, nothing that runs or is fetched, and a policy that forbids both."""
    found = page(html)
    assert found.tags <= OURS
    attributes = {name for _, each in found.elements for name in each}
    assert attributes <= {"lang", "charset", "name", "content", "http-equiv", "class", "title"}
    policy = next(each["content"] for _, each in found.elements if each.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none'; ")
    assert found.comments == []
    style = "".join(text for inside, text in found.texts if "style" in inside)
    assert re.search(r"url\(|@import|expression|</", style) is None
    return found


def test_the_page_of_a_plan_is_what_it_was() -> None:
    """The golden file to the letter."""
    html = plan_html(r.shop())
    check_harmless(html)
    assert html == (GOLDEN / "plan.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("words", r.HOSTILE)
def test_nothing_breaks_out_of_the_page(words: str) -> None:
    """Hostile words are text wherever a plan has words of others."""
    html = plan_html(r.hostile(words))
    assert visible(words) in check_harmless(html).whole
    assert not set("\u202e\u2066\x1b\x07\r") & set(html)


@given(WORDS)
@settings(max_examples=30)
def test_nothing_breaks_out_of_the_page_whatever_the_words(words: str) -> None:
    """Whatever the words are."""
    check_harmless(plan_html(r.hostile(words)))


def test_everything_of_a_plan_is_on_its_page() -> None:
    """Every address, both messages of an edited text with its marks, the cost, the digest, the command."""
    document = r.shop()
    html = plan_html(document)
    whole = page(html).whole
    for entry in (*document["changes"], *document["held"]):
        assert entry["address"] in whole
    assert "<del>因天气原因</del>" in html
    assert "<ins>受大雪影响，预计</ins>" in html
    assert html.count('<div class="bubble"') == 5
    assert "【青禾】" in whole
    assert "Cost: 4 messages, 4 parts" in whole
    assert document["digest"] in whole
    assert "jsms-sync apply --plan-digest" in whole
    assert "Made at 2027-01-01 12:00:00 UTC" in whole
    assert "template.t: not changed, and sent by what changes" in whole


def test_the_page_of_an_apply_is_what_it_was() -> None:
    """The golden file to the letter."""
    plan = r.shop()
    html = outcome_html(r.applied(plan), plan)
    check_harmless(html)
    assert html == (GOLDEN / "apply.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("words", r.HOSTILE)
def test_nothing_breaks_out_of_the_page_of_an_apply(words: str) -> None:
    """What JSMS said, reasons of auditors, and all that a plan holds."""
    html = outcome_html(r.outcomes(words), r.hostile(words))
    assert visible(words) in check_harmless(html).whole
    assert not set("\u202e\u2066\x1b\x07\r") & set(html)
    assert visible(words) in check_harmless(outcome_html(r.outcomes(words))).whole


def test_the_page_of_an_apply_tells_first_what_needs_a_person() -> None:
    """What to do next, then unknown, failed, skipped and done, then the plan without its command."""
    plan = r.shop()
    document = r.applied(plan)
    html = outcome_html(document, plan)
    whole = page(html).whole
    order = ["3 done, 1 skipped, 1 failed, 1 unknown, 2 held", "look in the JSMS console", "Unknown:"]
    order += ["no answer came", "Failed", "the balance is not sufficient", "199****0001", "Skipped", "Done"]
    order += [
        "✓ template.delayed: replaced (37584)",
        "As it was planned",
        "What happens when",
        "± template.delayed",
    ]
    assert sorted(order, key=whole.index) == order
    assert plan["digest"] in whole
    assert "jsms-sync apply" not in whole
    for entry in plan["held"]:
        assert f"held: {entry['address']}" in whole


def test_an_apply_that_could_not_start_has_a_page_too() -> None:
    """The refusal with its way out, and no plan."""
    counts = dict.fromkeys(("done", "failed", "unknown", "skipped", "held"), 0) | {"refused": 1}
    document = {"outcomes": [], "held": [], "refusals": [r.refusal(None, "no state")], "summary": counts}
    whole = check_harmless(outcome_html(document)).whole
    assert "refused: the whole plan" in whole
    assert "no state" in whole
    assert "As it was planned" not in whole


def test_the_page_can_be_read_in_the_dark_and_on_paper() -> None:
    """It follows what the reader prefers; no meaning is in a colour alone."""
    html = plan_html(r.shop())
    for wanted in ("prefers-color-scheme: dark", "@media print", "line-through", "underline", "viewport"):
        assert wanted in html


def test_a_type_that_changes_is_shown_before_and_after() -> None:
    """A marketing text has the opt-out text of the platform behind it, another has not."""
    document = r.shop()
    change = next(each for each in document["changes"] if each["action"] == "replace")
    message = next(each for each in document["messages"] if each["address"] == change["address"])
    message["type"] = "marketing"
    change["fields"].append({"path": "type", "before": "notification", "after": "marketing"})
    assert plan_html(document).count("拒收请回复R") == 1


def test_an_empty_plan_says_so_and_one_without_texts_is_a_page_too() -> None:
    """Plans of an earlier version know neither messages nor sends."""
    document = r.shop()
    assert NOTHING in page(plan_html(r.bare(document))).whole
    old = {name: value for name, value in document.items() if name not in ("messages", "sends")}
    found = check_harmless(plan_html(old))
    assert "What happens when" in found.whole


def test_four_hundred_templates_are_all_on_the_page() -> None:
    """A file has no end as a comment has."""
    whole = page(plan_html(r.large(400))).whole
    assert all(f"template.n{n}: create" in whole and f"campaign.n{n} " in whole for n in range(400))


def moments(**more: Any) -> dict[str, list[tuple[str, str]]]:
    """What happens when, by the words of the moment."""
    told = timeline({**r.shop(), **more})
    return {moment.when: [(event.address, event.what) for event in moment.events] for moment in told}


def test_the_timeline_is_in_the_order_of_events() -> None:
    """Now, then by the time that is expected, then what only follows something."""
    found = moments()
    assert list(found) == [
        "Now",
        "2026-12-28 13:30, approval was expected",
        "2027-01-02 20:00, send time",
        "2027-01-04 13:30, approval expected",
        "2027-01-10 20:00, send time",
        "2027-01-21 20:00, send time",
        "7d after approval",
    ]
    assert ("template.code", "create") in found["Now"]
    assert found["2027-01-10 20:00, send time"] == [
        ("campaign.sale", "sends template.offer to 2 recipients; held now: template-not-approved")
    ]
    assert found["7d after approval"] == [("template.delayed", "retire 37582")]


def test_what_is_refused_happens_never_and_what_has_no_time_comes_last() -> None:
    """A refusal stops all; what nobody is auditing has no expected approval; an id stands for itself."""
    send = {"address": "campaign.x", "send_time": "2027-03-01T10:00:00+08:00", "recipients": 1}
    held = {"address": "campaign.y", "code": "rejected", "next": ["mend it"], "expected_approval": None}
    waits = {**held, "next": ["after approval: create"]}
    found = moments(
        refusals=[r.refusal(None, "no")],
        held=[held, waits],
        sends=[{**send, "template": None, "temp_id": 7}],
    )
    assert ("template.code", "would be done: create") in found["Nothing, until a person decides"]
    assert found["2027-03-01 10:00, send time"] == [("campaign.x", "sends template 7 to 1 recipient")]
    assert found["Mend it"] == [("campaign.y", "mend it")]
    assert found["After approval"] == [("campaign.y", "create")]
