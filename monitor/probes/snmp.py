"""SNMP: the interfaces of a router or switch, under IF-MIB's names as snmp_exporter gives them.

The library takes a third of a second of computing to begin and milliseconds for each answer; so it lives in a thread
with a loop of its own, where all devices are asked beside each other.
"""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pysnmp.hlapi.v3arch import asyncio as library

from monitor.clock import monotonic_s
from monitor.config.probes import SnmpModule, SnmpUser
from monitor.probes.addresses import Address, host_and_port, resolved
from monitor.probes.attempt import Attempt, ProbeError, secret
from monitor.probes.result import Reason

_PORT = 161
_SYS_UP_TIME, _IF_NUMBER = "1.3.6.1.2.1.1.3.0", "1.3.6.1.2.1.2.1.0"
_TABLE, _MORE = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"
_DESCR, _NAME, _ALIAS = f"{_TABLE}.2", f"{_MORE}.1", f"{_MORE}.18"
_COLUMNS = {
    "ifMtu": f"{_TABLE}.4",
    "ifSpeed": f"{_TABLE}.5",
    "ifAdminStatus": f"{_TABLE}.7",
    "ifOperStatus": f"{_TABLE}.8",
    "ifLastChange": f"{_TABLE}.9",
    "ifInOctets": f"{_TABLE}.10",
    "ifInDiscards": f"{_TABLE}.13",
    "ifInErrors": f"{_TABLE}.14",
    "ifOutOctets": f"{_TABLE}.16",
    "ifOutDiscards": f"{_TABLE}.19",
    "ifOutErrors": f"{_TABLE}.20",
    "ifHCInOctets": f"{_MORE}.6",
    "ifHCInUcastPkts": f"{_MORE}.7",
    "ifHCOutOctets": f"{_MORE}.10",
    "ifHCOutUcastPkts": f"{_MORE}.11",
    "ifHighSpeed": f"{_MORE}.15",
}
_ROWS_AT_ONCE = 10
_LONGEST_LABEL = 100
_ABSENT = {"NoSuchObject", "NoSuchInstance", "EndOfMibView"}
_NOT_KNOWN = {"UnknownUserName", "WrongDigest", "DecryptionError", "UnsupportedSecurityLevel", "UnknownCommunityName"}
_NO_ACCESS = {6, 16}  # noAccess, authorizationError
_AUTHS = {
    None: library.usmNoAuthProtocol,
    "SHA": library.usmHMACSHAAuthProtocol,
    "SHA256": library.usmHMAC192SHA256AuthProtocol,
    "SHA512": library.usmHMAC384SHA512AuthProtocol,
}
_PRIVS = {
    None: library.usmNoPrivProtocol,
    "AES": library.usmAesCfb128Protocol,
    "AES256": library.usmAesCfb256Protocol,
}
_Values = dict[str, Any]


