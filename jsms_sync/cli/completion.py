"""`completion`: what a shell needs to complete commands, options and codes."""

import click
from click.shell_completion import get_completion_class

from jsms_sync.cli.options import Common, command
from jsms_sync.cli.terminal import hint, say, say_json
from jsms_sync.errors import Exit
from jsms_sync.planning.document import FORMAT_VERSION

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_JSMS_SYNC_COMPLETE"
"""Set by the script when it asks for completions; click derives it from the name of the program."""
INSTALL = {
    "bash": 'eval "$(jsms-sync completion bash)"   in ~/.bashrc',
    "zsh": 'eval "$(jsms-sync completion zsh)"   in ~/.zshrc, after compinit',
    "fish": "jsms-sync completion fish > ~/.config/fish/completions/jsms-sync.fish",
}


@command("completion", example="jsms-sync completion bash >> ~/.bashrc")
@click.argument("shell", type=click.Choice(SHELLS))
def completion(common: Common, format: str, shell: str) -> Exit:
    """Print the script that completes commands, options and codes in a shell."""
    from jsms_sync.cli.main import cli

    kind = get_completion_class(shell)
    assert kind is not None
    script = kind(cli, {}, "jsms-sync", VARIABLE).source()
    if format == "json":
        say_json({"format_version": FORMAT_VERSION, "shell": shell, "script": script})
    else:
        say(script)
        hint(common, f"To install it: {INSTALL[shell]}")
    return Exit.DONE
