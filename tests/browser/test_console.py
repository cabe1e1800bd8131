import random
from urllib.parse import urlsplit

import pytest
from page import BEFORE, PALE, SEND_TIME, TEXT, Page
from selenium.webdriver.common.keys import Keys
from served import Served

from jsms_sync.sandbox import texts
from jsms_sync.sandbox.serve import running
from jsms_sync.sandbox.settings import Settings

pytestmark = pytest.mark.no_cover

HOSTILE = "<img src=x onerror='window.ran=1'><script>window.ran=1</script>"


def test_an_approved_template_is_sent_when_its_time_comes(page: Page) -> None:
    """Approve, schedule through the API, go to the next event: the message stands there as a bubble."""
    page.served.clock(BEFORE)
    temp_id = page.submit()
    page.until_shown(f"{temp_id}\n… in audit")
    page.button("Approve", "#templates").click()
    page.until_shown(f"{temp_id}\n✓ approved")
    page.schedule(temp_id, temp_para={"order": "1001", "carrier": "顺丰"})
    page.until_shown("in 1:00:00", "#schedules")
    page.button("Next event 03-01 10:00:00").click()
    page.until_shown("【极光沙箱】您的订单1001已由顺丰发出。", "#outbox .bubble")
    assert page.one("#now").text == SEND_TIME
    assert "✓ sent" in page.shown("#schedules")
    assert "21 characters = 1 part" in page.shown("#outbox")
    assert page.served.control("GET", "state")["balance"]["app_balance"] == 9_999_999


def test_rejecting_takes_a_reason_by_the_keyboard_alone(page: Page) -> None:
    """Enter opens the form, what is typed is the reason, and the focus stays with the template."""
    temp_id = page.submit()
    page.press(page.button("Reject…", ".waiting"))
    page.type("链接未报备", Keys.ENTER)
    page.until_shown("Reason: 链接未报备", "#templates")
    assert page.served.templates()[temp_id]["status"] == 2
    assert str(temp_id) in page.browser.switch_to.active_element.text


def test_hostile_text_is_text(page: Page) -> None:
    """Markup in a template, a value, a tag, a reason and a path is shown as it is, and never runs."""
    page.sent(HOSTILE + "{{value}}", value=HOSTILE)
    page.served.reject(page.submit(HOSTILE), HOSTILE)
    page.served.raw("GET", "<img src=x onerror='window.ran=1'>".replace(" ", "%20"))
    page.until(
        lambda: "".join(each.text for each in page.all("#outbox .part")) == f"【极光沙箱】{HOSTILE * 2}"
    )
    page.until_shown(HOSTILE, "#templates")
    page.until_shown("/v1/<img src=x", "#requests")
    assert page.all("img, main script, iframe") == []
    assert page.run("return window.ran") is None


@pytest.mark.parametrize(
    ("preferred", "first", "other", "button"),
    [("zh-TW", "模板", "Templates", "English"), ("fr-FR", "Templates", "模板", "中文")],
)
def test_the_language_is_the_browser_s_until_another_is_chosen(
    page: Page, preferred: str, first: str, other: str, button: str
) -> None:
    """The choice changes every word at once and outlives a reload."""
    page.prefer(preferred, "light")
    page.open()
    assert page.one("#templates-title").text.startswith(first)
    page.button(button).click()
    assert page.one("#templates-title").text.startswith(other)
    page.open()
    assert page.one("#templates-title").text.startswith(other)
    assert page.one("html").get_attribute("lang") == ("en" if preferred.startswith("zh") else "zh-CN")


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
def test_a_phone_never_scrolls_sideways(page: Page, language: str) -> None:
    """At 360 pixels everything fits, the longest words too, with a reason being typed."""
    page.sent("{{long}}", long="W" * 300)
    page.submit("长" * 200 + "x" * 100, remark="y" * 300)
    page.served.raw("GET", "templates/" + "z" * 300)
    page.served.fault("status-after", "POST", "/v1/" + "path" * 40, status=503, delay_ms=100)
    page.resize(360, 740)
    page.prefer(language, "light")
    page.open()
    page.all("#templates .waiting .buttons button")[1].click()
    assert page.run("return [innerWidth, document.documentElement.scrollWidth]") == [360, 360]
    page.run("document.querySelector('#requests').scrollIntoView()")
    assert page.run("return document.documentElement.scrollWidth") == 360


