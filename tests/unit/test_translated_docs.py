"""The Chinese pages say what the English ones say: the same pages, sections, code, options and links."""

from pathlib import Path

import pytest
from translated_docs import CHINESE, ROOT, SHARED, Section, headings, pages, sections, slug, uncommented

PAIRS = pages()


def told(section: Section, other: Section) -> list[str]:
    """What one section has that the other has not, field by field."""
    found = []
    for name, ours, theirs in zip(Section._fields, section, other, strict=True):
        if isinstance(ours, frozenset) and isinstance(theirs, frozenset):
            found += [f"{name}: {one}" for one in sorted(ours ^ theirs)]
        elif ours != theirs:
            found.append(f"{name}: {ours!r} is not {theirs!r}")
    return found


def test_the_pages_are_the_same() -> None:
    """Every English page has a Chinese one, and the other way round; what is made from code is shared."""
    assert [chinese for chinese in PAIRS.values() if not chinese.exists()] == []
    assert sorted(CHINESE.glob("*.md")) == sorted(page for page in PAIRS.values() if page.parent == CHINESE)
    assert all((ROOT / "docs" / name).exists() for name in SHARED)


@pytest.mark.parametrize("page", PAIRS, ids=lambda page: page.name)
def test_a_page_says_the_same_in_both_languages(page: Path) -> None:
    """Section by section: level, code but for comments, rows, items, everything in code type, links."""
    ours, theirs = list(sections(page)), list(sections(PAIRS[page]))
    assert [each.level for each in ours] == [each.level for each in theirs]
    titles = zip(headings(page), headings(PAIRS[page]), ours, theirs, strict=True)
    differ = {f"{name} | {other}": told(one, two) for name, other, one, two in titles}
    assert {name: what for name, what in differ.items() if what} == {}


def test_comments_are_no_difference() -> None:
    """A translated comment is one; a value that holds a # is not."""
    assert uncommented("$ run  # why\n# all of it\n") == uncommented("$ run # 为什么\n")
    assert uncommented("a#b") != uncommented("a")


def test_chinese_headings_have_anchors() -> None:
    """Chinese letters stay in an anchor, and Chinese punctuation does not."""
    assert slug("第一步：安装，运行") == "第一步安装运行"
