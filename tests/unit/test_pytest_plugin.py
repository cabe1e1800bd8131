"""The pytest plugin in test runs of its own: a new JSMS for each test, and nothing where nobody asks."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from jsms_sync import pytest_plugin
from jsms_sync.sandbox.controller import Sandbox

pytest_plugins = "pytester"

GUIDE = (Path(__file__).parents[2] / "docs" / "testing.md").read_text(encoding="utf-8")
FILES = dict(
    re.findall(r"^`([a-z_]+\.(?:py|sh))`\n\n```(?:python|sh)\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
)
ALONE = ("-p", "no:cacheprovider", "-W", "error", "-q")
DIRTY = """
import pytest

seen = set()

@pytest.mark.parametrize("number", range(3))
def test_nothing_is_left_of_the_test_before(jsms_sandbox, number):
    assert len(jsms_sandbox.templates()) == 1
    assert jsms_sandbox.outbox() == jsms_sandbox.requests() == ()
    assert jsms_sandbox.control("GET", "faults") == []
    assert jsms_sandbox.control("GET", "latency") == {"ms": 0}
    assert jsms_sandbox.now.year < 2090
    assert jsms_sandbox.control("GET", "beliefs")["limits_hold"]
    jsms_sandbox.add_template("您的订单{{order}}已发出。")
    jsms_sandbox.fault("out-of-freq")
    jsms_sandbox.latency(5)
    jsms_sandbox.set_clock("2090-01-01T00:00:00Z")
    jsms_sandbox.set_beliefs(limits_hold=False)
    jsms_sandbox.set_app(blacklisted=True)
    seen.add(jsms_sandbox.base_url)
    assert len(seen) == 1
