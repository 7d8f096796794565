"""DNS: a question to one name server, and what came back; asked several times, it tells what the line loses."""

import asyncio

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from monitor.clock import monotonic_s
from monitor.config.probes import DnsModule
from monitor.probes.addresses import host_and_port, resolved
from monitor.probes.attempt import Attempt, ProbeError
from monitor.probes.result import Reason
from monitor.probes.trips import Trips

_PORT = 53
_PHASES = "probe_dns_duration_seconds"


async def probe(target: str, module: DnsModule, attempt: Attempt) -> None:
    """Ask the question and judge the answer."""
    for phase in ("resolve", "connect", "request"):
        attempt.note(_PHASES, 0, phase)
    for name in ("answer", "authority", "additional"):
        attempt.note(f"probe_dns_{name}_rrs", 0)
    attempt.note("probe_dns_query_succeeded", 0)
    host, port = host_and_port(target, _PORT)
    address = await resolved(host, module, attempt)
    attempt.note(_PHASES, address.resolve_s, "resolve")
    answer = await (_answer if module.count == 1 else _one_of_many)(address.ip, port, module, attempt)
    attempt.note("probe_dns_query_succeeded", 1)
    sections: dict[str, list[dns.rrset.RRset]]
    sections = {"answer": answer.answer, "authority": answer.authority, "additional": answer.additional}
    for name, records in sections.items():
        attempt.note(f"probe_dns_{name}_rrs", sum(map(len, records)))
    _judge(answer, module, attempt)


async def _one_of_many(ip: str, port: int, module: DnsModule, attempt: Attempt) -> dns.message.Message:
    """Return the last answer to a question that is asked several times, each its share of the time, and note the loss.

    Raises:
        ProbeError: too few were answered, or one with what is no answer.
    """
    share_s = max(0.05, (attempt.left_s - module.gap_s * (module.count - 1)) / module.count * 0.95)
    trips, answer = Trips(attempt), None
    for number in range(module.count):
        if number:
            await asyncio.sleep(module.gap_s)
        began_s = monotonic_s()
        try:
            answer = await _answer(ip, port, module, attempt, share_s)
        except ProbeError as problem:
            if problem.reason is not Reason.TIMEOUT:
                raise
            trips.note(None)
        else:
            trips.note(monotonic_s() - began_s)
    trips.judge(module.loss_limit_ratio)
    assert answer  # noqa: S101 - else everything was lost
    return answer


async def _answer(
    ip: str, port: int, module: DnsModule, attempt: Attempt, patience_s: float | None = None
) -> dns.message.Message:
    """Return what the name server says.

    Raises:
        ProbeError: it is no answer.
    """
    query = dns.message.make_query(module.name, module.kind)
    if not module.is_recursive:
        query.flags &= ~dns.flags.RD
    attempt.tell(f"asking for {module.kind} of {module.name} by {module.transport}")
    began_s = monotonic_s()
    timeout_s = patience_s or attempt.left_s
    try:
        if module.transport == "tcp":
            return await dns.asyncquery.tcp(query, ip, timeout=timeout_s, port=port)
        # What somebody else sends, or what is no answer, is waited past: anybody can send a datagram.
        return await dns.asyncquery.udp(
            query, ip, timeout=timeout_s, port=port, ignore_unexpected=True, ignore_errors=True
        )
    except dns.exception.Timeout:
        raise ProbeError(Reason.TIMEOUT, "no answer in time") from None
    except (dns.exception.DNSException, EOFError, ValueError) as problem:
        raise ProbeError(Reason.PROTOCOL, f"no answer in DNS ({type(problem).__name__})") from None
    finally:
        attempt.note(_PHASES, monotonic_s() - began_s, "request")


def _judge(answer: dns.message.Message, module: DnsModule, attempt: Attempt) -> None:
    """Return if the answer is right.

    Raises:
        ProbeError: it is not.
    """
    rcode = dns.rcode.to_text(answer.rcode())
    records = [record for each in answer.answer for record in each]
    attempt.tell(f"answered {rcode} with {len(records)} records")
    if module.kind == "SOA":
        for record in records:
            if record.rdtype == dns.rdatatype.SOA:
                attempt.note("probe_dns_serial", record.serial)
    if rcode not in module.rcodes:
        raise ProbeError(Reason.STATUS, f"{rcode}; expected {' or '.join(module.rcodes)}")
    if module.expected_text and not any(module.expected_text in record.to_text() for record in records):
        raise ProbeError(Reason.TEXT, "no record has the expected text")
