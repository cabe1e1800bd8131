"""`fmt`: definitions in their one form; nothing that they say changes."""

import click

from jsms_sync.cli.options import Common, command
from jsms_sync.cli.problems import unusable
from jsms_sync.cli.terminal import hint, say, say_json
from jsms_sync.errors import Exit
from jsms_sync.planning.document import FORMAT_VERSION

NOTHING_DONE = "No file was changed. `jsms-sync validate` shows all problems."
TIDY, TIDIED, UNTIDY = "tidy", "tidied", "not tidy"


@command("fmt", example="jsms-sync fmt --check")
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path())
@click.option("--check", is_flag=True, help="Change nothing; exit 2 when a file is not tidy.")
def fmt(common: Common, format: str, paths: tuple[str, ...], check: bool) -> Exit:
    """Order the keys of definitions and tidy them. Comments stay; what they say does not change.

    PATH is a YAML file or a folder of them; all definitions without one. A file with problems is refused, and
    then none is changed.
    """
    from jsms_sync.definitions.saving import save
    from jsms_sync.definitions.tidying import drafts

    found, errors = drafts(paths or common.paths, common.chdir)
    if errors:
        raise unusable("definitions", errors, NOTHING_DONE)
    untidy = [draft for draft in found if draft.before != draft.after]
    for draft in () if check else untidy:
        save(common.chdir / draft.name, draft.before, draft.after)
    word = UNTIDY if check else TIDIED
    results = [(draft.name, word if draft in untidy else TIDY) for draft in found]
    _tell(common, format, results)
    if check and untidy:
        hint(common, "`jsms-sync fmt` tidies them.")
        return Exit.CHANGES
    return Exit.DONE


def _tell(common: Common, format: str, results: list[tuple[str, str]]) -> None:
    if format == "json":
        files = [{"file": name, "result": result} for name, result in results]
        say_json({"format_version": FORMAT_VERSION, "files": files})
        return
    told = [f"{name}: {result}\n" for name, result in results if result != TIDY]
    say("".join(told) or f"{len(results)} {'file is' if len(results) == 1 else 'files are'} tidy.\n")
