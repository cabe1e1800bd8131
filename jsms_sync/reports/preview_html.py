"""Previews as one HTML page that needs nothing else: no script, no font, no request."""

from collections.abc import Iterator
from html import escape

from jsms_sync.planning.message import Message, Piece
from jsms_sync.planning.preview import Elsewhere, Preview, Previews
from jsms_sync.reports.page import page
from jsms_sync.reports.preview_text import audience_cost, cost, sample_title
from jsms_sync.reports.words import visible


def preview_html(found: Previews) -> str:
    """The whole page; whatever the definitions hold is shown, and nothing of it is obeyed."""
    sections = [*map(_preview, found.templates), *map(_elsewhere, found.elsewhere)]
    body = "\n".join(sections) or '<p class="soft">Nothing is defined.</p>'
    return page("Messages", body)


def _preview(one: Preview) -> str:
    return "\n".join(["<section>", *_inside(one), "</section>"])


def _inside(one: Preview) -> Iterator[str]:
    yield f'<h2>{escape(one.address)} <span class="soft">{one.type.word}</span></h2>'
    yield bubble(one.message)
    yield f"<p>{escape(cost(one))}</p>"
    for audience in one.audiences:
        yield f"<p>{escape(audience_cost(audience))}</p>"
        for sample in audience.samples:
            yield f'<p class="soft">{escape(sample_title(sample))}</p>'
            yield bubble(sample.message)


def _elsewhere(campaign: Elsewhere) -> str:
    told = f"sends template {campaign.temp_id}, whose text is not defined here."
    return f"<section>\n<h2>{escape(campaign.address)}</h2>\n<p>{told}</p>\n</section>"


def bubble(message: Message) -> str:
    """The message as a phone shows it, with a mark where each further part begins."""
    shown = "".join(
        _border(number) + "".join(map(_piece, part)) for number, part in enumerate(message.parts, 1)
    )
    return f'<div class="bubble" lang="zh-CN">{shown}</div>'


def _border(number: int) -> str:
    return f'<span class="part" title="part {number} begins here">{number}</span>' if number > 1 else ""


def _piece(piece: Piece) -> str:
    text = "\n".join(visible(line) for line in piece.text.split("\n"))
    return f'<span class="{piece.role.value}">{escape(text)}</span>'
