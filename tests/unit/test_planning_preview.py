"""Messages as phones show them: pieces, parts, and what campaigns pay (architecture §7)."""

import json
import re
from dataclasses import replace
from pathlib import Path

import builders as b
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jsms_sync.model.privacy import Params
from jsms_sync.model.resources import Address, Definitions, Recipient
from jsms_sync.model.text import parts
from jsms_sync.planning.cost import Pattern
from jsms_sync.planning.message import Message, Piece, Role
from jsms_sync.planning.preview import Audience, Preview, Request, Which, previews
from jsms_sync.reports.columns import width
from jsms_sync.reports.paint import coloured
from jsms_sync.reports.preview_html import preview_html
from jsms_sync.reports.preview_json import preview_document
from jsms_sync.reports.preview_text import INSIDE, preview_text

GOLDEN = Path(__file__).parents[1] / "golden"
ATTACK = "<script>alert('1')</script> & \u202e\u200b {{n}}"


def shop() -> Definitions:
    """Definitions that bring everything a preview can show."""
    offer = "{{n}}，春季新装已到店，会员尊享。欢迎您在三月一日至七日之间光临，Spring collection 2035。" * 2
    return b.definitions(
        b.template("code", "您的验证码是{{code}}，2分钟内有效。", type="verification", ttl=120),
        b.template("offer", offer, type="marketing"),
        b.template("plain", "第一行\n第二行"),
        b.template("attack", ATTACK),
        b.campaign("sale", "a=张 b=欧阳先生很长的名字 c=李", template="offer"),
        b.campaign("one", "d", template="offer"),
        b.campaign("bold", "e=<b>", template="attack"),
        b.campaign("drill", "f", temp_id=1),
    )


def one(
    content: str, people: str = "", *, type: str = "notification", signature: str | None = None
) -> Preview:
    """The preview of that text for those people, with values."""
    wanted = b.definitions(b.template(content=content, type=type), b.campaign("c", people))
    return previews(wanted, Request(signature=signature, values=True)).templates[0]


def texts(message: Message) -> list[str]:
    """The text of each part."""
    return ["".join(piece.text for piece in part) for part in message.parts]


@pytest.mark.parametrize("values", [False, True], ids=["placeholders", "values"])
@pytest.mark.parametrize(("suffix", "render"), [("txt", preview_text), ("html", preview_html)])
def test_the_reports_are_what_they_were(suffix: str, render: object, values: bool) -> None:
    """Text and page to the letter; `tests/golden/preview…` holds them."""
    assert callable(render)
    found = render(previews(shop(), Request(values=values)))
    name = f"preview-values.{suffix}" if values else f"preview.{suffix}"
    assert found == (GOLDEN / name).read_text(encoding="utf-8")


def test_the_json_is_what_it_was() -> None:
    """Every key, and where each part begins."""
    found = preview_document(previews(shop(), Request(signature="青禾", values=True)), "青禾")
    assert found == json.loads((GOLDEN / "preview.json").read_text(encoding="utf-8"))


def test_without_values_none_is_shown() -> None:
    """Neither a value nor a number is in any report, unless asked for; numbers are masked even then."""
    hidden = previews(shop(), Request())
    told = preview_text(hidden) + preview_html(hidden) + json.dumps(preview_document(hidden, None))
    shown = previews(shop(), Request(values=True))
    everything = preview_text(shown) + preview_html(shown) + json.dumps(preview_document(shown, None))
    assert "欧阳" not in told
    assert "****" not in told
    assert "欧阳" in everything
    assert re.search(r"1[3-9][0-9]{9}", everything) is None
    assert "欧阳" not in repr(shown)


def test_the_page_runs_nothing() -> None:
    """What looks like markup is text, direction marks are shown, and nothing is fetched from elsewhere."""
    page = preview_html(previews(shop(), Request(values=True)))
    assert "<script" not in page
    assert "<b>" not in page
    assert "\u202e" not in page
    assert "&lt;script&gt;" in page
    assert re.search(r"(?:src|href)=|@import|url\(", page) is None
    assert "default-src &#x27;none&#x27;" in page
    assert "prefers-color-scheme: dark" in page


@pytest.mark.parametrize(
    ("content", "type", "signature", "cut"),
    [
        ("一" * 60, "notification", None, ["【签名】" + "一" * 60]),
        ("一" * 61, "notification", None, ["【签名】" + "一" * 57, "一" * 4]),
        ("一" * 66, "notification", "极光", ["【极光】" + "一" * 66]),
        ("一" * 67, "notification", "极光", ["【极光】" + "一" * 63, "一" * 4]),
        ("一" * 54, "marketing", None, ["【签名】" + "一" * 54 + "拒收请回复R"]),
        ("一" * 55, "marketing", None, ["【签名】" + "一" * 55 + "拒收", "请回复R"]),
        ("一" * 56 + "\n一一一一", "notification", None, ["【签名】" + "一" * 56 + "\n", "一一一一"]),
        ("一" * 122 + "\n", "notification", None, ["【签名】" + "一" * 57, "一" * 65 + "\n"]),
        ("一" * 123 + "\n", "notification", None, ["【签名】" + "一" * 57, "一" * 66 + "\n", ""]),
        ("一" * 124 + "{{n}}", "notification", None, ["【签名】" + "一" * 57, "一" * 67 + "{{n}}"]),
        ("一" * 58 + "{{n}}一一一", "notification", None, ["【签名】" + "一" * 57, "一{{n}}一一一"]),
        ("一" * 60 + "{{n}}", "notification", None, ["【签名】" + "一" * 60 + "{{n}}"]),
    ],
)
def test_parts_begin_where_jsms_counts_them(
    content: str, type: str, signature: str | None, cut: list[str]
) -> None:
    """70 characters to one part, else 67 each; a newline counts 2 and belongs where it begins."""
    assert texts(one(content, type=type, signature=signature).message) == cut


