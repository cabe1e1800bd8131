"""The frame of an HTML page that needs nothing else: no script, no font, no request."""

from collections.abc import Iterable
from html import escape

from jsms_sync.reports.words import visible

COLOURS = """\
:root { color-scheme: light dark; --page: #f4f5f7; --card: #fff; --ink: #1c1e21; --soft: #65676b;
  --bubble: #e9e9eb; --value: #0b5cad; --mark: #b3261e; }
@media (prefers-color-scheme: dark) {
  :root { --page: #141517; --card: #1f2023; --ink: #e6e6e8; --soft: #b3b6bb;
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


def page(title: str, body: str, style: str = "") -> str:
    """The whole page; the body is HTML already."""
    return f"""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">
<title>{title}</title>
<style>
{COLOURS}{style}</style>
</head>
<body>
<main>
<h1>{title}</h1>
{body}
</main>
</body>
</html>
"""


def section(title: str, lines: Iterable[str], role: str = "") -> str:
    """A card of the page; title and lines are HTML already."""
    opening = f'<section class="{role}">' if role else "<section>"
    return "\n".join([opening, f"<h2>{title}</h2>", *lines, "</section>"])


def listed(items: Iterable[str]) -> str:
    """Items with a dot before each; they are HTML already."""
    return "\n".join(["<ul>", *(f"<li>{item}</li>" for item in items), "</ul>"])


def shown(value: object) -> str:
    """The value as text of a page, everything in it for the eye."""
    return escape(visible(value))
