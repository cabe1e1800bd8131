"""The pages that stand in English and in Chinese, cut so that they can be compared.

Run as a script (`make docs`) it copies code blocks from the English pages into the Chinese ones, where they
differ in more than their comments; an empty block in a Chinese page is filled the same way.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
ENGLISH, CHINESE = ROOT / "docs", ROOT / "docs" / "zh"
README = {ROOT / "README.md": ROOT / "README.zh-CN.md"}
SHARED = frozenset({"rules.md"})
"""Pages that are made from the code, and stand in English alone; so do the decisions."""
FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*)\n(?P<code>.*?)^ *```$", re.MULTILINE | re.DOTALL)
GENERATED = re.compile(r"<!-- (?:generated|measured): (?P<name>\w+) -->.*?<!-- end -->", re.DOTALL)
COMMENT = re.compile(r"(?:(?<=\s)|^)#.*|\s+$|(?<=\})\s+(?=#)")
HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
SPAN = re.compile(r"`([^`]+)`")


class Section(NamedTuple):
    """What stands under one heading, as far as it is the same in every language."""

    level: int
    blocks: tuple[tuple[str, str], ...]
    rows: int
    items: int
    code: frozenset[str]
    links: frozenset[str]


def pages() -> dict[Path, Path]:
    """Each English page with its Chinese one, whether or not that exists."""
    found = sorted(page for page in ENGLISH.glob("*.md") if page.name not in SHARED)
    return README | {page: CHINESE / page.name for page in found}


def prose(text: str) -> str:
    """The page without code blocks and without the tables that are made from the code."""
    return FENCE.sub("", GENERATED.sub("", text))


def uncommented(code: str) -> str:
    """Code without its comments, which are translated."""
    lines = (re.sub(r"\s+$", "", COMMENT.sub("", line)) for line in code.splitlines())
    return "\n".join(line for line in lines if line)


def sections(page: Path) -> Iterator[Section]:
    """The page in sections, from each heading to the next of any level."""
    text = GENERATED.sub("", page.read_text(encoding="utf-8"))
    outline = FENCE.sub(lambda block: re.sub(r"^", "\0", block[0], flags=re.MULTILINE), text)
    starts = [found.start() for found in HEADING.finditer(outline)]
    for start, end in zip(starts, [*starts[1:], len(outline)], strict=True):
        yield _section(page, outline[start:end].replace("\0", ""))


def _section(page: Path, text: str) -> Section:
    bare = FENCE.sub("", text)
    heading = HEADING.match(text)
    assert heading is not None
    blocks = tuple((each["language"], uncommented(each["code"])) for each in FENCE.finditer(text))
    items = re.findall(r"^ *(?:[-*]|\d+\.) ", bare, re.MULTILINE)
    rows = re.findall(r"^ *\|", bare, re.MULTILINE)
    links = frozenset(aim for target in LINK.findall(bare) if (aim := aimed(page, target)))
    code = frozenset(" ".join(span.split()) for span in SPAN.findall(bare))
    return Section(len(heading[1]), blocks, len(rows), len(items), code, links)


def aimed(page: Path, target: str) -> str:
    """What a link leads to, the same from either language: the English file, and the number of its heading.

    A link from one language to the other is none of the text, and "".
    """
    if "://" in target:
        return target
    name, _, anchor = target.partition("#")
    file = (page.parent / name).resolve() if name else page
    other = {chinese: english for english, chinese in pages().items()}
    if (file in other) != (page in other) and (file in other or file in pages()):
        return ""
    heads = headings(file) if anchor and file.suffix == ".md" and file.exists() else []
    place = f"#{heads.index(anchor)}" if anchor in heads else ""
    return f"{other.get(file, file).relative_to(ROOT)}{place}"


def headings(page: Path) -> list[str]:
    """The anchors of the headings of a page, as GitHub makes them."""
    return [slug(found[2]) for found in HEADING.finditer(FENCE.sub("", page.read_text(encoding="utf-8")))]


def slug(heading: str) -> str:
    """The anchor of a heading: lower case, hyphens for spaces, no punctuation."""
    return re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-")


def renewed(english: str, chinese: str) -> str:
    """The Chinese page with the code of the English one, and its own comments where the code is the same."""
    sources = iter(FENCE.finditer(GENERATED.sub("", english)))

    def copied(block: re.Match[str]) -> str:
        source = next(sources, None)
        if source is None or _same(source, block):
            return block[0]
        return source[0]

    return FENCE.sub(copied, chinese)


def _same(one: re.Match[str], other: re.Match[str]) -> bool:
    return one["language"] == other["language"] and uncommented(one["code"]) == uncommented(other["code"])


def main() -> None:
    """Writes every Chinese page anew."""
    for english, chinese in pages().items():
        if chinese.exists():
            text = chinese.read_text(encoding="utf-8")
            chinese.write_text(renewed(english.read_text(encoding="utf-8"), text), encoding="utf-8")


if __name__ == "__main__":
    main()
