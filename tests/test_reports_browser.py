"""The pages in a real browser: opened from the disk, worked by keyboard, without a network."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import reports
from reports import site
from rig.results import Outcome
from tests.run_factory import CLAIMS, ESP, HOSTILE, PICO, START, UNIX, Recipe, change, write_run

selenium = pytest.importorskip("selenium", reason="selenium is not installed (extra: dev)")

from selenium import webdriver  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402
from selenium.webdriver.remote.webelement import WebElement  # noqa: E402
from selenium.webdriver.support.ui import Select, WebDriverWait  # noqa: E402

from tests.chromium import chromium, needs_chromium  # noqa: E402

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    with chromium() as driver:
        yield driver


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of three boards, one claim of which diverges with hostile text."""
    edit = change("run.reraises", "pico", outcome=Outcome.DIVERGES, actual=HOSTILE)
    home = tmp_path_factory.mktemp("browser")
    run = write_run(home, Recipe(boards=(UNIX, PICO, ESP), edit=edit, samples=100_000))
    return reports.write_site(reports.load([run]), home / "report")


@pytest.fixture
def opened(browser: webdriver.Chrome, page: Path) -> Iterator[webdriver.Chrome]:
    """The page, open; at the end it must have been silent and asked no network for anything."""
    logged(browser, "browser")
    logged(browser, "performance")
    browser.get(page.as_uri())
    yield browser
    assert logged(browser, "browser") == []
    assert asked_for(browser, allowed=page.parent) == []
    assert browser.execute_script("return window.pwned === undefined")


def logged(browser: Any, kind: str) -> list[dict[str, Any]]:
    """What was logged since the last look; selenium has no types for it."""
    return list(browser.get_log(kind))


def asked_for(browser: webdriver.Chrome, allowed: Path) -> list[str]:
    """URLs requested since the last look that are not files of the report."""
    urls = []
    for entry in logged(browser, "performance"):
        message: dict[str, Any] = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            urls.append(message["params"]["request"]["url"])
    return [url for url in urls if not url.startswith((allowed.as_uri(), "data:", "blob:"))]


def shown(browser: webdriver.Chrome) -> list[str]:
    """The claims that the matrix shows."""
    rows = browser.find_elements(By.CSS_SELECTOR, ".matrix .claim")
    return [row.find_element(By.TAG_NAME, "code").text for row in rows if row.is_displayed()]


def wait(browser: webdriver.Chrome) -> WebDriverWait[webdriver.Chrome]:
    return WebDriverWait(browser, 30)


def cell(browser: webdriver.Chrome, claim: str, board: str) -> WebElement:
    return browser.find_element(
        By.CSS_SELECTOR, f'.matrix [data-claim="{claim}"][data-board="{board}"]'
    )


def field(browser: webdriver.Chrome, name: str) -> WebElement:
    return browser.find_element(By.CSS_SELECTOR, f'#filter [name="{name}"]')


def test_the_matrix_is_filtered(opened: webdriver.Chrome) -> None:
    assert len(shown(opened)) == len(CLAIMS)
    Select(field(opened, "chapter")).select_by_visible_text("run")
    assert len(shown(opened)) == 7
    assert opened.find_element(By.ID, "shown").text == f"7 of {len(CLAIMS)} claims"
    field(opened, "text").send_keys("RAISE")
    assert shown(opened) == ["run.until-raise", "run.reraises"]
    Select(field(opened, "outcome")).select_by_value("unexpected")
    assert shown(opened) == ["run.reraises"]
    opened.find_element(By.CSS_SELECTOR, "#filter [type=reset]").click()
    wait(opened).until(lambda b: len(shown(b)) == len(CLAIMS))
    Select(field(opened, "level")).select_by_visible_text("quality")
    assert len(shown(opened)) == 7
    field(opened, "text").send_keys("nowhere to be found")
    assert shown(opened) == []
    assert opened.find_element(By.ID, "nothing").is_displayed()


def test_a_tile_filters_and_the_address_remembers(opened: webdriver.Chrome, page: Path) -> None:
    tile = opened.find_element(By.CSS_SELECTOR, ".tile[data-outcome=unmeasured]")
    tile.send_keys(Keys.ENTER)
    assert shown(opened) == ["power.sleep-sleeps", "power.event-sleeps", "power.stream-sleeps"]
    assert tile.get_attribute("aria-pressed") == "true"
    assert "outcome=unmeasured" in opened.current_url
    opened.get(opened.current_url)
    assert len(shown(opened)) == 3


