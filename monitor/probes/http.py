"""HTTP: a page, or a sequence of pages with cookies, by phases; its length is bounded before it is read."""

import contextlib
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from monitor.clock import monotonic_s
from monitor.config.probes import Certificates, HttpModule, Module, Step
from monitor.probes.addresses import is_ip_address, resolved
from monitor.probes.attempt import Attempt, ProbeError, secret
from monitor.probes.certificates import Handshake, context_of, note_certificates, watched
from monitor.probes.result import Reason

_PHASES = "probe_http_duration_seconds"
_MOST_REDIRECTS = 10
_PIECE_BYTES = 65_536


async def probe(target: str, module: HttpModule, attempt: Attempt) -> None:
    """Ask for the page, or for each page of the sequence, and judge the answers."""
    for name in ("content_length", "redirects", "ssl", "status_code", "version", "uncompressed_body_length"):
        attempt.note(f"probe_http_{name}", 0)
    attempt.note("probe_failed_due_to_regex", 0)
    for phase in ("resolve", "connect", "tls", "processing", "transfer"):
        attempt.note(_PHASES, 0, phase)
    headers = {name: secret(value) for name, value in module.headers.items()}
    with failures():
        await address_of(target, module, attempt)
        handshake = watched()
        async with client(module, attempt, module.tls, handshake) as session:
            asker = _Asker(session, module, headers, attempt, handshake)
            if not module.steps:
                await _page(asker, target, _as_step(module))
            place = target
            for step in module.steps:
                attempt.tell(f"step {step.name}")
                with attempt.timed("peakweek_probe_step_duration_seconds", step.name):
                    place = await _page(asker, urljoin(place, step.path), step)


async def address_of(target: str, module: Module, attempt: Attempt) -> URL:
    """Return the address of a page; where it has a number instead of a name, note it.

    Raises:
        ProbeError: it is none.
    """
    try:
        url = URL(target)
    except ValueError:
        url = URL()
    if url.scheme not in {"http", "https"} or not url.host or url.user:
        raise ProbeError(Reason.TARGET, "expected http://host/… or https://host/…, without user and password")
    if is_ip_address(url.host):  # the client looks only names up
        await resolved(url.host, module, attempt)
    return url


def _as_step(module: HttpModule) -> Step:
    return Step(name="page", status=module.status, expected_text=module.expected_text)


