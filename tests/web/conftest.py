"""What the tests of the pages share: a real browser, and pages whose every complaint is kept."""

import contextlib
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest
from playwright.async_api import Browser, Page, async_playwright

# Without a network of its own, or a screen, and as root in containers; it looks for nothing beyond the page.
_WAIT_MS = 60_000  # for the service, on a busy machine
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True)
class Seen:
    """A page, and what the browser complained of: errors of scripts, and what the policy forbade."""

    page: Page
    complaints: list[str] = field(default_factory=list)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Return a browser of the system's."""
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(_FLAGS))
        try:
            yield started
        finally:
            await started.close()


@pytest.fixture
def opened(browser: Browser) -> Callable[..., contextlib.AbstractAsyncContextManager[Seen]]:
    """Return a function that opens an address in a window of some width."""

    @contextlib.asynccontextmanager
    async def open_page(address: str, width: int = 1366) -> AsyncIterator[Seen]:
        page = await browser.new_page(viewport={"width": width, "height": 768})
        seen = Seen(page)
        page.on("pageerror", lambda problem: seen.complaints.append(str(problem)))
        page.on("console", lambda told: seen.complaints.append(told.text) if told.type == "error" else None)
        await page.goto(address, wait_until="commit", timeout=_WAIT_MS)
        yield seen
        await page.close()

    return open_page