def test_evidence_opens_by_keyboard_and_gives_the_focus_back(opened: webdriver.Chrome) -> None:
    button = cell(opened, "run.until-raise", "unix")
    opened.execute_script("arguments[0].focus()", button)
    button.send_keys(Keys.ARROW_RIGHT)
    opened.switch_to.active_element.send_keys(Keys.ARROW_DOWN, Keys.ARROW_UP)
    here = opened.switch_to.active_element
    assert here.get_attribute("data-claim") == "run.until-raise"
    assert here.get_attribute("data-board") == "pico"
    here.send_keys(Keys.ENTER)
    dialog = opened.find_element(By.ID, "evidence")
    assert dialog.is_displayed()
    assert "asyncio.run() ends when the top level raises." in dialog.text
    for heading in ("Checks", "Device test", "Events", "Other output"):
        assert heading in dialog.text
    opened.find_element(By.ID, "evidence-next").send_keys(Keys.ENTER)
    assert "on esp32" in dialog.text
    opened.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert not dialog.is_displayed()
    assert opened.switch_to.active_element.get_attribute("data-board") == "esp32"


def test_hostile_text_is_shown_and_does_nothing(opened: webdriver.Chrome) -> None:
    opened.execute_script("arguments[0].click()", cell(opened, "run.reraises", "pico"))
    text = opened.find_element(By.ID, "evidence-body").text
    assert "<script>window.pwned=1</script>" in text
    assert "\\x1b[31m" in text
    assert "\\u{202e}" in text


def test_an_address_leads_to_the_evidence(opened: webdriver.Chrome, page: Path) -> None:
    opened.get(page.parent.joinpath("boards/pico.html").as_uri())
    row = opened.find_element(By.XPATH, "//tr[.//code[text()='run.reraises']]")
    row.find_element(By.TAG_NAME, "a").click()
    dialog = wait(opened).until(lambda b: b.find_element(By.CSS_SELECTOR, "dialog[open]"))
    assert "run.reraises" in dialog.text
    assert "on pico" in dialog.text


def range_of(browser: webdriver.Chrome) -> list[float]:
    script = "return document.querySelector('.chart').layout.xaxis.range.map(Number)"
    return list(browser.execute_script(script))


def test_a_capture_zooms(opened: webdriver.Chrome) -> None:
    opened.execute_script("arguments[0].click()", cell(opened, "power.sleep-sleeps", "unix"))
    wait(opened).until(lambda b: b.find_element(By.CSS_SELECTOR, ".chart[data-drawn]"))
    points = opened.execute_script("return document.querySelector('.chart').data[0].x.length")
    assert 1000 < points <= 2000  # of 100 000 samples
    whole = range_of(opened)
    opened.find_element(By.CSS_SELECTOR, "[data-zoom]").send_keys(Keys.ENTER)
    wait(opened).until(lambda b: range_of(b) != whole)
    low, high = range_of(opened)
    assert whole[0] < low < high < whole[1]
    # By mouse as well: a drag over the plot.
    plot = opened.find_element(By.CSS_SELECTOR, ".chart .nsewdrag")
    mouse = webdriver.ActionChains(opened)
    mouse.move_to_element_with_offset(plot, -100, 0).click_and_hold()
    mouse.move_by_offset(150, 0).release().perform()
    wait(opened).until(lambda b: range_of(b) != [low, high])
    drawn = opened.execute_script(
        "const g = document.querySelector('.chart'); return g.layout.shapes.length"
    )
    assert drawn == 6 + 2 + 1  # windows, the busy and floor levels, and what a task did
    assert "modelled" in opened.find_element(By.CSS_SELECTOR, "#evidence-body figcaption").text


def test_what_a_task_did_stands_on_the_captures_axis(opened: webdriver.Chrome) -> None:
    opened.execute_script("arguments[0].click()", cell(opened, "power.sleep-sleeps", "unix"))
    wait(opened).until(lambda b: b.find_element(By.CSS_SELECTOR, ".chart[data-drawn]"))
    marks, label, window = opened.execute_script(
        "const g = document.querySelector('.chart'); const m = g.data[1];"
        "return [m.x, m.text, g.layout.annotations.map((a) => a.text)]"
    )
    assert len(marks) == 1
    assert range_of(opened)[0] < marks[0] < range_of(opened)[1]
    assert label == ["&lt;b onclick=alert(1)&gt;task&lt;/b&gt; wakes"]
    assert window
    told = opened.find_element(By.CSS_SELECTOR, "#evidence-body details.tasks")
    opened.execute_script("arguments[0].open = true", told)
    assert f"{marks[0]:.4f} s: <b onclick=alert(1)>task</b> wakes" in told.text
    assert not opened.find_elements(By.CSS_SELECTOR, "#evidence-body li b")


def test_battery_life(opened: webdriver.Chrome, page: Path) -> None:
    opened.get(page.with_name("power.html").as_uri())
    first = opened.find_element(By.CSS_SELECTOR, "[data-life]")
    before = first.text
    capacity = opened.find_element(By.NAME, "capacity")
    awake = opened.find_element(By.NAME, "awake")
    for element, value in ((capacity, "1620"), (awake, "0")):
        element.clear()
        element.send_keys(value)
    assert first.text == "42 days"  # 1620 mAh at 1.62 mA are 1000 hours
    assert first.text != before
    awake.clear()
    assert first.text == "–"  # noqa: RUF001


