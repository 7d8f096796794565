"""What the planner's page asks for: ``/api/v1/planning``.

Place in the pipeline: before the simulator. In: plans to try out. Out: what is known of them, in server-sent events
that follow each other as replications arrive. Invariant: nothing here reads or changes a centre; a plan that cannot be
is refused before anything runs, with what would do.
"""

from base64 import b64encode
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from http import HTTPStatus
from typing import Any

import pydantic_core
from aiohttp import web
from pydantic import ValidationError

import sim
from monitor.api.answers import as_json, as_problem
from monitor.api.described import TEXT, Answer, described
from monitor.planning import ON_TIME, Planning, Wish, offered

PLANNING = web.AppKey("planning", Planning)
_JSON = "application/json"
_Event = tuple[str, object]  # name, and what is told
_WISH: Mapping[str, Any] = Wish.model_json_schema()
_HEADERS = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_REFUSED = {
    HTTPStatus.BAD_REQUEST: Answer("The body is not a wish, or names a scenario that is not there."),
    HTTPStatus.UNPROCESSABLE_ENTITY: Answer("A plan is wrong, or the Labour Code does not allow it."),
}


@described({HTTPStatus.OK: Answer("Scenarios, their levers and plans.", {_JSON: {"type": "object"}})})
async def get_planning(request: web.Request) -> web.Response:
    """Return the scenarios that plans can be tried out in, what may be moved in each, and how far."""
    planning = request.app[PLANNING]
    return as_json({"on_time": ON_TIME, "scenarios": [offered(each) for each in planning.scenarios.values()]})


@described(
    {HTTPStatus.OK: Answer("What is known so far, again and again.", {"text/event-stream": TEXT}), **_REFUSED},
    bodies={_JSON: _WISH},
)
async def post_study(request: web.Request) -> web.StreamResponse:
    """Simulate plans, and tell what is known of them as replications arrive.

    Each event `known` has all figures of the plans after so many replications; the last has all that were wished for.
    Whoever closes the connection has seen enough, and the rest is not simulated.
    """
    planning, wish = request.app[PLANNING], await _wish(request)
    scenario = planning.scenarios[wish.scenario]

    async def events() -> AsyncGenerator[_Event, None]:
        async with aclosing(planning.studio.study(scenario, planning.plans(wish), wish.n_replications)) as answers:
            async for known in answers:
                yield "known", known

    return await _streamed(request, events())


@described(
    {HTTPStatus.OK: Answer("How far it is, again and again; the report.", {"text/event-stream": TEXT}), **_REFUSED},
    bodies={_JSON: _WISH},
)
async def post_report(request: web.Request) -> web.StreamResponse:
    """Write the leaders' report on plans: the first is what the others are held against.

    Each event `progress` tells the experiment, `n` replications and `of` how many; the last event, `report`, has a
    `name` and the PDF in Base64. Whoever closes the connection ends it. A wish of one plan asks for the report that the
    scenario itself names.
    """
    planning, wish = request.app[PLANNING], await _wish(request)

    async def events() -> AsyncGenerator[_Event, None]:
        async with aclosing(planning.report(wish)) as steps:
            async for step in steps:
                if isinstance(step, bytes):
                    yield "report", {"name": f"{wish.scenario}.pdf", "pdf": b64encode(step).decode()}
                else:
                    yield "progress", step

    return await _streamed(request, events())


async def _streamed(request: web.Request, events: AsyncGenerator[_Event, None]) -> web.StreamResponse:
    """Return server-sent events as they come, until the last or until the reader has gone; or why there are none."""
    response: web.StreamResponse | None = None
    try:
        async with aclosing(events):
            async for name, told in events:
                if response is None:
                    response = web.StreamResponse(headers=_HEADERS)
                    await response.prepare(request)
                if request.transport is None or request.transport.is_closing():
                    break
                await response.write(f"event: {name}\ndata: ".encode() + pydantic_core.to_json(told) + b"\n\n")
    except sim.ScenarioError as problem:
        return _refusal(problem)
    except sim.PeakweekError as problem:
        if response is None:
            return as_problem(HTTPStatus.SERVICE_UNAVAILABLE, str(problem))
        await response.write(b"event: failed\ndata: " + pydantic_core.to_json({"detail": str(problem)}) + b"\n\n")
    except ConnectionResetError:
        pass
    return response or as_problem(HTTPStatus.SERVICE_UNAVAILABLE, "nothing was simulated")


@described({HTTPStatus.OK: Answer("A specification in Vega-Lite.", {_JSON: {"type": "object"}})})
async def get_chart(request: web.Request) -> web.Response:
    """Return how the page's chart is drawn in the language `lang`, or in English; its data are the page's own."""
    _, specifications = await request.app[PLANNING].browser_files()
    specification = specifications.get(request.query.get("lang", ""), specifications["en"])
    return web.Response(text=specification, content_type=_JSON, headers={"Cache-Control": "no-cache"})


@described({HTTPStatus.OK: Answer("A scenario file.", {"application/yaml": TEXT}), **_REFUSED}, bodies={_JSON: _WISH})
async def post_file(request: web.Request) -> web.Response:
    """Return plans as a scenario file, to be run by the command or kept."""
    planning, wish = request.app[PLANNING], await _wish(request)
    try:
        text = planning.as_file(wish)
    except sim.ScenarioError as problem:
        return _refusal(problem)
    headers = {"Content-Disposition": f'attachment; filename="{wish.scenario}-tried.yaml"', "Cache-Control": "no-store"}
    return web.Response(text=text, content_type="application/yaml", headers=headers)


async def _wish(request: web.Request) -> Wish:
    """Return what is wished for.

    Raises:
        HTTPBadRequest: it is not one.
    """
    if request.content_type != _JSON:
        raise web.HTTPUnsupportedMediaType(reason=f"expected a body of type {_JSON}")
    try:
        wish = Wish.model_validate_json(await request.read())
    except ValidationError as problem:
        first = problem.errors(include_input=False, include_url=False)[0]
        at = ".".join(map(str, first["loc"])) or "the body"
        raise web.HTTPBadRequest(reason=f"{at}: {first['msg']}") from None
    if wish.scenario not in request.app[PLANNING].scenarios:
        expected = ", ".join(request.app[PLANNING].scenarios)
        raise web.HTTPBadRequest(reason=f"scenario: found one that is not offered; expected one of: {expected}")
    return wish


def _refusal(problem: sim.ScenarioError) -> web.Response:
    """Return what is wrong with a plan, and what would do."""
    told = {"field": problem.field, "found": problem.got, "expected": problem.expected, "hint": problem.hint}
    return as_problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{problem.got}; expected {problem.expected}", told)
