"""What the site needs beside the pages of this folder: README and the like, and links that work there.

Pages are written for a code host, where a link to a source file or a folder leads somewhere. On the site such
a link is plain text, unless `repo_url` is set in mkdocs.yml.
"""

import os
import re
from pathlib import Path, PurePosixPath

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
BROUGHT = {
    "README.md": "readme.md",
    "README.zh-CN.md": "zh/readme.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
}
"""Pages from elsewhere in the repository, and where they are on the site."""
WRITTEN_AT = {site: source for source, site in BROUGHT.items()}
LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s:]+)\)")
CODE = re.compile(r"(^ *```.*?^ *```$)", re.MULTILINE | re.DOTALL)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Brings in the pages from outside of docs/."""
    for source, site in BROUGHT.items():
        files.append(File.generated(config, site, abs_src_path=str(ROOT / source)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """The page with links as they are on the site, code left alone."""
    here = page.file.src_uri
    written = PurePosixPath(WRITTEN_AT.get(here, f"docs/{here}"))

    def led(link: re.Match[str]) -> str:
        mark, text, target = link.groups()
        name, _, anchor = target.partition("#")
        if not name:
            return link[0]
        path = os.path.normpath(written.parent / name)
        site = BROUGHT.get(path, path.removeprefix("docs/"))
        if files.get_file_from_path(site):
            there = os.path.relpath(site, PurePosixPath(here).parent)
            return f"{mark}[{text}]({there}{'#' if anchor else ''}{anchor})"
        return f"[{text}]({config.repo_url}/blob/main/{path})" if config.repo_url else text

    pieces = CODE.split(markdown)
    return "".join(piece if number % 2 else LINK.sub(led, piece) for number, piece in enumerate(pieces))