"""


def written(pytester: pytest.Pytester, *names: str) -> None:
    """Writes files of the guide."""
    for name in names:
        (pytester.path / name).write_text(FILES[name], encoding="utf-8")


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """A run of pytest in a process of its own, where every warning is an error."""
    return pytester.runpytest_subprocess(*ALONE, *arguments)


def test_the_examples_of_the_guide_pass(pytester: pytest.Pytester) -> None:
    """All of its tests, in one run and in any order."""
    tests = [name for name in FILES if name.startswith("test_")]
    assert len(tests) == 4
    written(pytester, *FILES)
    run(pytester, *tests).assert_outcomes(passed=11)


def test_the_tests_of_a_process_share_a_server_and_nothing_else(pytester: pytest.Pytester) -> None:
    """Objects, log, faults, latency, clock and switches are as new in each test."""
    pytester.makepyfile(DIRTY)
    run(pytester).assert_outcomes(passed=3)


def test_workers_of_xdist_have_a_server_each(pytester: pytest.Pytester) -> None:
    """Tests that run side by side do not see each other."""
    pytester.makepyfile(DIRTY)
    run(pytester, "-n", "2").assert_outcomes(passed=3)


def test_settings_are_overridden_where_the_fixture_is(pytester: pytest.Pytester) -> None:
    """In conftest, in a class and for one test; the same settings are the same server."""
    pytester.makeconftest(
        """
        import pytest
        from jsms_sync.pytest_plugin import Settings

        @pytest.fixture(scope="session")
        def jsms_sandbox_settings(tmp_path_factory):
            return Settings(audit="approve", port=1, db=str(tmp_path_factory.mktemp("x") / "not-made"))
        """
    )
    pytester.makepyfile(
        """
        import pytest
        from jsms_sync.pytest_plugin import Settings

        def test_of_conftest(jsms_sandbox, jsms_sandbox_session, jsms_sandbox_settings):
            assert jsms_sandbox.control("GET", "audit")["mode"] == "approve"
            assert jsms_sandbox_session is jsms_sandbox
            assert not jsms_sandbox.base_url.endswith(":1/v1")
            import pathlib
            assert not pathlib.Path(jsms_sandbox_settings.db).exists()

        class TestOfAClass:
            @pytest.fixture
            def jsms_sandbox_settings(self):
                return Settings(audit="reject")

            def test_it(self, jsms_sandbox):
                jsms_sandbox.add_template("您的订单已发出。", approve=False)
                assert jsms_sandbox.templates()[-1].status == 2

        @pytest.mark.parametrize("jsms_sandbox_settings", [Settings(signature=None)])
        def test_of_one(jsms_sandbox):
            assert jsms_sandbox.signs() == ()
            assert jsms_sandbox.control("GET", "audit")["mode"] == "manual"
        """
    )
    run(pytester).assert_outcomes(passed=3)


def test_settings_of_another_type_are_told(pytester: pytest.Pytester) -> None:
    """The sentence names the type that is wanted, before anything is started."""
    pytester.makepyfile(
        """
        import pytest

        @pytest.fixture
        def jsms_sandbox_settings():
            return {"audit": "approve"}

        def test_it(jsms_sandbox):
            raise AssertionError
        """
    )
    result = run(pytester)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["*TypeError: jsms_sandbox_settings gives jsms_sync.sandbox.settings.Settings, not {'audit': *"]
    )


def test_who_does_not_use_it_does_not_pay_for_it(pytester: pytest.Pytester) -> None:
    """Without a test that asks, nothing of the package is loaded but the plugin, and no thread runs."""
    pytester.makepyfile(
        """
        import sys
        import threading

        def test_nothing_is_loaded():
            ours = {name for name in sys.modules if name.partition(".")[0] == "jsms_sync"}
            assert ours == {"jsms_sync", "jsms_sync.pytest_plugin"}
            assert not {"uvicorn", "starlette", "requests", "yaml", "click"} & sys.modules.keys()
            assert "jsms-sandbox" not in [each.name for each in threading.enumerate()]
        """
    )
    run(pytester).assert_outcomes(passed=1)


def test_it_can_be_left_out(pytester: pytest.Pytester) -> None:
    """With -p no:jsms_sync there is no such fixture, and other tests run as ever."""
    pytester.makepyfile("def test_a(): pass\ndef test_b(jsms_sandbox): pass")
    result = run(pytester, "-p", "no:jsms_sync")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*fixture 'jsms_sandbox' not found*"])


def test_the_fixtures_say_what_they_are(pytester: pytest.Pytester) -> None:
    """`pytest --fixtures` shows each with its first sentences."""
    shown = run(pytester, "--fixtures").stdout.str()
    for name in ("jsms_sandbox", "jsms_sandbox_session", "jsms_sandbox_settings"):
        assert re.search(rf"^{name}( \[session scope\])? -- ", shown, re.MULTILINE)
    assert "Point your code at .base_url with .app_key and .master_secret" in shown


def test_everything_that_is_exported_is_there() -> None:
    """Each public name can be imported from the plugin, and no other name is made up."""
    assert all(getattr(pytest_plugin, name) is not None for name in pytest_plugin.__all__)
    assert pytest_plugin.Sandbox is Sandbox
    with pytest.raises(AttributeError, match=r"'jsms_sync\.pytest_plugin' has no attribute 'Sandpit'"):
        pytest_plugin.Sandpit  # noqa: B018  # the attribute is the test


def test_the_guide_names_every_method() -> None:
    """Its table has each public name of the control object, and no other."""
    table = GUIDE.partition("### What it can be asked and told")[2].partition("\n### ")[0]
    cells = [line.split(" | ")[0] for line in table.splitlines() if line.startswith("| `")]
    named = {name for cell in cells for name in re.findall(r"`(\w+)", cell)}
    assert named == {name for name in dir(Sandbox) if not name.startswith("_")}


@pytest.fixture
def beside(tmp_path: Path) -> dict[str, str]:
    """An environment in which `jsms-sync` is found."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "NO_PROXY": "127.0.0.1"}


def test_the_sandbox_in_a_process_of_its_own(tmp_path: Path, beside: dict[str, str]) -> None:
    """The example of the guide runs to its end."""
    (tmp_path / "in_a_process.py").write_text(FILES["in_a_process.py"], encoding="utf-8")
    command = [sys.executable, "-W", "error", "in_a_process.py"]
    ran = subprocess.run(command, cwd=tmp_path, env=beside, capture_output=True, text=True, timeout=30)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "2 templates\n", "")


@pytest.mark.skipif(not shutil.which("curl"), reason="there is no curl here: apt-get install curl")
def test_the_script_for_ci(tmp_path: Path, beside: dict[str, str]) -> None:
    """A shell without any container starts it, sends with curl, and sees what arrived."""
    (tmp_path / "in_ci.sh").write_text(FILES["in_ci.sh"], encoding="utf-8")
    ran = subprocess.run(
        ["sh", "in_ci.sh"], cwd=tmp_path, env=beside, capture_output=True, text=True, timeout=30
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    assert '"msg_id"' in (tmp_path / "sent.json").read_text(encoding="utf-8")
