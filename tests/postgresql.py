"""Runs a real PostgreSQL server in a folder of its own, for tests of all kinds."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SERVER = "pg_ctlcluster"
"""What tests/servers.txt knows the server by: Debian keeps its programs beside one another, by version."""


class Postgres:
    """A server that listens on a socket in its folder, for one user without a password."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        newest = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
        self._programs = newest
        # The server refuses to run as root.
        self._as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self._as_user:
            shutil.chown(folder, "postgres", "postgres")
        self._run("initdb", "-D", str(folder / "cluster"), "-A", "trust", "-U", "peakweek", "-E", "UTF8", "--no-sync")

    def start(self) -> None:
        """Start the server, and return when it takes connections."""
        options = f"-k {self._folder} -c listen_addresses='' -c max_connections=20 -c shared_buffers=16MB"
        log = str(self._folder / "server.log")
        self._run("pg_ctl", "-D", str(self._folder / "cluster"), "-w", "-l", log, "-o", options, "start")

    def stop(self, how: str = "fast") -> None:
        """Stop the server as its own owner may: clients lose their connections."""
        self._run("pg_ctl", "-D", str(self._folder / "cluster"), "-w", "-m", how, "stop")

    def kill(self) -> None:
        """Kill the server as a power cut does: nothing is tidied up."""
        pid = int((self._folder / "cluster/postmaster.pid").read_text(encoding="utf-8").split()[0])
        os.kill(pid, signal.SIGQUIT)

    def database(self, name: str) -> str:
        """Make an empty database and return its address."""
        self._run("createdb", "-h", str(self._folder), "-U", "peakweek", name)
        return f"postgresql://peakweek@/{name}?host={self._folder}"

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as_user, str(self._programs / program), *arguments]
        # Not into pipes: the server would keep them open.
        with (self._folder / "commands.log").open("ab") as log:
            finished = subprocess.run(command, check=False, stdout=log, stderr=log, cwd=self._folder)
        told = (self._folder / "commands.log").read_text(encoding="utf-8")
        assert finished.returncode == 0, told


@contextmanager
def running() -> Iterator[Postgres]:
    """Run a server inside the block; afterwards nothing of it is left."""
    folder = Path(tempfile.mkdtemp(prefix="peakweek-postgresql-"))  # short: a socket's path has a limit
    server = Postgres(folder)
    try:
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")  # nothing of it is needed any more
    finally:
        shutil.rmtree(folder)