def test_what_happens_elsewhere_appears_while_somebody_types(page: Page) -> None:
    """New templates and messages arrive without a reload, a lost focus, a lost word or a jump."""
    first = page.submit("第一个{{a}}。")
    page.until_shown("第一个")
    page.run("window.same = true")
    page.press(page.button("Reject…", ".waiting"))
    page.type("half a rea", Keys.ARROW_LEFT)
    place = "return document.activeElement.getBoundingClientRect().top"
    page.run("window.scrollTo(0, 150)")
    top = page.run(place)
    page.sent("第二个{{a}}。", a="值")
    page.submit("第三个{{a}}。")
    page.until_shown("【极光沙箱】第二个值。", "#outbox .bubble")
    page.until_shown("第三个", "#templates")
    assert page.run("return window.same")
    page.type("X")
    typed = page.browser.switch_to.active_element
    assert typed.get_attribute("value") == "half a reXa"
    assert abs(page.run(place) - top) < 2
    page.type(Keys.ENTER)
    page.until(lambda: page.served.templates()[first]["status"] == 2)


def test_parts_are_marked_where_they_are_billed(page: Page) -> None:
    """71 characters, signature and opt-out counted, are 67 + 4, and the border is seen and read."""
    page.sent("字" * 59, type=3)
    page.until_shown("71 characters = 2 parts (67 + 4)", "#outbox")
    assert "signature 6 + text 59 + opt-out 6" in page.shown("#outbox")
    assert [len(part.text) for part in page.all("#outbox .part")] == [67, 4]
    assert page.shown("#outbox .cut") == "1/2\n2/2"
    assert page.shown("#outbox .sign") == "【极光沙箱】"
    assert page.shown("#outbox .opt-out") == "拒收\n请回复R"


def test_parts_are_counted_as_the_sandbox_counts_them(page: Page) -> None:
    """For texts of every length and mixture, line breaks and characters outside the BMP included."""
    drawn = random.Random(7)
    contents = ["字" * n for n in (0, 1, 69, 70, 71, 134, 135, 201, 202)] + [
        "【签】" + "".join(drawn.choices("字a\n😀", k=drawn.randrange(1, 300))) for _ in range(200)
    ]
    script = """
        const [contents, done] = arguments;
        import('/console/sms.js').then(({partsOf, rolesOf}) => done(contents.map((content) => {
          const parts = partsOf(rolesOf(content, ''));
          return [parts.length, parts.flat().map(({text}) => text).join('')];
        })));"""
    counted = page.browser.execute_async_script(script, contents)
    assert [text for _, text in counted] == contents
    assert [max(count, 1) for count, _ in counted] == [texts.parts(content) for content in contents]


def test_the_clock_can_be_stopped_set_and_released(page: Page) -> None:
    """Its pace is said in words, and each button does what it says."""
    page.until_shown("real time", "#pace")
    page.button("Pause").click()
    page.until_shown("paused", "#pace")
    page.served.clock(BEFORE)
    page.until(lambda: page.one("#now").text == "2027-03-01 09:00:00")
    for button, then in (("+1 min", "01 09:01:00"), ("+1 h", "01 10:01:00"), ("+1 day", "02 10:01:00")):
        page.button(button).click()
        page.until(lambda then=then: page.one("#now").text == f"2027-03-{then}")
    page.button("Real time").click()
    page.until_shown("real time", "#pace")
    assert not page.one("#now").text.startswith("2027-03-0")


def _fill(page: Page, form: str, **values: str) -> None:
    for name, value in values.items():
        field = page.one(f"{form} [name={name}]")
        if field.tag_name == "input":
            field.clear()
        field.send_keys(value)
    page.one(f"{form} button").click()


