"""The command line as a whole: commands loaded when they are called, errors turned into exit codes."""

import importlib
import sys
from collections.abc import Sequence
from keyword import iskeyword
from typing import TYPE_CHECKING

import click

from jsms_sync import __version__
from jsms_sync.cli.options import BEFORE
from jsms_sync.errors import Exit, Interrupted, InvalidInput, JsmsSyncError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COMMANDS = {
    "init": ("init", "Scaffold definitions, .gitignore and an empty state."),
    "validate": ("validate", "Check the definitions, offline; every problem in one run."),
    "fmt": ("fmt", "Order the keys of definitions and tidy them, comments kept."),
    "plan": ("plan", "Show what an apply would do; sends GETs only."),
    "show": ("plan", "Show a saved plan."),
    "apply": ("apply", "Plan, ask, and carry the plan out."),
    "status": ("status", "Show how audits and campaigns stand."),
    "wait": ("wait", "Wait until no audit is open; sends GETs only."),
    "drift": ("drift", "Compare what is recorded with what JSMS shows."),
    "outputs": ("status", "Print the serving temp_id of every template."),
    "import": ("import_", "Adopt what exists at JSMS: write its entry, record its id."),
    "preview": ("preview", "Show messages as a phone does, their parts and cost."),
    "explain": ("explain", "Say what a code means and what to do next."),
    "cancel": ("cancel", "Stop campaigns at once, whatever else is running."),
    "test-send": ("test_send", "Send one message of a campaign to a number of your own."),
    "resolve": ("resolve", "Settle an outcome that is unknown."),
    "callback": ("callback", "Take in what JSMS pushes to a URL of yours."),
    "state": ("state", "Look into the state, and mend it."),
    "api": ("api", "Make one call of the JSMS API."),
    "sandbox": ("sandbox", "Serve the local emulator of JSMS."),
    "doctor": ("doctor", "Check everything that a command needs, and show the settings."),
    "schema": ("schema", "Print the JSON Schema of definitions, for editors."),
    "completion": ("completion", "Print the script that completes commands in a shell."),
}
"""Each command, the module that holds it, and its line in the help."""


class LazyGroup(click.Group):
    """A group whose commands are imported only when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order in which people meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"jsms_sync.cli.{COMMANDS[cmd_name][0]}")
        command = getattr(module, f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name.replace("-", "_"))
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name; a near miss is told."""
        if args and args[0] not in COMMANDS:
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise click.UsageError(f"There is no command {args[0]!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """The commands that begin so, without importing any of them; after a hyphen, options."""
        from click.shell_completion import CompletionItem

        if incomplete.startswith("-"):
            return click.Command.shell_complete(self, ctx, incomplete)
        fitting = ((name, line) for name, (_, line) in COMMANDS.items() if name.startswith(incomplete))
        return [CompletionItem(name, help=line) for name, line in fitting]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands with their lines, without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(
    cls=LazyGroup,
    params=[*BEFORE],
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example:  jsms-sync plan -f templates.yaml",
)
def cli(**_: object) -> None:
    """Keep the SMS templates and scheduled campaigns of a JSMS account in git.

    Options that all commands share may stand before or after the command.
    """


def run(arguments: Sequence[str]) -> int:
    """The exit code of the command line; whatever went wrong was told, and no traceback shown."""
    try:
        result = cli.main(list(arguments) or ["--help"], prog_name="jsms-sync", standalone_mode=False)
        return int(result or 0)
    except click.exceptions.Exit as exit:
        return exit.exit_code
    except (click.exceptions.Abort, KeyboardInterrupt):
        click.echo(err=True)
        return _tell(Interrupted("interrupted; nothing more was done"), arguments)
    except click.ClickException as error:
        return _tell(_usage(error), arguments)
    except JsmsSyncError as error:
        return _tell(error, arguments)
    except Exception as bug:
        return _tell(_bug(bug), arguments)


def _usage(error: click.ClickException) -> JsmsSyncError:
    context = getattr(error, "ctx", None)
    help = f"See `{context.command_path} --help`." if context else ""
    return InvalidInput(error.format_message(), help=help, code="usage")


def _tell(error: JsmsSyncError, arguments: Sequence[str]) -> Exit:
    """Say what went wrong: as a JSON document where one was asked for, else in one or two lines."""
    # Imports that only a failure needs stand here and below: who asks for help has no use for them.
    if wants_json(arguments):
        import json

        told = {"code": error.code, "exit": int(error.exit), "message": error.message, "help": error.help}
        click.echo(json.dumps({"format_version": 1, "error": told}, ensure_ascii=False))
    else:
        from jsms_sync.cli.terminal import complain

        complain(error)
    return error.exit


def wants_json(arguments: Sequence[str]) -> bool:
    """Whether the arguments ask for JSON, or a line of it for each event, also when they cannot be parsed."""
    pairs = zip(arguments, [*arguments[1:], ""], strict=False)
    asked = {value if flag == "--format" else flag for flag, value in pairs if flag.startswith("--format")}
    return not asked.isdisjoint({"json", "jsonl", "--format=json", "--format=jsonl"})


def _bug(bug: Exception) -> JsmsSyncError:
    """The report of a bug: where it happened and of what type it was, without any value."""
    import tempfile
    import traceback

    frames = traceback.extract_tb(bug.__traceback__)
    lines = [f"jsms-sync {__version__}, Python {sys.version.split()[0]}", type(bug).__name__]
    lines += [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    with tempfile.NamedTemporaryFile(
        "w", prefix="jsms-sync-bug-", suffix=".txt", delete=False, encoding="utf-8"
    ) as report:
        report.write("\n".join(lines) + "\n")
    error = JsmsSyncError(
        f"This is a bug in jsms-sync ({type(bug).__name__}); a report without your data is in {report.name}",
        help="Please send it with what you did.",
        code="bug",
    )
    error.exit = Exit.BUG
    return error
