"""Entries put into a file: every other byte stays, and all of it reads back as it was meant."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from jsms_sync.definitions.fields import Fields
from jsms_sync.definitions.reader import read
from jsms_sync.definitions.splice import CannotSplice, splice
from jsms_sync.model.privacy import Mobile, Params
from jsms_sync.model.resources import Recipient

PARSERS = (yaml.SafeLoader, yaml.CSafeLoader)
SPECIAL = [*" :#{}[]'\"\\\n\t-?&*!|>%@`,~<=.", "\r", "\x00", "\x85", "\u2028", "\ufeff", "\u200d", "\u202e"]
WORDS = [
    "no",
    "012",
    "+1",
    "12:30:00",
    "2027-03-01",
    "1e3",
    "null",
    "{{code}}",
    "您好",
    "，",
    "😀",
    "\u3000",
    "<<",
]
TEXTS = st.one_of(
    st.lists(st.sampled_from([*SPECIAL, *WORDS, "a", " "]), max_size=12).map("".join),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
).map(lambda text: text.replace("\r\n", "\n"))
NAMES = st.from_regex("[a-z0-9][a-z0-9_-]{0,5}", fullmatch=True)
PEOPLE = st.lists(
    st.builds(
        Recipient,
        st.from_regex("1[3-9][0-9]{9}", fullmatch=True).map(Mobile),
        st.dictionaries(st.from_regex("[A-Za-z0-9]{1,3}", fullmatch=True), TEXTS, max_size=2).map(Params),
    ),
    min_size=1,
    max_size=3,
).map(tuple)


@st.composite
def fields(draw: st.DrawFn) -> Fields:
    """The fields of an entry, of every kind that there is."""
    found: dict[str, Any] = {"content": draw(TEXTS), "remark": draw(TEXTS)}
    if draw(st.booleans()):
        found["ttl"] = draw(st.integers(1, 86400))
    if draw(st.booleans()):
        found["mobile"] = Mobile("13812345678")
        found["params"] = Params(draw(st.dictionaries(st.sampled_from(["a", "no", "1"]), TEXTS)))
    if draw(st.booleans()):
        found["recipients"] = draw(PEOPLE)
    return found


ENTRIES = st.dictionaries(NAMES.map(lambda name: f"new-{name}"), fields(), min_size=1, max_size=3)
ASIDE = ["", "# aside", "  # 您好 😀", "    # deeper", "   "]
"""Lines that say nothing, and may stand nearly everywhere."""


@st.composite
def entry_lines(draw: st.DrawFn, name: str, margin: str, step: str) -> list[str]:
    """An old entry, written by other means than the tool's."""
    inside = margin + step
    match draw(st.integers(0, 5)):
        case 0:
            return [f"{margin}{name}: {{content: 'x # y', remark: \"a\\nb\"}} # aside"]
        case 1:
            return [f"{margin}{name}:", f"{inside}content: |", f"{inside}  a", f"{inside}  # b", ""]
        case 2:
            return [f"{margin}{name}:", f"{inside}remark: >+", f"{inside}  a", f"{inside}    ", "", ""]
        case 3:
            return [f"{margin}{name}: &{name}", f"{inside}content: 您好 😀 # aside"]
        case 4:
            return [f"{margin}{name}:", f"{inside}content:", f"{inside}recipients:", f"{inside}- {{a: b}}"]
        case _:
            return [f'{margin}"{name}":', f"{inside}? content", f"{inside}: 'a", "", f"{inside}  b'"]


