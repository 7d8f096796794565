"""The planner's page in a real browser: a plan is moved, what comes of it is seen, kept, shared and taken away."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

pytestmark = [pytest.mark.server("chromium"), pytest.mark.long]
WAIT_MS = 60_000  # the first picture waits for processes that start, on a busy machine


@pytest.fixture(scope="module")
def address(project_root: Path) -> Iterator[str]:
    """Return the address of a service with a simulated centre."""
    command = [sys.executable, "-m", "monitor", "demo", str(project_root / "scenarios/peak-week.yaml"), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        found = next(match[0] for line in process.stdout if (match := re.search(r"http://[^\s/]+:\d+", line)))
        yield found
        process.send_signal(signal.SIGINT)


async def move(page: Page, lever: str, value: int) -> None:
    """Move a lever as a hand would, and wait for its picture."""
    before = await page.locator("#cards").inner_text()
    await page.locator(f"#{lever}").fill(str(value))
    await expect(page.locator("#cards")).not_to_have_text(before, timeout=WAIT_MS, use_inner_text=True)


async def test_a_planner_finds_a_plan_that_is_enough(address: str, opened: Any, tmp_path: Path) -> None:
    """From opening to a plan that reaches the rate; undone, kept, shared by its link, taken away; nothing complains."""
    async with opened(f"{address}/plan") as seen:
        page: Page = seen.page
        answer = page.locator("#answer")
        await expect(answer).to_contain_text(
            "As usual almost surely misses 90 % on time, of all that came", timeout=WAIT_MS
        )
        await expect(page.locator("#chart svg")).to_be_visible(timeout=WAIT_MS)
        await move(page, "staff-back-office", 8)
        await move(page, "lunch-back-office", 4)
        await expect(answer).to_contain_text(
            "Your plan more likely than not reaches 90 % on time, of all that came", timeout=WAIT_MS
        )
        await expect(page.locator("#plans tbody tr")).to_have_count(2)

        await page.locator("#pin").click()
        await move(page, "evening-back-office", 4)
        await expect(page.locator("#plans tbody tr")).to_have_count(3)
        await page.locator("#undo").click()
        await expect(page.locator("#evening-back-office")).to_have_value("0")

        async with page.expect_download() as download:
            await page.locator("#file").click()
        file = tmp_path / "tried.yaml"
        await (await download.value).save_as(file)
        assert "extends: peak-week.yaml" in file.read_text(encoding="utf-8")

        link = page.url
        assert seen.complaints == []
    async with opened(link) as again:
        await expect(again.page.locator("#staff-back-office")).to_have_value("8", timeout=WAIT_MS)
        await expect(again.page.locator("#answer")).to_contain_text("more likely than not reaches", timeout=WAIT_MS)


async def test_the_labour_code_is_told(address: str, opened: Any) -> None:
    """A plan that the Labour Code forbids is not simulated: the page says what is too much, and what is possible."""
    async with opened(f"{address}/plan") as seen:
        page: Page = seen.page
        await move(page, "evening-intake", 2)
        await page.locator("#evening_until").fill("16")
        refusal = page.locator("#refusal")
        await expect(refusal).to_contain_text("Possible is: at most 3.75 h", timeout=WAIT_MS)
        await page.locator("#evening_until").fill("4")
        await expect(refusal).to_be_hidden(timeout=WAIT_MS)


async def test_nothing_lies_beside_the_window(address: str, opened: Any) -> None:
    """On a telephone, a tablet and a small laptop no part of the page has to be looked for sideways."""
    async with opened(f"{address}/plan") as seen:
        await expect(seen.page.locator("#cards .card").first).to_be_visible(timeout=WAIT_MS)
        for width in (360, 768, 1366):
            await seen.page.set_viewport_size({"width": width, "height": 768})
            widths = await seen.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
            assert widths[0] <= widths[1]
