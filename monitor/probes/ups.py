"""UPS: what Network UPS Tools knows of it."""

import asyncio

from aionut import AIONUTClient, NUTCommandError, NUTError, NUTLoginError, NUTOSError, NUTTimeoutError

from monitor.config.probes import UpsModule
from monitor.probes.addresses import host_and_port, resolved
from monitor.probes.attempt import Attempt, ProbeError, secret
from monitor.probes.families import FAMILY_BY_NAME
from monitor.probes.result import Reason

_PORT = 3493
_PREFIX = "network_ups_tools_"
_FLAGS = (
    "OL",
    "OB",
    "LB",
    "HB",
    "RB",
    "CHRG",
    "DISCHRG",
    "BYPASS",
    "CAL",
    "OFF",
    "OVER",
    "TRIM",
    "BOOST",
    "FSD",
    "SD",
    "ALARM",
)
_DEVICE = ("device.mfr", "device.model", "device.serial", "device.type")
_LONGEST_LABEL = 100


async def probe(target: str, module: UpsModule, attempt: Attempt) -> None:
    """Ask for the UPS's variables; the attempt succeeds also while it runs on battery, which is what it is for."""
    name, at, place = target.partition("@")
    if not at or not name or not place or any(letter.isspace() for letter in target):
        raise ProbeError(Reason.TARGET, f"found {target}; expected ups@host or ups@host:port")
    host, port = host_and_port(place, _PORT)
    address = await resolved(host, module, attempt)
    variables = await _variables(
        name,
        AIONUTClient(
            address.ip,
            port,
            module.user,
            secret(module.password) if module.user else None,
            timeout=attempt.left_s,
            persistent=False,
        ),
    )
    attempt.tell(f"{len(variables)} variables, status {variables.get('ups.status', 'unknown')}")
    if "ups.status" not in variables:
        raise ProbeError(Reason.PROTOCOL, "the UPS tells no status; is its driver connected?")
    flags = variables["ups.status"].split()
    for flag in _FLAGS:
        attempt.note(f"{_PREFIX}ups_status", flag in flags, name, flag)
    for variable, text in variables.items():
        family = f"{_PREFIX}{variable.replace('.', '_')}"
        if family in FAMILY_BY_NAME and (value := _number(text)) is not None:
            attempt.note(family, value, name)
    told = (variables.get(variable, "")[:_LONGEST_LABEL] for variable in _DEVICE)
    attempt.note(f"{_PREFIX}device_info", 1, name, *told)


async def _variables(name: str, client: AIONUTClient) -> dict[str, str]:
    """Return all that the server knows of the UPS.

    Raises:
        ProbeError: it does not say.
    """
    try:
        return await client.list_vars(name)
    except NUTLoginError as problem:
        raise ProbeError(Reason.AUTH, str(problem)) from None
    except NUTCommandError as problem:  # no such UPS, or one whose driver has nothing new
        raise ProbeError(Reason.STATUS, str(problem)) from None
    except NUTTimeoutError:
        raise ProbeError(Reason.TIMEOUT, "no answer in time") from None
    except NUTOSError as problem:
        if isinstance(problem.__cause__, OSError):
            raise problem.__cause__ from None
        raise ProbeError(Reason.UNREACHABLE, str(problem)) from None
    except (NUTError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as problem:
        raise ProbeError(Reason.PROTOCOL, f"no answer of Network UPS Tools ({type(problem).__name__})") from None
    finally:
        client.shutdown()


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
