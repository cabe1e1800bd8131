"""A real Chromium for the console; without one this folder is skipped."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from page import Page
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from served import Served

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--no-proxy-server",
)


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """One headless Chromium with an empty profile, for all tests of a process."""
    browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (browser and driver):
        pytest.skip("there is no Chromium here: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for flag in (*_FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    started = webdriver.Chrome(options, Service(driver, log_output=str(Path("/dev/null"))))
    yield started
    started.quit()


@pytest.fixture
def page(chromium: webdriver.Chrome, sandbox: Served) -> Iterator[Page]:
    """The console of the sandbox, in English and on a desktop; nothing it does breaks its own policy."""
    opened = Page(chromium, sandbox)
    opened.resize(1280, 900)
    opened.prefer(language="en-US", scheme="light")
    chromium.get_log("browser")
    opened.open()
    yield opened
    severe = [entry for entry in chromium.get_log("browser") if entry["level"] == "SEVERE"]
    # That a request was refused or lost is no mistake of the page.
    complaints = [entry["message"] for entry in severe if entry["source"] != "network"]
    chromium.get("about:blank")
    assert complaints == []
