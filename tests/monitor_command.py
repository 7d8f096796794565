"""Runs the command ``peakweek-monitor`` as a user does, for tests of all kinds."""

import asyncio
import contextlib
import re
import sys
from collections.abc import AsyncIterator
from http import HTTPStatus

import aiohttp

PATIENCE_S = 60  # a busy machine is not a defect


async def started(*arguments: str) -> asyncio.subprocess.Process:
    """Start the command with pipes for its output."""
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(sys.executable, "-m", "monitor", *arguments, stdout=pipe, stderr=pipe)


async def ended(*arguments: str) -> tuple[int | None, str, str]:
    """Run the command to its end and return status, output and errors."""
    process = await started(*arguments)
    async with asyncio.timeout(PATIENCE_S):
        output, errors = await process.communicate()
    return process.returncode, output.decode(), errors.decode()


async def address_of(process: asyncio.subprocess.Process) -> str:
    """Return the address that the service prints when it listens."""
    assert process.stdout
    printed = b""
    async for line in process.stdout:
        printed += line
        if found := re.search(r"http://[^\s/]+:\d+", line.decode()):
            return found[0]
    raise AssertionError(f"the service printed no address: {printed.decode()}")


@contextlib.asynccontextmanager
async def serving(*arguments: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """Run a service inside the block, which gets process and address; one still running is killed at the end."""
    process = await started(*arguments)
    try:
        async with asyncio.timeout(PATIENCE_S):
            address = await address_of(process)
            async with aiohttp.ClientSession(address) as session:
                while (await session.get("/-/ready")).status != HTTPStatus.OK:  # noqa: ASYNC110 - a socket's other side
                    await asyncio.sleep(0.02)
        yield process, address
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