@given(
    st.text("一a\n", max_size=300),
    st.text("一a\n", max_size=80),
    st.sampled_from(["notification", "marketing"]),
)
def test_a_preview_costs_what_the_plan_says(content: str, value: str, type: str) -> None:
    """Parts are those of the estimate, nothing of the text is lost, and each part holds what fits."""
    person = Recipient(b.mobile("a"), Params({"n": value}))
    campaign = replace(b.campaign("c"), recipients=(person,))
    wanted = b.definitions(b.template(content=content + "{{n}}", type=type), campaign)
    shown = previews(wanted, Request(values=True)).templates[0].audiences[0]
    pattern = Pattern.of(content + "{{n}}", wanted.templates[Address("template.t")].type)
    assert shown.total == pattern.parts(person.params)
    (sample,) = shown.samples
    assert len(sample.message.parts) == shown.total
    assert content in sample.message.text
    assert sample.message.characters == sum(p.counted for part in sample.message.parts for p in part)
    if shown.total > 1:
        assert all(sum(piece.counted for piece in part) <= 68 for part in sample.message.parts)


@given(st.text("一{n}", max_size=160))
def test_the_room_is_what_the_values_may_have(content: str) -> None:
    """With that many characters the price stays, with one more it does not."""
    found = one(content + "{{n}}")
    billed = len(found.message.parts)
    assert parts(found.message.characters + found.room) == billed
    assert parts(found.message.characters + found.room + 1) == billed + 1


def test_the_longest_and_the_shortest_are_shown() -> None:
    """One of each; where all are of one length one example; a campaign to nobody costs nothing."""
    mixed = one("{{n}}", "a=xx b=x c=xxx").audiences[0]
    assert [(sample.which, sample.message.text) for sample in mixed.samples] == [
        (Which.LONGEST, "【签名】xxx"),
        (Which.SHORTEST, "【签名】x"),
    ]
    assert [sample.which for sample in one("{{n}}", "a=x b=y").audiences[0].samples] == [Which.EXAMPLE]
    assert one("{{n}}").audiences == (Audience(Address("campaign.c"), 0, 0, 0, 0),)


def test_a_missing_value_is_no_placeholder() -> None:
    """A value that is not there is empty, as JSMS would have refused it."""
    wanted = b.definitions(b.template(content="{{n}}{{m}}."), b.campaign("c", "a=x"))
    (sample,) = previews(wanted, Request(values=True)).templates[0].audiences[0].samples
    assert sample.message.parts[0][1:] == (Piece(Role.VALUE, "x", 1), Piece(Role.TEXT, ".", 1))


def test_only_what_was_asked_for_is_shown() -> None:
    """A template comes with all its campaigns; a campaign with its template and no other campaign."""

    def shown(*addresses: str) -> list[tuple[str, list[str]]]:
        found = previews(shop(), Request(frozenset(map(Address, addresses))))
        told = [(str(t.address), [str(a.address) for a in t.audiences]) for t in found.templates]
        return told + [(str(campaign.address), []) for campaign in found.elsewhere]

    assert shown("template.offer") == [("template.offer", ["campaign.sale", "campaign.one"])]
    assert shown("campaign.one") == [("template.offer", ["campaign.one"])]
    assert shown("campaign.drill") == [("campaign.drill", [])]
    assert len(shown()) == 5


def test_colours_are_roles_and_change_no_width() -> None:
    """Taking the colours away gives the plain text."""
    found = previews(shop(), Request(values=True))
    assert re.sub(r"\x1b\[[0-9;]*m", "", preview_text(found, coloured)) == preview_text(found)


@given(st.lists(st.text(max_size=30) | st.sampled_from(["a" * 39, "，", "。", " ", "一" * 20])).map("".join))
def test_every_line_of_a_bubble_is_as_wide(content: str) -> None:
    """Whatever the script; a terminal's cursor is never moved."""
    told = preview_text(previews(b.definitions(b.template(content=content)), Request()))
    lines = [line for line in told.split("\n") if line.startswith("  │")]
    assert {sum(map(width, line)) for line in lines} == {INSIDE + 6}


def test_nothing_is_said_to_be_nothing() -> None:
    """Empty definitions bring one sentence, not an empty page."""
    nothing = previews(b.definitions(), Request())
    assert preview_text(nothing) == "Nothing is defined.\n"
    assert "Nothing is defined." in preview_html(nothing)