def client(module: Module, attempt: Attempt, certificates: Certificates, handshake: Handshake) -> aiohttp.ClientSession:
    """Return a client whose connections are looked up as the module says, and whose phases are noted."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            resolver=_Resolver(module, attempt),
            ssl=context_of(certificates),
            use_dns_cache=False,
            happy_eyeballs_delay=None,
        ),
        cookie_jar=aiohttp.CookieJar(unsafe=True),  # also of an address without a name
        timeout=aiohttp.ClientTimeout(total=None),  # the attempt has its own
        trace_configs=[_traced(attempt, handshake)],
        headers={"User-Agent": "peakweek-monitor"},
    )


@contextlib.contextmanager
def failures() -> Iterator[None]:
    """Tell in our words what the client says of a failure inside the block."""
    try:
        yield
    except (aiohttp.ClientSSLError, ssl.SSLError) as problem:
        raise ProbeError(Reason.TLS, str(problem)) from None
    except aiohttp.ClientConnectorDNSError as problem:
        raise ProbeError(Reason.RESOLVE, str(problem)) from None
    except aiohttp.TooManyRedirects:
        raise ProbeError(Reason.LIMIT, f"more than {_MOST_REDIRECTS} redirects") from None
    except (aiohttp.ServerDisconnectedError, aiohttp.ClientPayloadError):
        raise ProbeError(Reason.CLOSED, "the other side ended the connection") from None
    except OSError:
        raise  # the attempt knows what the system's refusals mean
    except (aiohttp.ClientError, ValueError) as problem:
        raise ProbeError(Reason.PROTOCOL, f"no answer in HTTP ({type(problem).__name__})") from None


class _Resolver(AbstractResolver):
    """Looks names up as all probes do."""

    def __init__(self, module: Module, attempt: Attempt) -> None:
        self._module = module
        self._attempt = attempt

    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[ResolveResult]:
        """Return the one address that the probe takes."""
        del family
        found = await resolved(host, self._module, self._attempt)
        return [ResolveResult(hostname=host, host=found.ip, port=port, family=found.family, proto=0, flags=0)]

    async def close(self) -> None:
        """Keep nothing, so close nothing."""


def _traced(attempt: Attempt, handshake: Handshake) -> aiohttp.TraceConfig:
    """Return what notes the phases of all requests."""
    since: dict[str, float] = {}
    trace = aiohttp.TraceConfig()

    async def begin(*_: Any) -> None:
        since["connect"] = since["resolve"] = monotonic_s()

    async def found(*_: Any) -> None:
        attempt.add(_PHASES, monotonic_s() - since["resolve"], "resolve")
        since["connect"] = monotonic_s()

    async def connected(*_: Any) -> None:
        now_s = monotonic_s()
        is_encrypted = handshake.began_s > since["connect"]
        attempt.add(_PHASES, (handshake.began_s if is_encrypted else now_s) - since["connect"], "connect")
        attempt.add(_PHASES, now_s - handshake.began_s if is_encrypted else 0.0, "tls")
        attempt.tell("connected")

    async def asked(*_: Any) -> None:
        since["asked"] = monotonic_s()

    async def pointed_on(*_: Any) -> None:
        attempt.add("probe_http_redirects", 1)
        attempt.add(_PHASES, monotonic_s() - since["asked"], "processing")
        attempt.tell("pointed to another page")

    async def answered(*_: Any) -> None:
        attempt.add(_PHASES, monotonic_s() - since["asked"], "processing")

    trace.on_connection_create_start.append(begin)
    trace.on_dns_resolvehost_end.append(found)
    trace.on_connection_create_end.append(connected)
    trace.on_request_headers_sent.append(asked)
    trace.on_request_redirect.append(pointed_on)
    trace.on_request_end.append(answered)
    return trace


@dataclass(frozen=True)
class _Asker:
    """What every request of a probe has in common."""

    session: aiohttp.ClientSession
    module: HttpModule
    headers: Mapping[str, str]
    attempt: Attempt
    handshake: Handshake


async def _page(asker: _Asker, place: str, step: Step) -> str:
    """Ask for a page, judge the answer, and return where it came from.

    Raises:
        ProbeError: the answer is not as it should be.
    """
    module, attempt = asker.module, asker.attempt
    form = {name: secret(value) for name, value in step.form.items()} if step.form is not None else None
    options: dict[str, Any] = {
        "headers": asker.headers,
        "data": form,
        "allow_redirects": module.follow_redirects,
        "max_redirects": _MOST_REDIRECTS,
    }
    if module.tls.server_name:
        options["server_hostname"] = module.tls.server_name
    method = "POST" if form is not None else "GET" if module.steps else module.method
    async with asker.session.request(method, place, **options) as answer:
        _note_head(answer, asker.handshake, attempt)
        with attempt.timed(_PHASES, "transfer"):
            body = await _body(answer, module.body_bytes)
    attempt.note("probe_http_uncompressed_body_length", len(body))
    attempt.tell(f"status {answer.status}, {len(body)} bytes")
    _judge(answer.status, body, step, module, attempt)
    return str(answer.url)


def _note_head(answer: aiohttp.ClientResponse, handshake: Handshake, attempt: Attempt) -> None:
    """Note what stands above the body."""
    attempt.note("probe_http_status_code", answer.status)
    length = answer.content_length
    attempt.note("probe_http_content_length", -1 if length is None else length)
    attempt.note("probe_http_version", float(f"{answer.version.major}.{answer.version.minor}") if answer.version else 0)
    attempt.note("probe_http_ssl", answer.url.scheme == "https")
    changed = answer.headers.get("Last-Modified")
    if changed:
        with contextlib.suppress(ValueError):
            attempt.note("probe_http_last_modified_timestamp_seconds", parsedate_to_datetime(changed).timestamp())
    if answer.url.scheme == "https":
        note_certificates(handshake.connection, attempt)


async def _body(answer: aiohttp.ClientResponse, most_bytes: int) -> bytes:
    """Return the body.

    Raises:
        ProbeError: it is too long; the connection is not used any more.
    """
    body = bytearray()
    async for piece in answer.content.iter_chunked(_PIECE_BYTES):
        body += piece
        if len(body) > most_bytes:
            answer.close()
            raise ProbeError(Reason.TOO_LARGE, f"the body has more than {most_bytes} bytes")
    return bytes(body)


def _judge(status: int, body: bytes, step: Step, module: HttpModule, attempt: Attempt) -> None:
    """Return if the answer is right.

    Raises:
        ProbeError: it is not.
    """
    if status not in step.status and (step.status or not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES):
        expected = " or ".join(map(str, step.status)) or "200 to 299"
        raise ProbeError(Reason.STATUS, f"status {status}; expected {expected}")
    for text, is_wanted in ((step.expected_text, True), (module.unexpected_text, False)):
        if text and (text.encode() in body) is not is_wanted:
            attempt.note("probe_failed_due_to_regex", 1)
            raise ProbeError(Reason.TEXT, f"the {'' if is_wanted else 'un'}expected text is {'not ' * is_wanted}there")
