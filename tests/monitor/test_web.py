"""The page: it loads, needs nothing but the service, and names only what is there."""

import json
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import pytest
from yarl import URL

from monitor.config import CentreConfig, Config


class Links(HTMLParser):
    """Collects what a page refers to, and what it has inline."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.ids: set[str] = set()
        self.inline: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note one element."""
        given = dict(attrs)
        self.addresses += [value for name, value in attrs if name in {"href", "src"} and value]
        self.ids |= {value for name, value in attrs if name == "id" and value}
        self.inline += [name for name, _ in attrs if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.inline.append(tag)


@dataclass(frozen=True)
class Drawn:
    """A prediction whose chart is there, or not yet."""

    svg: str | None
    caption: str = "Means <over> 40 replications"

    async def draw(self, *, is_narrow: bool) -> str | None:
        """Return the chart with a note of its form."""
        return self.svg and f"{self.svg}<!--{'-narrow' if is_narrow else ''}-->"


async def page_of(service: Any) -> tuple[Links, str]:
    """Return what the page refers to, and its text."""
    status, text = await service.get("/")
    assert status == 200
    return Links(text), text


async def test_everything_that_the_page_names_is_there(service: Any) -> None:
    """Every link, script and style of the page is an address of this service, and answers."""
    links, _ = await page_of(service)
    assert {"/live.js", "/style.css", "/metrics", "/-/healthy", "/api/v1/state"} <= set(links.addresses)
    for address in links.addresses:
        async with service.session.get(address) as answer:  # without its body: that of a stream does not end
            assert answer.status == 200, address


@pytest.mark.parametrize("query", ["", "?centre=b"])
async def test_the_page_links_whatever_can_be_looked_at(start: Any, config: Config, query: str) -> None:
    """Every address that answers a browser is linked from the page, also where a centre's page is one of several."""
    several = {"centres": (CentreConfig(id="a"), CentreConfig(id="b"))} if query else {}
    async with start(config.model_copy(update=several)) as service:
        links = Links((await service.get(f"/{query}"))[1])
        of_the_wall = Links((await service.get(f"/live{query}"))[1])
        told = json.loads((await service.get("/api/v1/openapi.json"))[1])
        answering = {path for path, methods in told["paths"].items() if "get" in methods}
        # Words are linked by the page in their language, fonts by the style, what scripts share by them.
        answering -= {path for path in answering if path.startswith(("/words/", "/font/", "/follow.js"))}
        assert len(answering) > 12
        addresses = {address.partition("?")[0] for address in [*links.addresses, *of_the_wall.addresses]}
        assert answering - addresses == set()


@pytest.mark.parametrize("query", ["", "?centre=b"])
async def test_behind_a_proxy_links_begin_with_its_path(start: Any, config: Config, query: str) -> None:
    """A proxy takes the path off: so what the page names is below it, and so is what is told to Prometheus."""
    several = {"centres": (CentreConfig(id="a"), CentreConfig(id="b"))} if query else {}
    url = URL("https://office.example/monitor/")
    async with start(config.model_copy(update=several), external_url=url) as service:
        await service.until_ready()
        for page in ("/", f"/{query}"):
            links = Links((await service.get(page))[1])
            assert {each for each in links.addresses if not each.startswith("/monitor/")} == set()
            for address in links.addresses:
                async with service.session.get(address.removeprefix("/monitor")) as answer:
                    assert answer.status == 200, address
        group = json.loads((await service.get("/api/v1/sd"))[1])[-1]
        assert group["targets"] == ["office.example:443"]
        assert group["labels"] | {"__scheme__": "https", "__metrics_path__": "/monitor/probe"} == group["labels"]
        assert json.loads((await service.get("/api/v1/openapi.json"))[1])["servers"] == [{"url": str(url)}]
        script = (await service.get("/live.js"))[1]
        assert re.findall(r'[`"]/', script) == []  # it asks below the prefix that the page names


async def test_the_browser_is_told_to_load_nothing_else(service: Any) -> None:
    """A strict policy comes with the page, which keeps it: nothing inline, no other host."""
    async with service.session.get("/") as answer:
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
    links, page = await page_of(service)
    assert links.inline == []
    for text in (page, (await service.get("/live.js"))[1], (await service.get("/style.css"))[1]):
        assert "//" not in text.replace("// ", "")


async def test_the_script_finds_its_elements(service: Any, start: Any, config: Config) -> None:
    """Every element that the script names by a fixed id is on the page."""
    script = (await service.get("/live.js"))[1]
    named = set(re.findall(r'(?:element|show|fill|list|bars|listOrNone)\("([a-z-]+)"', script))
    log = config.store.with_name("other.sqlite")
    async with start(config.model_copy(update={"store": log}), prediction=Drawn("<svg/>")) as with_chart:
        links, _ = await page_of(with_chart)
    assert len(named) > 8
    assert named <= links.ids


async def test_the_script_reads_what_the_state_has(service: Any, cloud_event: Any) -> None:
    """Every figure that the script shows is in the JSON that it reads."""
    await service.post(
        cloud_event("1", "ticket.issued", ticket="A1", queue="A"),
        cloud_event("2", "record.received", record="R1", procedure="land"),
    )
    script, state = (await service.get("/live.js"))[1], (await service.get("/api/v1/state"))[1]
    shown = set(re.findall(r"(?:queue|procedure|state|waits)\.([a-z_]+)\b(?!\()", script))
    assert len(shown) > 12
    assert {name for name in shown if f'"{name}"' not in state} == set()


async def test_a_centres_name_is_text(start: Any, config: Config) -> None:
    """Whatever the centre is called, its name cannot become part of the page's code."""
    centre = config.centre.model_copy(update={"name": "<script>alert(1)</script>"})
    async with start(config.model_copy(update={"centre": centre})) as service:
        links, text = await page_of(service)
    assert "&lt;script&gt;" in text
    assert links.inline == []


async def test_the_limit_is_a_column_only_where_there_is_one(service: Any, start: Any, config: Config) -> None:
    """The page counts visitors over the limit where the configuration has a limit."""
    assert "Over 20 min" in (await page_of(service))[1]
    log = config.store.with_name("other.sqlite")
    async with start(config.model_copy(update={"waiting_limit_s": None, "store": log})) as unlimited:
        assert "Over " not in (await page_of(unlimited))[1]


@pytest.mark.parametrize("svg", ["<svg xmlns='http://www.w3.org/2000/svg'/>", None])
@pytest.mark.parametrize("form", ["", "-narrow"])
async def test_the_prediction_is_shown_when_it_is_there(start: Any, config: Config, svg: str | None, form: str) -> None:
    """The chart is served in two forms, as images that can load nothing; while it is calculated there is none."""
    async with start(config, prediction=Drawn(svg)) as service:
        assert f"prediction{form or '-wide'}" in (await page_of(service))[0].ids
        async with service.session.get(f"/prediction{form}.svg") as answer:
            assert answer.status == (200 if svg else 404)
            if svg:
                assert (answer.content_type, await answer.text()) == ("image/svg+xml", f"{svg}<!--{form}-->")
                assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


async def test_the_prediction_says_what_it_shows(start: Any, config: Config) -> None:
    """Below the chart stands its caption, as text."""
    async with start(config, prediction=Drawn("<svg/>")) as service:
        assert (
            '<figcaption class="quiet">Means &lt;over&gt; 40 replications</figcaption>' in (await page_of(service))[1]
        )


async def test_without_a_prediction_the_page_has_no_place_for_it(service: Any) -> None:
    """The chart's place is there only if something draws it."""
    links, _ = await page_of(service)
    assert "prediction" not in links.ids
    assert (await service.get("/prediction.svg"))[0] == 404
