"""The pytest plugin: `jsms_sandbox`, a JSMS of their own for tests of code that sends text messages.

It costs nothing where no test asks for it: the sandbox is imported when the first one does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, TypeAlias

import pytest

if TYPE_CHECKING:
    from jsms_sync.sandbox.beliefs import Beliefs
    from jsms_sync.sandbox.controller import ControlError, Sandbox
    from jsms_sync.sandbox.settings import Settings
    from jsms_sync.sandbox.sights import (
        Callback,
        Code,
        Message,
        Reply,
        Report,
        Request,
        Schedule,
        Sign,
        Template,
    )

    _Serve: TypeAlias = Callable[[Settings], Sandbox]

__all__ = [
    "Beliefs",
    "Callback",
    "Code",
    "ControlError",
    "Message",
    "Reply",
    "Report",
    "Request",
    "Sandbox",
    "Schedule",
    "Settings",
    "Sign",
    "Template",
    "jsms_sandbox",
    "jsms_sandbox_session",
    "jsms_sandbox_settings",
]

_HOMES = {
    "beliefs": ("Beliefs",),
    "controller": ("ControlError", "Sandbox"),
    "settings": ("Settings",),
    "sights": (
        "Callback",
        "Code",
        "Message",
        "Reply",
        "Report",
        "Request",
        "Schedule",
        "Sign",
        "Template",
    ),
}


def __getattr__(name: str) -> object:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"jsms_sync.sandbox.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


@pytest.fixture(scope="session")
def _jsms_sandboxes() -> Iterator[_Serve]:
    """The sandboxes of this session, one for each settings that were asked for; all stopped at its end."""
    from jsms_sync.sandbox import controller
    from jsms_sync.sandbox.settings import Settings

    started: dict[Settings, Sandbox] = {}

    def serve(settings: Settings) -> Sandbox:
        if not isinstance(settings, Settings):
            raise TypeError(f"jsms_sandbox_settings gives {Settings.__module__}.Settings, not {settings!r}")
        # A file would be somebody's data, and every test begins with nothing.
        wanted = replace(settings, port=0, db=":memory:")
        if wanted not in started:
            started[wanted] = running.enter_context(controller.sandbox(wanted))
        return started[wanted]

    with ExitStack() as running:
        yield serve


@pytest.fixture(scope="session")
def jsms_sandbox_settings() -> Settings:
    """What the sandbox of `jsms_sandbox` is started with; override it to have it otherwise.

    In a conftest.py, a module or a class, with any scope, or for one test by parametrizing it:

        @pytest.fixture
        def jsms_sandbox_settings():
            return Settings(audit="approve", beliefs=Beliefs(limits_hold=False))

    Settings and Beliefs are in jsms_sync.pytest_plugin. Port and database do not count: the sandbox is on a
    free port and in memory.
    """
    from jsms_sync.sandbox.settings import Settings

    return Settings()


@pytest.fixture(scope="session")
def jsms_sandbox_session(_jsms_sandboxes: _Serve, jsms_sandbox_settings: Settings) -> Sandbox:
    """The sandbox of `jsms_sandbox` for fixtures that live longer than a test, such as a served application.

    It is the same server as long as the settings are the same. `jsms_sandbox` makes it as new for each test.
    """
    return _jsms_sandboxes(jsms_sandbox_settings)


@pytest.fixture
def jsms_sandbox(_jsms_sandboxes: _Serve, jsms_sandbox_settings: Settings) -> Sandbox:
    """A JSMS as new, served on a free port of this machine; nothing is ever sent from it.
    Point your code at .base_url with .app_key and .master_secret (or .environ), then look and steer.

        def test_a_code_is_texted_and_is_right_once(jsms_sandbox):
            shop.send_code("13812345678")
            assert shop.log_in("13812345678", jsms_sandbox.code("13812345678"))

    `.outbox()` is what was "sent"; `.approve()`, `.reject()` and `.audit()` decide on templates;
    `.set_clock()` and `.advance()` let scheduled messages leave; `.reply()`, `.opt_out()` and
    `.set_report()` are people and their phones; `.fault()` and `.latency()` are bad days. The server is
    shared by the tests of a process and reset before each of them. All of it: docs/testing.md.
    """
    sandbox = _jsms_sandboxes(jsms_sandbox_settings)
    sandbox.reset()
    return sandbox
