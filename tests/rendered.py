"""Pages and Markdown as a reader gets them: elements that are open, text that stands in them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from markdown_it import MarkdownIt

VOID = frozenset({"meta", "br", "hr", "img", "input", "link"})


@dataclass
class Rendered:
    """All elements with their attributes, and each stretch of text with the elements it stands in."""

    elements: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    texts: list[tuple[tuple[str, ...], str]] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)

    @property
    def tags(self) -> set[str]:
        """The names of the elements that there are."""
        return {tag for tag, _ in self.elements}

    def text(self, *outside: str) -> Iterator[str]:
        """Every stretch of text that stands in none of these elements."""
        return (text for inside, text in self.texts if not set(outside) & set(inside))

    @property
    def whole(self) -> str:
        """All text together."""
        return "".join(text for _, text in self.texts)


class _Reader(HTMLParser):
    """Reads a page; an element that is closed wrongly, or never, is a failure."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found, self.open = Rendered(), list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Opens an element."""
        self.found.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Closes the element that was opened last."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Notes where the text stands."""
        self.found.texts.append((tuple(self.open), data))

    def handle_comment(self, data: str) -> None:
        """Notes the comment."""
        self.found.comments.append(data)


def page(html: str) -> Rendered:
    """The page, every element of it closed in its turn."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader.found


def markdown(text: str) -> Rendered:
    """The Markdown as a code host renders it: with tables, struck words, bare links and raw HTML."""
    return page(MarkdownIt("gfm-like").render(text))
