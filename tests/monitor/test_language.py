"""Pages speak the language that is asked for: by a link, remembered, or by the browser's own languages."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from monitor.config import CentreConfig, Config


async def language(service: Any, path: str = "/", **headers: str) -> str:
    """Return the language that a page says it is in."""
    async with service.session.get(path, headers=headers) as answer:
        text, told = await answer.text(), answer.headers["Content-Language"]
        found = re.search(r'<html lang="(\w+)" dir="(\w+)">', text)
        assert found
        assert (found[1], found[2]) == (told, "rtl" if told == "ar" else "ltr")
        return told


@pytest.mark.parametrize(
    ("accepted", "told"),
    [
        ("", "en"),
        ("vi-VN,vi;q=0.9,en;q=0.8", "vi"),
        ("en;q=0.4, ar-EG;q=0.9", "ar"),
        ("de, fr;q=0.5", "en"),
        ("vi;q=nonsense", "vi"),
        (";;q=,,", "en"),
    ],
)
async def test_the_browser_chooses(service: Any, accepted: str, told: str) -> None:
    """Without a choice, the page is in the language that the browser likes best of those that there are."""
    assert await language(service, **{"Accept-Language": accepted}) == told


async def test_a_choice_is_remembered(service: Any) -> None:
    """A link wins over the browser and is remembered; one for a language that there is not changes nothing."""
    liked = {"Accept-Language": "en"}
    assert await language(service, "/?lang=vi", **liked) == "vi"
    async with service.session.get("/?lang=vi") as answer:
        cookie = answer.cookies["language"]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("vi", True, "Lax")
    assert await language(service, "/?lang=xx", **liked, Cookie="language=vi") == "vi"
    assert await language(service, "/?lang=ar", **liked, Cookie="language=vi") == "ar"


async def test_every_page_leads_to_the_other_languages(start: Any, config: Config) -> None:
    """The links to the other languages keep what else the address asks for."""
    several = config.model_copy(update={"centres": (CentreConfig(id="a"), CentreConfig(id="b"))})
    async with start(several) as service:
        _, text = await service.get("/?centre=b")
    assert re.findall(r'hreflang="(\w+)"', text) == ["vi", "en", "ar"]
    assert 'href="/?centre=b&amp;lang=vi"' in text


async def test_scripts_get_their_words(service: Any) -> None:
    """A page's scripts are given what they say in its language, and nothing of what others say."""
    messages = {}
    for tag in ("vi", "ar", "en"):
        _, text = await service.get(f"/words/{tag}.js")
        told = json.loads(text.partition(" = ")[2].partition(";\n")[0])
        messages[tag] = told["messages"]
        assert told["locale"].endswith("-u-nu-latn")
    assert messages["vi"]["connection lost"] == "mất kết nối"
    assert messages["en"] == {}
    assert messages["vi"].keys() == messages["ar"].keys()
    assert "visitors wait" not in messages["vi"]
    assert (await service.get("/words/xx.js"))[0] == 404


async def test_fonts_come_with_the_service(service: Any) -> None:
    """The fonts that the style names are there and may be kept; nothing else is served beside them."""
    _, style = await service.get("/style.css")
    addresses = re.findall(r'url\("([^"]+)"\)', style)
    assert len(addresses) == 2
    for address in addresses:
        async with service.session.get(f"/{address}") as answer:
            assert (answer.status, answer.headers["Cache-Control"]) == (200, "private, max-age=86400")
            assert (await answer.read())[:4] == b"\x00\x01\x00\x00"  # TrueType
    assert (await service.get("/font/../style.css%00"))[0] == 404
    assert (await service.get("/font/DejaVuSansMono.ttf"))[0] == 404


def test_nothing_is_said_past_the_catalogue(project_root: Path) -> None:
    """No template has words of its own between its tags."""
    for path in (project_root / "monitor/web").glob("*.html"):
        text = re.sub(r"\{[{%].*?[}%]\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        said = re.findall(r">\s*([^<>]*[A-Za-z]{2}[^<>]*?)\s*<", text)
        assert said == [], path.name
