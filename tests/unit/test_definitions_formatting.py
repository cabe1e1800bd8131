"""Tidying: one form, the same meaning, every comment kept, and nothing more to do the second time."""

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from jsms_sync import definitions
from jsms_sync.definitions.formatting import CannotFormat, tidied
from jsms_sync.definitions.key_order import levels
from jsms_sync.definitions.outline import outline
from jsms_sync.definitions.said import said
from jsms_sync.definitions.tidying import drafts
from jsms_sync.model.resources import Position

PARSERS = (yaml.SafeLoader, yaml.CSafeLoader)
VALID = Path(__file__).parents[1] / "cases" / "definitions" / "valid"
FIELDS = {
    "type": ["notification", '"notification"', "'notification'  "],
    "content": [
        "订单{{order}}已发出",
        '"订单{{order}} # 1: 已\n{more}发出"',
        "|\n{more}订单{{order}}\n\n\n{more}  已发出\n\n",
        "|-\n{more}# {{order}} 已发出",
        ">+\n{more}订单{{order}}\n{more}已发出\n\n\n",
        "订单{{order}}\n{more}已发出",
        "\n{more}订单{{order}}已发出",
    ],
    "remark": ["x", "&r x", '""', '"# none"', "x   # why"],
    "protect": ["true", "false   # may go"],
    "retire_after": ["7d"],
}
CAMPAIGN = {
    "template": ["t0"],
    "send_time": ["2035-03-01 10:00:00", '"2035-03-01T10:00:00+08:00"'],
    "recipients": [
        '[{mobile: "13812345678", params: {order: "1"}}]',
        '\n{more}- {mobile: "13812345678",\n{more}   params: {order: 007}}\n{more}# - none\n',
        '\n{same}- mobile: "13812345678"\n{same}  params:\n{same}    order: "1" # no\n\n{same}    # end\n',
    ],
    "params": ["{order: '1' , other: 2}", "\n{more}order: |\n{more}  1\n"],
    "tag": ["春季"],
}
GAPS = st.sampled_from(
    ["", "", "\n", "\n\n\n", "{at}# about\n", "{at}# a: b\n\n", "  \n{deep}# deeper\n", "# 0\n"]
)


@st.composite
def sections(draw: st.DrawFn, name: str, fields: dict[str, list[str]], names: list[str]) -> str:
    """A section with some entries, indented and interspersed as nobody should."""
    outer, inner = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    text = f"{name}:{draw(st.sampled_from(['', '  # ' + name]))}\n"
    for entry in names:
        text += draw(GAPS).format(at=" " * outer, deep=" " * (outer + 1))
        text += f"{' ' * outer}{entry}:{draw(st.sampled_from(['', ' ', ' # it']))}\n"
        at = " " * (outer + inner)
        for key in draw(st.permutations(list(fields))):
            text += draw(GAPS).format(at=at, deep=at + "  ")
            value = draw(st.sampled_from(fields[key]))
            value = value.replace("{more}", at + " " * draw(st.integers(1, 4))).replace("{same}", at)
            colon = draw(st.sampled_from([": ", ":   ", " : "]))
            text += f"{at}{key}{colon}{value}"
            text += "" if text.endswith("\n") else "\n"
    return text + draw(GAPS).format(at=" " * outer, deep=" " * (outer + inner + 1))


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A valid file, as untidy as can be."""
    parts = [
        "version: 1\n",
        draw(st.sampled_from(["", "timezone:   UTC # at home\n"])),
        draw(sections("templates", FIELDS, ["t0", "b-1"])),
        draw(st.sampled_from(["", draw(sections("campaigns", CAMPAIGN, ["c", "a"]))])),
    ]
    head = draw(
        st.sampled_from(["", "\n", "\ufeff", "# yaml-language-server: $schema=x\n", "# a\n\n---\n# b\n\n\n"])
    )
    tail = draw(st.sampled_from(["", "\n\n", "# end\n", "...\n", "# c\n...\n# d\n"]))
    text = head + "".join(draw(st.permutations(parts))) + tail
    ends = draw(st.sampled_from(["\n", "\r\n"]))
    return text.replace("\n", ends).encode()


def comments(data: bytes) -> list[str]:
    """What looks like a comment, in texts too."""
    return sorted(found.strip() for found in re.findall(r"#[^\r\n]*", data.decode()))


def loaded(data: bytes, folder: Path) -> definitions.Loaded:
    """What the file defines."""
    (folder / "templates.yaml").write_bytes(data)
    return definitions.load(["templates.yaml"], folder=folder)


@settings(max_examples=60)
@given(data=files(), parser=st.sampled_from(PARSERS))
def test_tidying_keeps_meaning_and_comments_and_is_done_once(data: bytes, parser: object) -> None:
    """The keys come in order, every comment is kept, the file says the same, and twice is as good as once."""
    before = said(data, parser)
    assert before is not None
    tidy = tidied(data, parser)
    assert said(tidy, parser) == before
    assert comments(tidy) == comments(data)
    assert tidied(tidy, parser) == tidy
    root = outline(tidy.decode(), parser).root
    assert root is not None
    order = levels()
    assert [key.name for key, _ in root.items] == sorted((key.name for key, _ in root.items), key=order.rank)
    for section, node in root.items:
        for name, entry in node.items:
            level = order.below(section.name)
            below = level and level.below(name.name)
            assert below is not None
            assert name.column == 2
            keys = [key.name for key, _ in entry.items]
            assert keys == sorted(keys, key=below.rank)
            assert {key.column for key, _ in entry.items} == {4}


def resources(loaded: definitions.Loaded) -> dict[str, object]:
    """All that is defined, wherever it stands."""
    found = {**loaded.definitions.templates, **loaded.definitions.campaigns}
    return {address: replace(one, source=Position("", 0, 0)) for address, one in found.items()}


@settings(max_examples=40)
@given(data=files())
def test_the_definitions_are_equal_before_and_after(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    """Templates and campaigns are the same, and so is what is wrong with them."""
    folder = tmp_path_factory.mktemp("tidy")
    before, after = loaded(data, folder), loaded(tidied(data), folder)
    assert before.definitions.templates
    assert resources(after) == resources(before)
    assert {found.code for found in after.problems} == {found.code for found in before.problems}


@pytest.mark.parametrize(
    "path",
    sorted(path for path in VALID.rglob("*.y*ml")),
    ids=lambda path: path.relative_to(VALID).as_posix(),
)
def test_every_valid_case_says_the_same_when_it_is_tidy(path: Path) -> None:
    """Also those that are written in ways nobody expects; and twice is as good as once."""
    data = path.read_bytes()
    tidy = tidied(data)
    assert said(tidy) == said(data)
    assert comments(tidy) == comments(data)
    assert tidied(tidy) == tidy


def test_the_example_is_tidy() -> None:
    """What people start from is written as it should be."""
    data = (Path(__file__).parents[2] / "examples" / "templates.yaml").read_bytes()
    assert tidied(data) == data


UNTIDY = """\
# yaml-language-server: $schema=x
templates:
    # Sent at once.
    shipped:
        content:   您的订单已发出   # no variable


        # of the carrier
        type: notification
        # remark: later
    code: {ttl: 60,content: "{{code}}", type: verification} # short
