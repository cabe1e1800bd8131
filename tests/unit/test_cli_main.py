"""The command line as a whole: exit codes, bugs, and the wish for JSON, without any command."""

import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from jsms_sync.cli.main import COMMANDS, LazyGroup, cli, run, wants_json
from jsms_sync.errors import Exit


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ([], False),
        (["plan"], False),
        (["plan", "--format", "json"], True),
        (["plan", "--format=json"], True),
        (["--format", "text", "json"], False),
        (["plan", "--format"], False),
        (["plan", "--out", "json"], False),
    ],
)
def test_the_wish_for_json_is_seen_in_arguments_that_cannot_be_parsed(
    arguments: list[str], wanted: bool
) -> None:
    """Even a usage error is a document where JSON was asked for."""
    assert wants_json(arguments) is wanted


def test_every_command_is_loaded_when_it_is_asked_for() -> None:
    """The table names what exists, in the order in which people meet it."""
    context = click.Context(cli)
    assert isinstance(cli, LazyGroup)
    assert cli.list_commands(context) == list(COMMANDS)
    assert [cli.get_command(context, name) is not None for name in COMMANDS] == [True] * len(COMMANDS)
    assert cli.get_command(context, "nonsense") is None


def test_the_help_line_of_each_command_is_what_its_help_says() -> None:
    """The first sentence of a command's help is not told otherwise in the list."""
    context = click.Context(cli)
    for name, (_, line) in COMMANDS.items():
        command = cli.get_command(context, name)
        assert command is not None
        assert command.help
        assert line.endswith(".")


def test_a_bug_is_one_line_and_a_report_without_values(tmp_path: Path) -> None:
    """Exit 10; the report names files, lines and the type, never an argument or what a variable held."""
    code = (
        "import sys; sys.stdout.close()\n"
        "from jsms_sync.cli.main import run; sys.exit(run(['-f', '13812345678', 'schema']))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert ran.returncode == Exit.BUG
    (report,) = tmp_path.glob("jsms-sync-bug-*.txt")
    assert str(report) in ran.stderr
    assert len(ran.stderr.splitlines()) == 2
    assert "schema.py" in report.read_text()
    assert re.search("13812345678|Traceback|closed file", report.read_text() + ran.stderr) is None


def test_a_usage_error_exits_with_three(capsys: pytest.CaptureFixture[str]) -> None:
    """click's own 2 would mean changes."""
    assert run(["plan", "--nonsense"]) == Exit.INVALID
    assert re.match(r"Error: No such option.*\n +See `jsms-sync plan --help`", capsys.readouterr().err)


def test_a_reader_that_went_away_is_no_bug() -> None:
    """Output into a closed pipe ends with 1 and without a word."""
    reader, writer = os.pipe()
    os.close(reader)
    ran = subprocess.run(
        [sys.executable, "-m", "jsms_sync", "schema"],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)
    assert (ran.returncode, ran.stderr) == (1, "")
