"""Opens a page in the browser of whoever sits at this machine.

Place in the pipeline: under the commands. In: an address. Out: a window, where there is a screen. Invariant: a terminal
is never taken over by a browser that draws in it.
"""

import asyncio
import os
import sys
import webbrowser


async def open_in_browser(url: str) -> None:
    """Open the page in a browser with a window; without a screen, do nothing."""
    if _has_screen():
        await asyncio.to_thread(_open, url)


def _has_screen() -> bool:
    return sys.platform in {"win32", "darwin"} or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    )


def _open(url: str) -> None:
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return
    # Browsers for a terminal are of exactly this class, and stay in the foreground.
    if type(browser) is not webbrowser.GenericBrowser:
        browser.open(url)