# Nothing here yet.

version:   1
# end
"""
TIDY = """\
# yaml-language-server: $schema=x

# Nothing here yet.

version: 1

templates:
  # Sent at once.
  shipped:
    # of the carrier
    type: notification
    content: 您的订单已发出   # no variable
    # remark: later
  code: {type: verification, content: "{{code}}", ttl: 60} # short
# end
"""


def test_comments_go_where_their_key_goes() -> None:
    """A comment above a key moves with it; one at the end of an entry, a section or the file stays there."""
    assert tidied(UNTIDY.encode()).decode() == TIDY


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # The alias has to stay behind its anchor, so the order stays; all else is tidied.
        (
            "templates:\n    a: {content: &t Hi, type: notification, remark: *t}\nversion: 1\n",
            "version: 1\n\ntemplates:\n  a: {type: notification, content: &t Hi, remark: *t}\n",
        ),
        (
            "templates:\n    a:\n        remark: &t Hi\n        content: *t\n        type: notification\n",
            "templates:\n  a:\n    remark: &t Hi\n    content: *t\n    type: notification\n",
        ),
        # Whoever writes a key like this, or the file as JSON, meant it.
        ("? templates\n: {}\nversion: 1\n", "? templates\n: {}\nversion: 1\n"),
        ('{"templates": {}, "version": 1}', '{"templates": {}, "version": 1}'),
        ("templates: {}\r\nversion: 1\r\n", "version: 1\r\n\r\ntemplates: {}\r\n"),
        ("version: 1\rtemplates: {}", "version: 1\n\ntemplates: {}\n"),
        ("", ""),
        ("# nothing\n", "# nothing\n"),
    ],
)
def test_unusual_files(before: str, after: str) -> None:
    """What cannot be ordered keeps its order, and what is written in another way is left alone."""
    assert tidied(before.encode()).decode() == after
    assert tidied(after.encode()).decode() == after


@pytest.mark.parametrize("data", [b"\xff", b"a: [", b"a: 1\n---\nb: 2\n"])
def test_what_cannot_be_read_is_not_touched(data: bytes) -> None:
    """Nothing is known of what would have to stay."""
    with pytest.raises(CannotFormat):
        tidied(data)


def test_files_with_errors_are_refused_and_none_is_drafted(tmp_path: Path) -> None:
    """Every error of YAML and shape is told; what texts say and other files hold is nothing to tidying."""
    (tmp_path / "a.yaml").write_text("version: 1\ntemplates:\n  a: {type: 7, content: x, content: y}\n")
    (tmp_path / "b.yaml").write_text("templates: {}\nversion: 1\n")
    (tmp_path / "c.yaml").write_text(
        "version: 1\ntemplates:\n  a: {type: notification, content: 【x】}\n"
        'campaigns:\n  c: {template: nobody, send_time: 2035-01-01 10:00:00, mobile: "15412345678"}\n'
    )
    found, problems = drafts([".", "no.yaml"], tmp_path)
    assert found == ()
    assert {problem.code for problem in problems} == {"duplicate-key", "invalid-type", "unreadable-file"}
    found, problems = drafts(["b.yaml", "c.yaml"], tmp_path)
    assert problems == ()
    assert [draft.name for draft in found if draft.before != draft.after] == ["b.yaml", "c.yaml"]
    assert os.listdir(tmp_path)
