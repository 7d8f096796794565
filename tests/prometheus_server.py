"""Runs a real Prometheus for tests of all kinds."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

PATIENCE_S = 20


@contextlib.asynccontextmanager
async def running(configuration: Any, folder: Path) -> AsyncIterator[str]:
    """Run a Prometheus with a configuration inside the block, which gets its address."""
    YAML(typ="safe").dump(configuration, folder / "prometheus.yml")
    options = [f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={folder / 'tsdb'}"]
    process = await asyncio.create_subprocess_exec(
        "prometheus", *options, "--web.listen-address=127.0.0.1:0", stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr
    try:
        async with asyncio.timeout(PATIENCE_S):
            port = await ready_port(process.stderr)
        reading = asyncio.create_task(process.stderr.read())  # a full pipe would stop it
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()
    await reading


async def ready_port(log: asyncio.StreamReader) -> int:
    """Return the port that Prometheus' log names, once the log says that it answers: two lines, in either order."""
    seen = b""
    while line := await log.readline():
        seen += line
        port = re.search(rb'msg="Listening on" address=127\.0\.0\.1:(\d+)', seen)
        if port and b"Server is ready to receive web requests" in seen:
            return int(port[1])
    raise AssertionError(f"Prometheus ended: {seen.decode()}")