@st.composite
def section_lines(draw: st.DrawFn, section: str, margin: str) -> list[str]:
    """A section in one of the ways to write it."""
    names = draw(st.lists(NAMES, max_size=3, unique=True))
    match draw(st.sampled_from(["none", "nothing", "empty", "flow", "long-flow", "block", "block"])):
        case "none":
            return []
        case "nothing":
            return [f"{margin}{section}: # none yet"]
        case "empty":
            return [f"{margin}{section}: {{ }}"]
        case "flow":
            return [f"{margin}{section}: {{{', '.join(f'{name}: {{}}' for name in names)}}} # aside"]
        case "long-flow":
            ends = [",", ", # aside", draw(st.sampled_from(["", ",", " # aside", ", # aside"]))]
            rows = [f"{margin}  {n}: {{a: b}}{e}" for n, e in zip(names, ends[-len(names) :], strict=False)]
            return [f"{margin}{section}: {{", *rows, f"{margin} }}"]
    step = draw(st.sampled_from([" ", "  ", "    "]))
    lines = [f"{margin}{section}:"]
    for name in names or ["only"]:
        lines += draw(entry_lines(name, margin + step, step))
        lines += draw(st.lists(st.sampled_from(ASIDE), max_size=2))
    return lines


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A file that the reader can read, with everything that people put into one."""
    margin = draw(st.sampled_from(["", "", "  "]))
    parts = [
        [f"{margin}version: 1"],
        draw(section_lines("templates", margin)),
        draw(section_lines("campaigns", margin)),
    ]
    lines = draw(st.lists(st.sampled_from(["", "# head"]), max_size=2))
    lines += draw(st.sampled_from([[], ["---"], ["%YAML 1.2", "---"]]))
    for part in draw(st.permutations(parts)):
        lines += [*part, *draw(st.lists(st.sampled_from(ASIDE[:2]), max_size=2))]
    lines += draw(st.sampled_from([[], ["..."], ["...", "# after"]]))
    end = draw(st.sampled_from(["\n", "\r\n"]))
    text = end.join(lines) + draw(st.sampled_from([end, "", end * 2]))
    return draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) + text.encode()


def values(data: bytes) -> tuple[Any, list[str]]:
    """What the file says as plain values, and the codes of its problems."""
    document, problems = read("a.yaml", data)
    return (json.loads(json.dumps(document.root)) if document else {}), [p.code for p in problems]


def meant(entry: Fields) -> dict[str, Any]:
    """The entry as plain values; parameters without quotes count as they are written."""
    return {key: _plain(value) for key, value in entry.items()}


def _plain(value: Any) -> Any:
    match value:
        case Mobile() | Params():
            return value.reveal()
        case tuple():
            return [
                {"mobile": r.mobile.reveal(), **({"params": r.params.reveal()} if r.params.names else {})}
                for r in value
            ]
    return value


def is_around(old: bytes, new: bytes) -> bool:
    """Whether the old bytes stand in the new ones, whole but for one place of insertion."""
    head = next(
        (n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new))
    )
    return any(new.startswith(old[:at]) and new.endswith(old[at:]) for at in range(head, -1, -1))


@st.composite
def braces(draw: st.DrawFn) -> bytes:
    """A file that is one mapping in braces, as JSON or not."""
    names = st.dictionaries(NAMES, st.fixed_dictionaries({"content": TEXTS}), max_size=2)
    root: dict[str, Any] = {"version": 1}
    for section in ("templates", "campaigns"):
        root |= {section: draw(names)} if draw(st.booleans()) else {}
    text = json.dumps(root, ensure_ascii=draw(st.booleans()), indent=draw(st.sampled_from([None, 2])))
    return text.encode() if draw(st.booleans()) else b"{version: 1, templates: {}}"


def is_json(data: bytes) -> bool:
    """Whether JSON readers can read it too."""
    try:
        json.loads(data)
    except ValueError:
        return False
    return True


@given(files() | braces(), st.sampled_from(["templates", "campaigns"]), ENTRIES, st.sampled_from(PARSERS))
def test_every_old_byte_stays_and_all_reads_back(
    data: bytes, section: str, entries: Mapping[str, Fields], parser: Any
) -> None:
    """Around one place of insertion nothing changes, and the file then says what it said and the new."""
    before, codes = values(data)
    assume(not codes)
    new = splice(data, section, entries, parser)
    assert is_around(data, new)
    after, new_codes = values(new)
    assert new_codes == []
    old = before.get(section) or {}
    assert after == {**before, section: {**old, **{name: meant(each) for name, each in entries.items()}}}
    assert list(after[section]) == [*old, *entries]
    assert new.endswith((b"\n", b"\r")) == data.endswith((b"\n", b"\r"))
    if is_json(data):
        assert is_json(new)
    if b"\r\n" in data:
        assert new.count(b"\n") == new.count(b"\r\n")


OURS: Fields = {"type": "notification", "content": "您的订单{{order}}：\n已发货。", "remark": "见 a: b"}
BLOCK = """\
new:
    type: notification
    content: |-
      您的订单{{order}}：
      已发货。
    remark: "见 a: b"
