"""The rule between texts: none is there twice."""

from collections.abc import Iterable, Iterator

from jsms_sync.definitions.written import Written
from jsms_sync.model.resources import Problem


def same_texts(texts: Iterable[Written]) -> Iterator[Problem]:
    """Two templates of one type with the same text are audited twice for nothing."""
    first: dict[tuple[str | None, str], Written] = {}
    for text in texts:
        other = first.setdefault((text.type, text.content), text)
        if other is not text and text.type is not None and text.content.strip():
            where = f"{other.entry.address} at {other.entry.value('content')}"
            yield text.problem(
                "same-text", f"`content` of {text.entry.address} is the same as that of {where}"
            )
