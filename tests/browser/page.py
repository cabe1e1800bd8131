"""The console as its user sees it: what it shows, and what can be pressed."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from served import Served

PATIENCE = 8.0
TEXT = "您的订单{{order}}已由{{carrier}}发出。"
BEFORE, SEND_TIME = "2027-03-01T01:00:00Z", "2027-03-01 10:00:00"
# The contrast of every visible text with what lies behind it, where it is less than 4.5 (WCAG 2.2, 1.4.3).
PALE = """
const rgba = (text) => text.match(/[\\d.]+/g).map(Number);
const light = (c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
const luminance = ([r, g, b]) => 0.2126 * light(r) + 0.7152 * light(g) + 0.0722 * light(b);
const behind = (e) => {
  for (; e; e = e.parentElement) {
    const colour = rgba(getComputedStyle(e).backgroundColor);
    if (colour.length < 4 || colour[3] > 0) return colour;
  }
};
return [...document.querySelectorAll('body *')].filter((e) =>
  e.checkVisibility() && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim())
).map((e) => {
  const [a, b] = [luminance(rgba(getComputedStyle(e).color)), luminance(behind(e))].sort((x, y) => y - x);
  return [e.className, e.textContent, (a + 0.05) / (b + 0.05)];
}).filter(([, , ratio]) => ratio < 4.5);
"""


@dataclass(frozen=True)
class Page:
    """The console of one sandbox, in a browser."""

    browser: webdriver.Chrome
    served: Served

    def open(self) -> None:
        """Loads the page, and waits until it shows the sandbox."""
        self.browser.get(self.served.access.console)
        self.until(lambda: self.all("#link.live") and self.all("#templates li"))

    def resize(self, width: int, height: int) -> None:
        """So large is the window, which is a phone's when it is narrow."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    def prefer(self, language: str, scheme: str) -> None:
        """The language and the colours that the browser's user likes, as of the next page."""
        agent = {"userAgent": "console tests", "acceptLanguage": language}
        self.browser.execute_cdp_cmd("Emulation.setUserAgentOverride", agent)
        likes = {"prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce"}
        features = [{"name": name, "value": value} for name, value in likes.items()]
        self.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def all(self, selector: str) -> list[WebElement]:
        """The elements that match."""
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector: str) -> WebElement:
        """The element that matches."""
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def button(self, words: str, within: str = "body") -> WebElement:
        """The one visible button that says this, as soon as there is one."""
        self.until(lambda: len(self._buttons(words, within)) == 1)
        return self._buttons(words, within)[0]

    def _buttons(self, words: str, within: str) -> list[WebElement]:
        return [each for each in self.all(f"{within} button") if each.is_displayed() and each.text == words]

    def shown(self, selector: str) -> str:
        """The text of everything that matches, as it stands on the screen."""
        return "\n".join(each.text for each in self.all(selector))

    def until(self, holds: Callable[[], object]) -> None:
        """Waits until something holds."""
        end = time.monotonic() + PATIENCE
        while not self._holds(holds):
            assert time.monotonic() < end, f"not within {PATIENCE} s; the page says:\n{self.shown('body')}"
            time.sleep(0.05)

    def _holds(self, holds: Callable[[], object]) -> bool:
        try:
            return bool(holds())
        except StaleElementReferenceException:
            return False

    def until_shown(self, text: str, selector: str = "body") -> None:
        """Waits until a text stands somewhere."""
        self.until(lambda: text in self.shown(selector))

    def type(self, *keys: str) -> None:
        """Types into whatever has the focus."""
        self.browser.switch_to.active_element.send_keys(*keys)

    def press(self, element: WebElement) -> None:
        """Presses a button by the keyboard."""
        self.browser.execute_script("arguments[0].focus()", element)
        self.type(Keys.ENTER)

    def run(self, script: str, *arguments: object) -> Any:
        """What a script returns."""
        return self.browser.execute_script(script, *arguments)

    def submit(self, text: str = TEXT, type: int = 2, **fields: object) -> int:
        """Submits a template through the API; its id."""
        assert self.served.raw("POST", "templates", {"template": text, "type": type, **fields}) == 200
        return max(self.served.templates())

    def schedule(self, temp_id: int, **fields: object) -> None:
        """Schedules one message through the API."""
        body = {"send_time": SEND_TIME, "mobile": "13812345678", "temp_id": temp_id, **fields}
        assert self.served.raw("POST", "schedule", body) == 200

    def sent(self, text: str, type: int = 2, **values: str) -> None:
        """A message of this template goes out."""
        self.served.clock(BEFORE)
        temp_id = self.submit(text, type)
        self.served.approve(temp_id)
        self.schedule(temp_id, temp_para=values)
        self.served.control("PUT", "clock", {"advance": 3600})
