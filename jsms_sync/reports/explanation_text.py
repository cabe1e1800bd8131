"""Explanations as text and as JSON."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from jsms_sync.planning.document import FORMAT_VERSION, Json
from jsms_sync.reports.columns import hung
from jsms_sync.reports.explanations import Explanation
from jsms_sync.reports.paint import Paint, plain
from jsms_sync.reports.words import visible

FAMILIES = {
    "problem": "a problem of the definitions",
    "held": "a held change",
    "refusal": "a refusal",
    "error": "an error",
    "exit": "an exit code",
    "jsms": "a return code of JSMS",
    "report": "the status of a delivery report",
}
LONGEST = 72
"""Of a line of an example."""


def explained_text(found: Sequence[Explanation], paint: Paint = plain) -> str:
    """Each explanation as a paragraph of its own."""
    return "\n".join(_paragraph(one, paint) for one in found)


def _paragraph(one: Explanation, paint: Paint) -> str:
    weight = f", {paint(one.severity, one.severity)}" if one.severity else ""
    lines = [f"{paint('strong', one.code)}: {FAMILIES[one.family]}{weight}", hung("  ", one.means)]
    if one.bad:
        lines += ["", *_example("instead of", one.bad), *_example("write", one.good), ""]
    lines += [hung("  Next: ", one.next), hung("  Source: ", one.source)]
    return "".join(f"{line}\n" for line in lines)


def _example(label: str, text: str) -> Iterator[str]:
    yield f"  {label}:"
    yield from (f"      {line}" for line in example_lines(text))


def example_lines(text: str) -> list[str]:
    """The lines of an example, cut where they are long, with invisible characters made visible."""
    lines = [visible(line) for line in text.rstrip("\n").split("\n")]
    return [line if len(line) <= LONGEST else line[:LONGEST] + "…" for line in lines]


def listed_text(parts: Mapping[str, Iterable[Explanation]], paint: Paint = plain) -> str:
    """All codes with the beginning of what they mean."""
    return "\n".join(_part(title, tuple(part), paint) for title, part in parts.items())


def _part(title: str, part: Sequence[Explanation], paint: Paint) -> str:
    width = max(len(one.code) for one in part)
    lines = [f"  {one.code:<{width}}  {_weight(one, paint)}{_short(one.means)}\n" for one in part]
    return f"{paint('strong', title)}\n{''.join(lines)}"


def _weight(one: Explanation, paint: Paint) -> str:
    return paint(one.severity, f"{one.severity:<9}") if one.severity else ""


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rsplit(" ", 1)[0] + " …"


def explained_document(found: Iterable[Explanation]) -> Json:
    """The explanations as JSON."""
    return {"format_version": FORMAT_VERSION, "codes": [_document(one) for one in found]}


def _document(one: Explanation) -> Json:
    return {
        "code": one.code,
        "family": one.family,
        "severity": one.severity or None,
        "means": one.means,
        "next": one.next,
        "source": one.source,
        "example": {"bad": one.bad, "good": one.good} if one.bad else None,
    }
