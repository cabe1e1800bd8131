"""The documents as a site: every page renders as on a code host, and every link leads somewhere."""

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest
from markdown_it import MarkdownIt
from translated_docs import ROOT, pages

pytestmark = [
    pytest.mark.nightly,
    pytest.mark.skipif(importlib.util.find_spec("mkdocs") is None, reason="needs mkdocs-material"),
]

ELEMENTS = ("<li>", "<table", "<tr>", "<pre", *(f"<h{level}" for level in range(1, 7)))
README = {ROOT / "README.md": "readme.html", ROOT / "README.zh-CN.md": "zh/readme.html"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site; a warning of the builder fails."""
    folder = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(build, cwd=ROOT, env=environment, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def article(page: Path) -> str:
    """The text of a page, without what stands around it."""
    found = re.search("<article.*?</article>", page.read_text(encoding="utf-8"), re.DOTALL)
    return found[0] if found else ""


def test_links_lead_somewhere(site: Path) -> None:
    """Every link and picture of the site is there, anchors included."""
    texts = {page: page.read_text(encoding="utf-8") for page in site.rglob("*.html")}
    anchors = {page: set(re.findall('id="([^"]+)"', text)) for page, text in texts.items()}
    for page in anchors:
        for target in re.findall('(?:href|src)="([^":]+)"', article(page)):
            name, _, anchor = target.partition("#")
            file = (page.parent / unquote(name)).resolve() if name else page
            assert file.exists(), (page, target)
            assert not anchor or unquote(anchor) in anchors[file], (page, target)


def test_pages_have_the_same_parts_as_on_a_code_host(site: Path) -> None:
    """As many headings, tables, rows, items and code blocks: both dialects of Markdown read the same."""
    for source in (page for pair in pages().items() for page in pair):
        built = site / (README.get(source) or source.relative_to(ROOT / "docs").with_suffix(".html"))
        wanted = MarkdownIt("commonmark").enable("table").render(source.read_text(encoding="utf-8"))
        shown = article(built)
        assert [shown.count(each) for each in ELEMENTS] == [wanted.count(each) for each in ELEMENTS], source
