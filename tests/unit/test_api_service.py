"""Where calls may go, and with which credentials."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

import jsms_sync.api
from jsms_sync.api import DEFAULT_BASE_URL, Client, Credentials, service_at
from jsms_sync.errors import InvalidInput, MissingCredentials
from jsms_sync.model.privacy import Secret


@pytest.mark.parametrize(
    ("base_url", "normal", "origin", "loopback"),
    [
        (DEFAULT_BASE_URL, "https://api.sms.jpush.cn/v1", "https://api.sms.jpush.cn", False),
        (
            "https://API.sms.jpush.cn:443/v1/",
            "https://api.sms.jpush.cn/v1",
            "https://api.sms.jpush.cn",
            False,
        ),
        ("https://jsms.example:8443", "https://jsms.example:8443", "https://jsms.example:8443", False),
        ("http://127.0.0.1:8800/v1", "http://127.0.0.1:8800/v1", "http://127.0.0.1:8800", True),
        ("http://127.8.9.1/v1//", "http://127.8.9.1/v1", "http://127.8.9.1", True),
        ("http://localhost:80/v1", "http://localhost/v1", "http://localhost", True),
        ("http://[::1]:8800/v1", "http://[::1]:8800/v1", "http://[::1]:8800", True),
        ("https://localhost/v1", "https://localhost/v1", "https://localhost", True),
    ],
)
def test_https_goes_anywhere_and_http_to_loopback(
    base_url: str, normal: str, origin: str, loopback: bool
) -> None:
    """The base URL loses what does not count, and says whether it is loopback."""
    service = service_at(base_url)
    assert (service.base_url, service.origin, service.loopback) == (normal, origin, loopback)


@pytest.mark.parametrize(
    "base_url",
    [
        "http://api.sms.jpush.cn/v1",
        "http://127.0.0.1.example.com/v1",
        "http://127.0.0.1@example.com/v1",
        "http://localhost.example.com/v1",
        "http://127.1/v1",
        "http://0.0.0.0/v1",
        "http://[::2]/v1",
        "http://128.0.0.1/v1",
    ],
)
def test_plain_http_beyond_loopback_is_refused(base_url: str) -> None:
    """Nothing that only looks like loopback gets the credentials unencrypted."""
    with pytest.raises(InvalidInput):
        service_at(base_url)


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "api.sms.jpush.cn/v1",
        "ftp://api.sms.jpush.cn/v1",
        "file:///etc/passwd",
        "https://user:word@jsms.example/v1",
        "https://jsms.example/v1?x=1",
        "https://jsms.example/v1#x",
        "https://jsms.example:0/v1",
        "https://jsms.example:65536/v1",
        "https://jsms.example:/v1",
        "https://jsms.example\\@127.0.0.1/v1",
        "https://jsms.example/v1\r\nX: y",
        "https://jsms.example/v1\n",
        "https://jsms.example/a b",
        "https://例子.example/v1",
        "HTTPS://jsms.example/v1",
    ],
)
def test_an_odd_base_url_is_refused(base_url: str) -> None:
    """What is not a plain URL is refused, and not repeated: it may hold a password."""
    with pytest.raises(InvalidInput, match="base URL") as caught:
        Client(Credentials("key", Secret("secret")), base_url=base_url)
    assert "word" not in str(caught.value)


@given(st.text())
def test_any_text_is_a_service_or_refused(text: str) -> None:
    """No text is anything but a service or an InvalidInput, and http is loopback."""
    for base_url in (text, f"http://{text}", f"https://{text}/v1"):
        try:
            service = service_at(base_url)
        except InvalidInput:
            continue
        assert service.loopback or service.base_url.startswith("https://")


@pytest.mark.parametrize(("key", "secret"), [("", "secret"), ("key", "")])
def test_empty_credentials_are_missing(key: str, secret: str) -> None:
    """An empty key or secret is one that was not given."""
    with pytest.raises(MissingCredentials):
        Credentials(key, Secret(secret))


@pytest.mark.parametrize(
    ("key", "secret"),
    [("k:ey", "hush"), ("key", "hush\n"), (" key", "hush"), ("key", "hush，"), ("k\0y", "hush")],
)
def test_malformed_credentials_are_refused_without_showing_them(key: str, secret: str) -> None:
    """What can never be right is told before a request is made of it, and is not repeated."""
    with pytest.raises(InvalidInput) as caught:
        Credentials(key, Secret(secret))
    assert "hush" not in caught.value.message + caught.value.help


def test_credentials_become_basic_auth() -> None:
    """The header is RFC 7617's own example; the secret may hold a colon, and neither half is shown."""
    credentials = Credentials("Aladdin", Secret("open:sesame"))
    assert credentials.authorization() == "Basic QWxhZGRpbjpvcGVuOnNlc2FtZQ=="
    assert repr(credentials) == "Credentials(secret=Secret(…))"


def test_every_name_of_the_package_is_there() -> None:
    """All that is announced can be imported, and nothing else."""
    assert all(getattr(jsms_sync.api, name) is not None for name in jsms_sync.api.__all__)
    with pytest.raises(AttributeError, match="Nobody"):
        jsms_sync.api.Nobody  # noqa: B018  # the access is the test


def test_importing_the_package_imports_no_client() -> None:
    """The package costs nothing until a name of it is used, and its codes never need requests."""
    program = (
        "import sys, jsms_sync.api as api\n"
        "assert api.explain(50013).number == 50013\n"
        "print([name for name in ('requests', 'urllib3') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
