"""Commands of two words: a group hands the shared options on to its commands, and tells near misses."""

import difflib

import click
from click.core import ParameterSource

from jsms_sync.cli.options import BEFORE


class _Group(click.Group):
    """A group that suggests the command that was probably meant."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name; a near miss is told."""
        if args and self.get_command(ctx, args[0]) is None:
            near = difflib.get_close_matches(args[0], self.list_commands(ctx), n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise click.UsageError(f"There is no command {args[0]!r} in {ctx.info_name}.{hint}", ctx)
        return super().resolve_command(ctx, args)


def group(name: str, line: str, example: str) -> click.Group:
    """A group that shows its help when no command of it is named."""

    def callback(**_: object) -> None:
        context = click.get_current_context()
        _inherit(context)
        if context.invoked_subcommand is None:
            click.echo(context.get_help())

    return _Group(
        name,
        callback=callback,
        params=[*BEFORE],
        invoke_without_command=True,
        help=line,
        epilog=f"Example:  jsms-sync {example}",
    )


def _inherit(context: click.Context) -> None:
    """Shared options given before a group count as given to it: its commands look one level up only."""
    before = context.parent.params if context.parent else {}
    for name in context.params.keys() & before.keys():
        own = context.params[name]
        if isinstance(own, tuple):
            context.params[name] = (*before[name], *own)
        elif context.get_parameter_source(name) is ParameterSource.DEFAULT:
            context.params[name] = before[name]
