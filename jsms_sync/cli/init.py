"""`init`: definitions to start from, a .gitignore, an empty state, and pipeline files."""

import os
from collections.abc import Iterator
from pathlib import Path

import click

from jsms_sync.cli.options import Common, command
from jsms_sync.cli.pipelines import INCLUDE, NEXT, SERVICES, pipeline_files
from jsms_sync.cli.session import backend, in_ci, sandbox_folder
from jsms_sync.cli.starting import new_state_at
from jsms_sync.cli.terminal import hint, say, say_json
from jsms_sync.errors import Exit, OperationFailed
from jsms_sync.planning.document import FORMAT_VERSION

SCHEMA = "definitions.schema.json"

DEFINITIONS = f"""\
# yaml-language-server: $schema={SCHEMA}
version: 1

templates:
  login-code:
    type: verification # verification | notification | marketing
    content: 您好，您的验证码是{{{{code}}}}，2分钟内有效！
    ttl: 120 # seconds
    remark: 此模板用于用户登录

# campaigns:
#   spring-sale:
#     template: login-code        # by name
#     send_time: 2027-03-01 10:00:00
#     recipients_file: recipients/spring.csv
"""

IGNORED = (".jsms-sync/", "*.state.json.lock", "*.state.json.stop.lock", "*.state.json.backup*")
"""The state itself is not ignored: it is what must not get lost, and holds no number and no secret."""


@command("init", example="jsms-sync init --ci github")
@click.option("--ci", type=click.Choice(SERVICES), help="Write pipeline files as well.")
def init(common: Common, format: str, ci: str | None) -> Exit:
    """Scaffold definitions, .gitignore and an empty state. Files that exist are kept."""
    from jsms_sync.definitions.schema_file import schema_text

    pipelines = list(pipeline_files(ci, common)) if ci else []
    done = [
        _written(_scaffold(common), DEFINITIONS),
        _written(common.chdir / SCHEMA, schema_text()),
        _ignored(common.chdir / ".gitignore", _beside(common)),
        _state(common, for_pipeline=bool(ci)),
        *_pipelines(pipelines, common.chdir),
    ]
    if format == "json":
        files = [{"file": name, "result": result} for name, result in done]
        say_json({"format_version": FORMAT_VERSION, "files": files})
    else:
        say("".join(f"{name}: {result}\n" for name, result in done))
        hint(common, "Next: write your own texts into templates.yaml, and look at them with")
        hint(common, "`jsms-sync plan --sandbox`, which needs no account and sends nothing.")
        hint(common, *([NEXT[ci]] if ci else []))
    if (".gitlab-ci.yml", "kept") in done:
        hint(common, "Unless it is there already, add to .gitlab-ci.yml:", *INCLUDE.splitlines())
    return Exit.DONE


def _pipelines(found: list[tuple[Path, str]], folder: Path) -> Iterator[tuple[str, str]]:
    for path, text in found:
        _folder(path)
        yield Path(os.path.relpath(path, folder.resolve())).as_posix(), _written(path, text)[1]


def _folder(path: Path) -> None:
    """There is a folder for that file."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OperationFailed(f"{path.parent} cannot be made: {error.strerror}") from None


def _scaffold(common: Common) -> Path:
    """The first file of the definitions, or one in their first folder."""
    path = common.chdir / common.paths[0]
    return path / "templates.yaml" if path.is_dir() else path


def _written(path: Path, text: str) -> tuple[str, str]:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        return path.name, "kept"
    except OSError as error:
        raise OperationFailed(f"{path} cannot be written: {error.strerror}") from None
    return path.name, "created"


def _beside(common: Common) -> tuple[str, ...]:
    """What stands beside a state of another name than the usual one, as lines of a .gitignore."""
    location = common.settings.state
    if "://" in location or location.endswith(".state.json") or Path(location).is_absolute():
        return ()
    return tuple(f"/{Path(location).as_posix()}{end}" for end in (".lock", ".stop.lock", ".backup*"))


def _ignored(path: Path, beside: tuple[str, ...]) -> tuple[str, str]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        missing = [line for line in (*IGNORED, *beside) if line not in lines]
        if missing:
            path.write_text("\n".join([*lines, *missing]) + "\n", encoding="utf-8")
    except OSError as error:
        raise OperationFailed(f"{path} cannot be written: {error.strerror}") from None
    return path.name, ("kept" if not missing else "extended" if lines else "created")


def _state(common: Common, *, for_pipeline: bool) -> tuple[str, str]:
    if for_pipeline and not common.sandbox:
        return "the state", "not created: the pipeline's step new-state does that, where all its runs find it"
    place = backend(common)
    name = Path(place.location).name if place.is_local else place.location
    if place.exists():
        return name, "kept"
    if place.is_local and in_ci():
        return name, "not created, because a CI runner's disk forgets"
    if common.sandbox:
        sandbox_folder(common)
    elif place.is_local:
        _folder(Path(place.location))
    new_state_at(place)
    return name, "created"