def test_the_theme_is_the_readers(opened: webdriver.Chrome) -> None:
    def background() -> str:
        return str(opened.execute_script("return getComputedStyle(document.body).backgroundColor"))

    button = opened.find_element(By.ID, "theme")
    seen = []
    for _ in range(3):
        seen.append((button.text, background()))
        button.click()
    assert [name for name, _ in seen] == ["Theme: system", "Theme: light", "Theme: dark"]
    assert seen[1][1] != seen[2][1]


def test_a_phone_is_not_scrolled_sideways(opened: webdriver.Chrome, page: Path) -> None:
    size = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
    opened.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        for name in ("index.html", "power.html", "latency.html", "boards/unix.html"):
            opened.get((page.parent / name).as_uri())
            assert opened.execute_script("return document.documentElement.scrollWidth") == 390
    finally:
        opened.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_every_control_has_a_name_and_every_table_its_headers(opened: webdriver.Chrome) -> None:
    unnamed = opened.execute_script(
        "return [...document.querySelectorAll('button,select,input,a[href]')]"
        ".filter(e => !e.closest('dialog') && e.getClientRects().length)"
        ".filter(e => !(e.textContent.trim() || e.getAttribute('aria-label') || e.labels?.length))"
        ".map(e => e.outerHTML)"
    )
    assert unnamed == []
    bare = opened.execute_script(
        "return [...document.querySelectorAll('th')].filter(e => !e.scope).length"
    )
    assert bare == 0
    wordless = opened.execute_script(
        "return [...document.querySelectorAll('.cell')]"
        ".filter(e => !/[a-z]/.test(e.textContent)).length"
    )
    assert wordless == 0


def test_evidence_that_is_too_much_for_a_page_is_loaded_beside_it(
    browser: webdriver.Chrome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site, "INLINE_LIMIT", 10_000)
    for number in range(3):
        board = PICO.model_copy(update={"name": f"pico-{number}", "unique_id": str(number)})
        started = START + timedelta(days=number)
        write_run(
            tmp_path / "runs",
            Recipe(id=f"r{number}", boards=(board,), started=started, samples=500),
        )
    page = reports.write_site(reports.load([tmp_path / "runs"]), tmp_path / "report")
    assert len(list((page.parent / "evidence").glob("*.js"))) == 3
    logged(browser, "browser")
    logged(browser, "performance")
    browser.get(page.as_uri())
    button = cell(browser, "power.sleep-sleeps", "pico-2")
    browser.execute_script("arguments[0].click()", button)
    wait(browser).until(lambda b: b.find_element(By.CSS_SELECTOR, ".chart[data-drawn]"))
    assert "on pico-2" in browser.find_element(By.ID, "evidence-body").text
    assert logged(browser, "browser") == []
    assert asked_for(browser, allowed=page.parent) == []


def test_a_comparison_opens_in_silence(browser: webdriver.Chrome, tmp_path: Path) -> None:
    olds = [
        write_run(
            tmp_path,
            Recipe(id=f"o{n}", boards=(PICO,), samples=300, seed=n, started=START + timedelta(n)),
        )
        for n in range(5)
    ]
    new = Recipe(id="new", boards=(PICO,), samples=300, slower=1.5, started=START + timedelta(9))
    page = reports.compare(olds, write_run(tmp_path, new)).write_html(tmp_path / "compare.html")
    logged(browser, "browser")
    browser.get(page.as_uri())
    assert "5 things worse" in browser.find_element(By.TAG_NAME, "h1").text
    assert logged(browser, "browser") == []


CUT_OFF = (
    "return [...document.querySelectorAll('.scroll')]"
    ".filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.getAttribute('aria-label'))"
)


@pytest.mark.parametrize("width", [390, 1280])
def test_no_table_is_cut_off(browser: webdriver.Chrome, tmp_path: Path, width: int) -> None:
    """On a phone too: long lists in notes, every column of the power table, every trend."""
    edit = change("run.reraises", outcome=Outcome.DIVERGES, actual=str([*range(60)]))
    old = write_run(tmp_path, Recipe(id="old", boards=(UNIX, PICO), samples=300))
    new = Recipe(id="new", boards=(UNIX, PICO), samples=300, slower=1.5, edit=edit)
    new.started = START + timedelta(9)
    middle = write_run(tmp_path, Recipe(id="mid", samples=300, started=START + timedelta(1)))
    run = write_run(tmp_path, new)
    pages = [reports.compare([old, middle], run).write_html(tmp_path / "compare.html")]
    index = reports.write_site(reports.load([old, run]), tmp_path / "report")
    pages += [index.parent / "power.html", index.parent / "latency.html"]
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        for page in pages:
            browser.get(page.as_uri())
            assert browser.execute_script(CUT_OFF) == [], page.name
            across = browser.execute_script("return document.documentElement.scrollWidth")
            assert across <= width, page.name
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