def test_settings_and_faults_reach_the_sandbox(page: Page) -> None:
    """Balance, auditor and latency are set, a fault is added, listed and cleared."""
    _fill(page, "#balance", app_balance="7", dev_balance="")
    page.until(lambda: _balance(page.served) == (7, None))
    _fill(page, "#audit", mode="approve all", delay="0")
    page.until_shown("Saved.", "#notice")
    temp_id = page.submit()
    assert page.served.templates()[temp_id]["status"] == 1
    _fill(page, "#latency", ms="25")
    page.until_shown("Saved.", "#notice")
    _fill(page, "#add-fault", fault="status-after", path="/v1/schedule", times="2", status="503")
    page.until_shown("× 2 · HTTP 503", "#faults li")
    (fault,) = page.served.control("GET", "faults")
    assert (fault["fault"], fault["method"], fault["status"]) == ("status-after", None, 503)
    page.button("Clear", "#faults").click()
    page.until(lambda: not page.all("#faults li"))
    assert page.served.control("GET", "faults") == []


def _balance(served: Served) -> tuple[int | None, int | None]:
    balance = served.control("GET", "state")["balance"]
    return balance["app_balance"], balance["dev_balance"]


def test_a_refusal_is_told(page: Page) -> None:
    """What the sandbox does not accept is said in its own words, and the field keeps what was typed."""
    _fill(page, "#balance", app_balance="99999999999999999999")
    page.until_shown("Refused: app_balance is a whole number", "#complaint")
    assert page.one("[name=app_balance]").get_attribute("value") == "99999999999999999999"


def test_finding_leaves_what_fits(page: Page) -> None:
    """The search narrows every list and says what it hides."""
    page.sent(TEXT, order="1001", carrier="顺丰")
    page.until_shown("顺丰", "#outbox")
    page.one("#find").send_keys("18603050709")
    page.until(lambda: not page.all("#outbox li"))
    assert page.one("#outbox .more").text == "1 more are not shown."
    page.one("#find").clear()
    page.one("#find").send_keys("1381234")
    page.until(lambda: page.all("#outbox li"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_background(page: Page, scheme: str) -> None:
    """In both colour schemes the contrast is 4.5 or more, and both are what the browser asked for."""
    page.sent("字" * 100)
    page.served.reject(page.submit())
    page.submit()
    page.prefer("en-US", scheme)
    page.open()
    page.until_shown("2 parts", "#outbox")
    assert page.run(PALE) == []
    is_dark = "(14, 18, 23)" in page.run("return getComputedStyle(document.body).backgroundColor")
    assert is_dark == (scheme == "dark")


def test_every_control_has_a_name_and_is_reached_by_the_keyboard(page: Page) -> None:
    """Buttons and fields say what they are, and Tab leads from the first to the last of them."""
    unnamed = """return [...document.querySelectorAll('button, input, select')].filter((e) =>
        e.checkVisibility() && !(e.ariaLabel || e.textContent.trim() || e.labels?.[0]?.textContent.trim())
    ).map((e) => e.outerHTML)"""
    assert page.run(unnamed) == []
    page.run("window.reached = new Set(); addEventListener('focusin', ({target}) => reached.add(target))")
    page.type(Keys.TAB * 60)
    missed = """return [...document.querySelectorAll('button, input, select, a')].filter((e) =>
        e.checkVisibility() && !reached.has(e)).map((e) => e.outerHTML)"""
    assert page.run(missed) == []


def test_a_lost_sandbox_is_said_in_words(page: Page) -> None:
    """While nothing answers, the page says so and keeps what it shows; then it goes on by itself."""
    with running(Settings(port=0)) as access:
        lost = Page(page.browser, Served(access))
        lost.open()
    lost.until_shown("Not reachable, trying again", "#link")
    assert lost.all("#templates li")
    with running(Settings(port=urlsplit(access.console).port or 0)):
        lost.until_shown("Live", "#link")
