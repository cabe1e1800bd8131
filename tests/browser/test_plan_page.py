"""The pages of a plan and of an apply in a real browser: readable by everybody, and nothing of them runs."""

import base64
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import report_cases as r
from page import PALE
from selenium import webdriver

from jsms_sync.reports.outcome_html import outcome_html
from jsms_sync.reports.plan_html import plan_html
from jsms_sync.reports.words import visible

pytestmark = pytest.mark.no_cover

Open = Callable[..., webdriver.Chrome]

HARM = "<script>window.ran=1</script><img src=x onerror='window.ran=1'><style>*{display:none}</style>"
PHONE, DESK = 390, 1000
DARK = [{"name": "prefers-color-scheme", "value": "dark"}]


@pytest.fixture(params=[("light", DESK), ("dark", PHONE)], ids=["light", "dark phone"])
def shown(request: pytest.FixtureRequest, chromium: webdriver.Chrome, tmp_path: Path) -> Open:
    """Opens the page of a plan, or of its apply, from a file, as who downloads it from a pipeline does."""
    scheme, width = request.param

    def opened(plan: dict[str, Any], outcomes: dict[str, Any] | None = None) -> webdriver.Chrome:
        path = tmp_path / "report.html"
        html = plan_html(plan) if outcomes is None else outcome_html(outcomes, plan)
        path.write_text(html, encoding="utf-8")
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width == PHONE}
        chromium.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": features})
        chromium.get_log("browser")
        chromium.get(path.as_uri())
        return chromium

    return opened


def check(browser: webdriver.Chrome) -> None:
    """Nothing ran, nothing was fetched or complained about, nothing is pale or wider than the window."""
    assert browser.execute_script("return window.ran") is None
    assert browser.execute_script("return document.querySelectorAll('script,img,link,iframe').length") == 0
    assert browser.execute_script("return performance.getEntriesByType('resource').length") == 0
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []
    assert browser.execute_script(PALE) == []
    wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert browser.execute_script(wide) == 0


def test_a_plan_can_be_read_on_a_desk_and_on_a_phone(shown: Open) -> None:
    """By day and in the dark; what changed is struck and underlined."""
    browser = shown(r.shop())
    check(browser)
    look = "return getComputedStyle(document.querySelector(arguments[0])).textDecorationLine"
    assert browser.execute_script(look, "del") == "line-through"
    assert browser.execute_script(look, "ins") == "underline"
    assert "您的订单{{order}}受大雪影响" in browser.execute_script("return document.body.innerText")


def test_an_apply_can_be_read_on_a_desk_and_on_a_phone(shown: Open) -> None:
    """By day and in the dark, with each outcome."""
    plan = r.shop()
    browser = shown(plan, r.applied(plan))
    check(browser)
    assert "? campaign.later: create unknown" in browser.execute_script("return document.body.innerText")


@pytest.mark.parametrize("words", [HARM, r.HOSTILE[0], r.HOSTILE[5], r.HOSTILE[6]])
def test_hostile_words_are_shown_and_do_nothing(shown: Open, words: str) -> None:
    """As they are written, in the order in which they are written."""
    for outcomes in (None, r.outcomes(words)):
        browser = shown(r.hostile(words), outcomes)
        check(browser)
        assert visible(words) in browser.execute_script("return document.body.innerText")


def test_four_hundred_templates_are_one_page(shown: Open) -> None:
    """All of them can be reached."""
    browser = shown(r.large(400))
    assert browser.execute_script("return document.querySelectorAll('section').length") >= 800


def test_a_plan_can_be_printed(shown: Open) -> None:
    """On white paper, whatever the reader's screen prefers, and with every section."""
    browser = shown(r.shop())
    printed = base64.b64decode(browser.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})["data"])
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) in range(1, 8)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", "features": DARK})
    background = "return getComputedStyle(document.querySelector(arguments[0])).backgroundColor"
    for each in ("body", "section"):
        assert browser.execute_script(background, each) == "rgb(255, 255, 255)"
    assert browser.execute_script(PALE) == []
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})