async def probe(target: str, module: SnmpModule, attempt: Attempt) -> None:
    """Ask the device for itself and its interfaces."""
    host, port = host_and_port(target, _PORT)
    address = await resolved(host, module, attempt)
    device = _Device(address, port, module, _who(module), attempt.deadline_s)
    with attempt.timed("snmp_scrape_duration_seconds"):
        asked = asyncio.run_coroutine_threadsafe(device.look(), _loop())
        try:
            await asyncio.wrap_future(asked)
        finally:
            attempt.note("snmp_scrape_packets_sent", device.n_sent)
            attempt.note("snmp_scrape_pdus_returned", device.n_returned)
            for name, value, labels in device.samples:
                attempt.note(name, value, *labels)
    attempt.note("snmp_scrape_walk_duration_seconds", device.walk_s)
    attempt.tell(f"{device.n_interfaces} interfaces")


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """Return the loop in which devices are asked, in a thread of its own that lives as long as the service."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="snmp", daemon=True).start()
    return loop


@cache
def _engine(user: SnmpUser | None) -> library.SnmpEngine:
    """Return what speaks for a user: two of one name but with other passwords must not be taken for each other."""
    del user
    return library.SnmpEngine()


def _who(module: SnmpModule) -> Any:
    """Return who asks.

    Raises:
        ProbeError: a secret is not there.
    """
    user = module.user
    if user is None:
        return library.CommunityData(secret(module.community), mpModel=1)  # noqa: S508 - what most routers speak
    return library.UsmUserData(
        user.name,
        secret(user.auth_password) if user.auth else None,
        secret(user.priv_password) if user.priv else None,
        authProtocol=_AUTHS[user.auth],
        privProtocol=_PRIVS[user.priv],
    )


@dataclass(eq=False)
class _Device:
    """One device, and what it has told so far."""

    address: Address
    port: int
    module: SnmpModule
    who: Any
    deadline_s: float
    n_sent: int = 0
    n_returned: int = 0
    n_interfaces: int = 0
    walk_s: float = 0.0
    samples: list[tuple[str, float, tuple[str, ...]]] = field(default_factory=list)
    _place: Any = None

    async def look(self) -> None:
        """Ask for everything.

        Raises:
            ProbeError: the device does not say.
        """
        make = library.UdpTransportTarget if ":" not in self.address.ip else library.Udp6TransportTarget
        patience_s = max(0.2, (self.deadline_s - monotonic_s()) / 3)  # so that one lost packet does not matter
        self._place = await make.create((self.address.ip, self.port), timeout=patience_s, retries=1)
        itself = await self._get([_SYS_UP_TIME, _IF_NUMBER])
        for name, oid in (("sysUpTime", _SYS_UP_TIME), ("ifNumber", _IF_NUMBER)):
            if oid in itself:
                self.samples.append((name, float(itself[oid]), ()))
        began_s = monotonic_s()
        for index, descr in await self._interfaces():
            found = await self._get([f"{column}.{index}" for column in (_NAME, _ALIAS, *_COLUMNS.values())])
            labels = (index, descr, _text(found.get(f"{_NAME}.{index}")), _text(found.get(f"{_ALIAS}.{index}")))
            if not self.module.interfaces or {descr, labels[2]} & set(self.module.interfaces):
                self.samples += _values(found, index, labels)
                self.n_interfaces += 1
        self.walk_s = monotonic_s() - began_s

    async def _interfaces(self) -> list[tuple[str, str]]:
        """Return index and description of the interfaces, up to as many as the module allows."""
        found: list[tuple[str, str]] = []
        last = _DESCR
        while len(found) < self.module.most_interfaces:
            rows = await self._ask(library.bulk_cmd, [last], 0, _ROWS_AT_ONCE)
            for oid, value in rows:
                if not oid.startswith(f"{_DESCR}.") or type(value).__name__ in _ABSENT:
                    return found[: self.module.most_interfaces]
                if _key(oid) <= _key(last):  # a device that goes round in circles
                    raise ProbeError(Reason.PROTOCOL, "the device's table of interfaces has no end")
                found.append((oid.rpartition(".")[2], _text(value)))
                last = oid
            if not rows:
                break
        return found[: self.module.most_interfaces]

    async def _get(self, oids: Sequence[str]) -> _Values:
        """Return the values that are there, by the name in numbers."""
        found = await self._ask(library.get_cmd, oids)
        return {oid: value for oid, value in found if type(value).__name__ not in _ABSENT}

    async def _ask(self, command: Any, oids: Sequence[str], *counts: int) -> list[tuple[str, Any]]:
        """Return what the device says to one request.

        Raises:
            ProbeError: it does not.
        """
        self.n_sent += 1
        asked = [library.ObjectType(library.ObjectIdentity(oid)) for oid in oids]
        context, engine = library.ContextData(), _engine(self.module.user)
        failure, status, _, found = await command(
            engine, self.who, self._place, context, *counts, *asked, lookupMib=False
        )
        if failure:
            raise _failure(failure)
        if int(status):
            reason = Reason.AUTH if int(status) in _NO_ACCESS else Reason.STATUS
            raise ProbeError(reason, f"the device refused with error status {int(status)}")
        self.n_returned += len(found)
        return [(str(oid), value) for oid, value in found]


def _failure(failure: Any) -> ProbeError:
    """Return what the library's failure means."""
    name = type(failure).__name__
    if name == "RequestTimedOut":
        return ProbeError(Reason.TIMEOUT, "no answer in time; a wrong community is not answered either")
    return ProbeError(Reason.AUTH if name in _NOT_KNOWN else Reason.PROTOCOL, str(failure))


def _values(found: _Values, index: str, labels: tuple[str, ...]) -> Iterator[tuple[str, float, tuple[str, ...]]]:
    """Yield an interface's values."""
    for name, column in _COLUMNS.items():
        if (value := found.get(f"{column}.{index}")) is not None:
            yield name, float(int(value)), labels


def _key(oid: str) -> tuple[int, ...]:
    return tuple(map(int, oid.split(".")))


def _text(value: Any) -> str:
    """Return a text of the device as a label: readable, and not too long."""
    text = bytes(value).decode("utf-8", "replace") if value is not None else ""
    return "".join(letter for letter in text if letter.isprintable())[:_LONGEST_LABEL]
