"""The options that all commands share, accepted before and after the command."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from jsms_sync import __version__
from jsms_sync.cli.reporting import check_reports

if TYPE_CHECKING:
    from pathlib import Path

    from jsms_sync.cli.settings import Gathered
    from jsms_sync.model.settings import Settings
    from jsms_sync.planning.choices import Choices

F = TypeVar("F", bound=Callable[..., Any])

DEFINITIONS = "templates.yaml"
STATE = "jsms-sync.state.json"


@dataclass(frozen=True)
class Common:
    """The shared options as given; None or empty where they were not."""

    file: tuple[str, ...]
    state: str | None
    base_url: str | None
    sandbox: bool
    now: str | None
    env: str | None
    parallelism: int
    lock_timeout: float
    chdir: "Path"
    verbose: int
    quiet: bool
    recipients_dir: str | None = None
    report: tuple[str, ...] = ()

    @cached_property
    def gathered(self) -> "Gathered":
        """The settings of this run and what is wrong with them; read once, when they are first asked for."""
        from jsms_sync.cli.settings import gather

        return gather(self)

    @property
    def settings(self) -> "Settings":
        """The settings of this run; InvalidInput tells every error in them."""
        return self.gathered.usable()

    @property
    def paths(self) -> tuple[str, ...]:
        """The definitions to load."""
        return self.settings.definitions


class Amount(click.FloatRange):
    """A finite number of a range; to click a NaN is in every one."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number."""
        number: float = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r} is no number of anything.", param, ctx)
        return number


COMMON = (
    click.Option(
        ["-f", "--file"],
        type=click.Path(),
        multiple=True,
        metavar="PATH",
        help=f"A YAML file, or a folder of *.yaml and *.yml; repeatable.  [default: {DEFINITIONS}]",
    ),
    click.Option(["--state"], metavar="LOCATION", help=f"Where the state is kept.  [default: {STATE}]"),
    click.Option(["--base-url"], metavar="URL", help="Another JSMS, such as a served sandbox."),
    click.Option(
        ["--sandbox"], is_flag=True, help="Use the embedded emulator: no account, no server, no SMS."
    ),
    click.Option(["--now"], metavar="TIME", help="Look ahead: decide as if it were that time (ISO 8601)."),
    click.Option(["--env"], metavar="NAME", help="An environment of jsms-sync.yaml."),
    click.Option(
        ["--parallelism"],
        type=click.IntRange(1, 64),
        default=8,
        show_default=True,
        metavar="N",
        help="Requests at once.",
    ),
    click.Option(
        ["--lock-timeout"],
        type=Amount(0),
        default=0,
        metavar="S",
        help="Wait that many seconds for a locked state.  [default: 0]",
    ),
    click.Option(
        ["--recipients-dir"],
        metavar="DIR",
        help="Look for recipients files and suppression lists there, such as outside of git.",
    ),
    click.Option(
        ["-C", "--chdir"],
        type=click.Path(exists=True, file_okay=False),
        default=".",
        metavar="DIR",
        help="Work as if started in DIR.",
    ),
    click.Option(
        ["--report"],
        multiple=True,
        metavar="FMT=FILE",
        help="Also write a report: text, json, markdown, html.",
    ),
    click.Option(["-v", "--verbose"], count=True, help="Tell each request, on stderr."),
    click.Option(["-q", "--quiet"], is_flag=True, help="No hints, notes and progress on stderr."),
)


def _tell_version(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        click.echo(f"jsms-sync {__version__}")
        context.exit()


VERSION = click.Option(
    ["--version"],
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_tell_version,
    help="Show the version and exit.",
)
BEFORE = (
    *COMMON,
    click.Option(["--format"], metavar="FORMAT", help="Of stdout: text, json or what else the command has."),
    VERSION,
)
"""What may stand before the command."""


def command(
    name: str, *, example: str, formats: tuple[str, ...] = ("text", "json"), reports: tuple[str, ...] = ()
) -> Callable[[F], click.Command]:
    """A command with the shared options, called with `common` and `format` beside its own.

    `reports` are the formats in which it can write `--report` files; another one is a usage error.
    """

    def decorate(function: F) -> click.Command:
        def callback(**values: Any) -> Any:
            context = click.get_current_context()
            own = {key: value for key, value in values.items() if key not in _NAMES}
            common = _merged(context)
            check_reports(common.report, reports, context)
            return function(common=common, **{**own, "format": _format(context, format_option)})

        format_option = click.Option(
            ["--format"], type=click.Choice(formats), default=formats[0], show_default=True, help="Of stdout."
        )
        own_params = list(reversed(getattr(function, "__click_params__", [])))
        return click.Command(
            name,
            callback=callback,
            params=[*own_params, format_option, *COMMON, VERSION],
            help=function.__doc__,
            epilog=f"Example:  {example}",
        )

    return decorate


_NAMES = frozenset(option.name for option in COMMON)


def _merged(context: click.Context) -> Common:
    """The shared options: those after the command, else those before it; repeatable ones from both."""
    # Imported here: `--help` needs none of it.
    from pathlib import Path

    chosen = {name: _value(context, name) for name in _NAMES if name}
    return Common(**{**chosen, "chdir": Path(chosen["chdir"])})


def _format(context: click.Context, option: click.Option) -> Any:
    """The format given after the command, else before it, where the command has to know it too."""
    given = _value(context, "format")
    return context.params["format"] if given is None else option.type_cast_value(context, given)


def _value(context: click.Context, name: str) -> Any:
    before = context.parent.params.get(name) if context.parent else None
    after = context.params[name]
    if isinstance(after, tuple):
        return (*(before or ()), *after)
    if context.get_parameter_source(name) is ParameterSource.DEFAULT and context.parent is not None:
        return before
    return after


OVERRIDES = (
    click.option(
        "--allow", multiple=True, metavar="WHAT", help="Lift one refusal: CODE, CODE=ADDRESS, delete=ADDRESS."
    ),
    click.option(
        "--supersede", multiple=True, metavar="ADDRESS", help="Replace a text that is still under review."
    ),
    click.option("--recreate", multiple=True, metavar="ADDRESS", help="Schedule a cancelled campaign again."),
    click.option("--overwrite", multiple=True, metavar="ADDRESS", help="Set again what was changed outside."),
    click.option(
        "--only",
        multiple=True,
        metavar="ADDRESS",
        help="This alone, and what it needs; * fits any text.",
    ),
    click.option("--exclude", multiple=True, metavar="ADDRESS", help="Leave this out; * fits any text."),
)


def overrides(function: F) -> F:
    """The options that each override one thing, and those that choose what a run is about."""
    for option in reversed(OVERRIDES):
        function = option(function)
    return function


without_recipients = click.option(
    "--without-recipients", is_flag=True, help="Do without the recipients files: not for an apply."
)


def choices(
    allow: tuple[str, ...] = (),
    supersede: tuple[str, ...] = (),
    recreate: tuple[str, ...] = (),
    overwrite: tuple[str, ...] = (),
    only: tuple[str, ...] = (),
    exclude: tuple[str, ...] = (),
) -> "Choices":
    """The overrides as values; InvalidInput for one that names nothing."""
    # Imported here: `--help` needs none of it, and it is a third of what that would take.
    from jsms_sync.model.resources import Address
    from jsms_sync.planning.choices import Choices, check_allowed

    return Choices(
        check_allowed(allow),
        frozenset(map(Address, supersede)),
        frozenset(map(Address, recreate)),
        frozenset(map(Address, overwrite)),
        frozenset(only),
        frozenset(exclude),
    )
