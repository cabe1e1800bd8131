"""Previews as one HTML page that needs nothing else: no script, no font, no request."""

from collections.abc import Iterator
from html import escape

from jsms_sync.planning.preview import Elsewhere, Message, Piece, Preview, Previews
from jsms_sync.reports.preview_text import audience_cost, cost, sample_title
from jsms_sync.reports.words import visible

STYLE = """\
:root { color-scheme: light dark; --page: #f4f5f7; --card: #fff; --ink: #1c1e21; --soft: #65676b;
  --bubble: #e9e9eb; --value: #0b5cad; --mark: #b3261e; }
@media (prefers-color-scheme: dark) {
  :root { --page: #141517; --card: #1f2023; --ink: #e6e6e8; --soft: #a0a3a8;
    --bubble: #3a3b3f; --value: #8ec5ff; --mark: #ff8a80; }
}
* { box-sizing: border-box; }
body { margin: 0; padding: 1.5rem; background: var(--page); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 44rem; margin: 0 auto; }
section { background: var(--card); border-radius: .75rem; padding: 1rem 1.25rem; margin: 0 0 1rem; }
h1 { font-size: 1.25rem; }
h2 { font-size: 1rem; margin: 0 0 .5rem; overflow-wrap: anywhere; }
p { margin: .5rem 0; overflow-wrap: anywhere; }
.soft { color: var(--soft); }
.bubble { background: var(--bubble); border-radius: 1.1rem 1.1rem 1.1rem .3rem; padding: .6rem .9rem;
  margin: .5rem 0; width: fit-content; max-width: 20rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.signature, .opt-out { color: var(--soft); }
.variable, .value { color: var(--value); }
.part { color: var(--mark); font-size: .75em; font-weight: bold;
  border-left: 2px solid; padding: 0 .2em 0 .15em; }
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def preview_html(found: Previews) -> str:
    """The whole page; whatever the definitions hold is shown, and nothing of it is obeyed."""
    sections = [*map(_preview, found.templates), *map(_elsewhere, found.elsewhere)]
    body = "\n".join(sections) or '<p class="soft">Nothing is defined.</p>'
    return f"""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">
<title>Messages</title>
<style>
{STYLE}</style>
</head>
<body>
<main>
<h1>Messages</h1>
{body}
</main>
</body>
</html>
"""


def _preview(one: Preview) -> str:
    return "\n".join(["<section>", *_inside(one), "</section>"])


def _inside(one: Preview) -> Iterator[str]:
    yield f'<h2>{escape(one.address)} <span class="soft">{one.type.word}</span></h2>'
    yield _bubble(one.message)
    yield f"<p>{escape(cost(one))}</p>"
    for audience in one.audiences:
        yield f"<p>{escape(audience_cost(audience))}</p>"
        for sample in audience.samples:
            yield f'<p class="soft">{escape(sample_title(sample))}</p>'
            yield _bubble(sample.message)


def _elsewhere(campaign: Elsewhere) -> str:
    told = f"sends template {campaign.temp_id}, whose text is not defined here."
    return f"<section>\n<h2>{escape(campaign.address)}</h2>\n<p>{told}</p>\n</section>"


def _bubble(message: Message) -> str:
    shown = "".join(
        _border(number) + "".join(map(_piece, part)) for number, part in enumerate(message.parts, 1)
    )
    return f'<div class="bubble" lang="zh-CN">{shown}</div>'


def _border(number: int) -> str:
    return f'<span class="part" title="part {number} begins here">{number}</span>' if number > 1 else ""


def _piece(piece: Piece) -> str:
    text = "\n".join(visible(line) for line in piece.text.split("\n"))
    return f'<span class="{piece.role.value}">{escape(text)}</span>'