"""
FLOW = 'new: {type: notification, content: "您的订单{{order}}：\\n已发货。", remark: "见 a: b"}'
EXAMPLES = {
    "no file": ("", f"version: 1\n\ntemplates:\n  {BLOCK}"),
    "comments only": ("# ours\n", f"# ours\n\nversion: 1\n\ntemplates:\n  {BLOCK}"),
    "a document without anything": ("---\n", f"---\nversion: 1\n\ntemplates:\n  {BLOCK}"),
    "no section": ("version: 1\n", f"version: 1\n\ntemplates:\n  {BLOCK}"),
    "a section without anything": ("version: 1\ntemplates:\n", f"version: 1\ntemplates:\n  {BLOCK}"),
    "comments after the entries": (
        "version: 1\ntemplates:\n  a: {} # a\n  # b\n\n# c\ncampaigns: {}\n",
        f"version: 1\ntemplates:\n  a: {{}} # a\n  # b\n  {BLOCK}\n# c\ncampaigns: {{}}\n",
    ),
    "empty lines between entries": (
        "version: 1\ntemplates:\n  a: {}\n\n  b: {}\n\n\n",
        f"version: 1\ntemplates:\n  a: {{}}\n\n  b: {{}}\n\n  {BLOCK}\n\n",
    ),
    "empty lines between texts": (
        "version: 1\ntemplates:\n  a: |\n    b\n\n  c: d\n",
        f"version: 1\ntemplates:\n  a: |\n    b\n\n  c: d\n\n  {BLOCK}",
    ),
    "a text whose last line is blank": (
        "version: 1\ntemplates:\n  a: |\n    b\n      \n\ncampaigns: {}\n",
        f"version: 1\ntemplates:\n  a: |\n    b\n      \n\n  {BLOCK}campaigns: {{}}\n",
    ),
    "no line end at the end": (
        "version: 1\ntemplates:\n  a: {}",
        f"version: 1\ntemplates:\n  a: {{}}\n  {BLOCK}".removesuffix("\n"),
    ),
    "empty braces": ("version: 1\ntemplates: {}\n", f"version: 1\ntemplates: {{\n    {FLOW}}}\n"),
    "braces": ("version: 1\ntemplates: {a: {}}\n", f"version: 1\ntemplates: {{a: {{}}, {FLOW}}}\n"),
    "long braces": (
        "version: 1\ntemplates: {\n  a: {},\n  }\n",
        f"version: 1\ntemplates: {{\n  a: {{}},\n  {FLOW},\n  }}\n",
    ),
    "braces with a comment": (
        "version: 1\ntemplates: {\n  a: {}, # b\n}\n",
        f"version: 1\ntemplates: {{\n  a: {{}}, # b\n  {FLOW}\n}}\n",
    ),
    "braces all around": ("{version: 1}", f"{{version: 1, templates: {{{FLOW}}}}}"),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_entries_look_as_a_person_would_write_them(name: str) -> None:
    """Where the entry goes, and how it is written, in each kind of file."""
    before, after = EXAMPLES[name]
    assert splice(before.encode(), "templates", {"new": OURS}).decode() == after


@pytest.mark.parametrize(
    "text",
    [
        "version: 1\ntemplates: [",
        "version: 1\ntemplates: []\n",
        "version: 1\ntemplates: null\n",
        "version: 1\ntemplates: x\n",
        "version: 1\ntemplates: {new: {}}\n",
        "version: 1\ntemplates:\n  new: {}\n",
        "version: 1\nmore: &a {}\ntemplates: *a\n",
        "version: 1\ntemplates: &a {}\nmore: *a\n",
        "{version: 1, templates: }",
        "- a\n",
        "text\n",
        "null\n",
        "\x00",
        "version: 1\n---\nversion: 1\n",
        "# comment\n...\n---\n",
    ],
)
def test_what_cannot_be_extended_is_left_alone(text: str) -> None:
    """Syntax errors, sections that are none, names that are taken, values behind anchors."""
    with pytest.raises(CannotSplice):
        splice(text.encode(), "templates", {"new": OURS})


def test_bytes_that_are_no_text_are_left_alone() -> None:
    """A file in another encoding is not guessed at."""
    with pytest.raises(CannotSplice):
        splice(b"\xff\xfev", "templates", {"new": OURS})


def test_half_of_a_character_cannot_be_written() -> None:
    """JSON can hold one, and no file can."""
    with pytest.raises(CannotSplice):
        splice(b"version: 1\n", "templates", {"new": {"content": "\ud83d"}})
