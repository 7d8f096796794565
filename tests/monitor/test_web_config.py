"""TLS, client certificates, users and headers by the web configuration, over real encrypted sockets."""

import asyncio
import json
import shutil
import ssl
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import bcrypt
import pytest

from monitor.config import Config
from monitor.tokens import Scope, Tokens
from monitor.webconfig import Web
from sim.errors import ConfigError

pytestmark = pytest.mark.server("openssl")


def openssl(*arguments: str, folder: Path) -> None:
    """Run openssl in a folder."""
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def make_certificate(folder: Path, name: str, *, signer: str | None = None) -> None:
    """Make a key and a certificate for this machine, signed by an earlier one or by itself."""
    key = ("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{name}.key")
    subject = ("-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1")
    if signer is None:
        openssl(*key, *subject, "-x509", "-days", "2", "-out", f"{name}.pem", folder=folder)
        return
    openssl(*key, *subject, "-out", f"{name}.csr", folder=folder)
    signing = ("-CA", f"{signer}.pem", "-CAkey", f"{signer}.key", "-CAcreateserial", "-copy_extensions", "copy")
    openssl("x509", "-req", "-in", f"{name}.csr", *signing, "-days", "2", "-out", f"{name}.pem", folder=folder)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with an authority, a server's and a client's certificate of it, and one of nobody's."""
    folder = tmp_path_factory.mktemp("certificates")
    make_certificate(folder, "authority")
    for name in ("server", "client"):
        make_certificate(folder, name, signer="authority")
    make_certificate(folder, "stranger")
    return folder


@pytest.fixture
def web_file(certificates: Path, tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a web configuration beside copies of the certificates."""
    for path in certificates.iterdir():
        shutil.copy(path, tmp_path)

    def write(**content: Any) -> Path:
        path = tmp_path / "web.yaml"
        path.write_text(json.dumps(content), encoding="utf-8")
        return path

    return write


SERVER = {"cert_file": "server.pem", "key_file": "server.key"}
CHECKED = SERVER | {"client_auth_type": "RequireAndVerifyClientCert", "client_ca_file": "authority.pem"}


def client_context(folder: Path, name: str | None = None, newest: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    """Return what a client of the authority connects with, perhaps with a certificate of its own."""
    context = ssl.create_default_context(cafile=folder / "authority.pem")
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if name:
        context.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
    if newest:
        context.maximum_version = newest
    return context


async def status_of(service: Any, context: ssl.SSLContext) -> int:
    """Return the status of a request on a connection of its own."""
    async with (
        aiohttp.ClientSession(service.address) as session,
        session.get("/api/v1/sd", ssl=context) as answer,
    ):
        return answer.status


async def test_what_is_served_is_encrypted(start: Any, config: Config, web_file: Any, certificates: Path) -> None:
    """A client that trusts the authority is answered; one that speaks plainly, or trusts others only, is not."""
    async with start(config, web_files=Web(web_file(tls_server_config=SERVER))) as service:
        assert service.address.startswith("https://")
        assert await status_of(service, client_context(certificates)) == 200
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            await status_of(service, ssl.create_default_context())
        async with aiohttp.ClientSession(service.address.replace("https", "http")) as plain:
            with pytest.raises(aiohttp.ClientError):
                await plain.get("/api/v1/sd")


async def test_old_versions_are_refused(start: Any, config: Config, web_file: Any, certificates: Path) -> None:
    """A client that knows nothing as new as the oldest allowed version gets no connection."""
    files = web_file(tls_server_config=SERVER | {"min_version": "TLS13"})
    async with start(config, web_files=Web(files)) as service:
        assert await status_of(service, client_context(certificates)) == 200
        with pytest.raises((aiohttp.ClientConnectorError, aiohttp.ClientOSError)):
            await status_of(service, client_context(certificates, newest=ssl.TLSVersion.TLSv1_2))


@pytest.mark.parametrize(("name", "is_served"), [("client", True), ("stranger", False), (None, False)])
async def test_clients_show_certificates(
    start: Any, config: Config, web_file: Any, certificates: Path, name: str | None, *, is_served: bool
) -> None:
    """Only a client whose certificate the authority signed is answered."""
    async with start(config, web_files=Web(web_file(tls_server_config=CHECKED))) as service:
        context = client_context(certificates, name)
        if is_served:
            assert await status_of(service, context) == 200
        else:
            with pytest.raises(aiohttp.ClientError):
                await status_of(service, context)


async def test_a_renewed_certificate_is_shown_live(
    start: Any, config: Config, web_file: Any, certificates: Path, tmp_path: Path
) -> None:
    """When the certificate's files change the next connections see it; a broken one changes nothing."""
    async with start(config, web_files=Web(web_file(tls_server_config=SERVER))) as service:
        for name in ("pem", "key"):
            shutil.copy(certificates / f"stranger.{name}", tmp_path / f"server.{name}")
        stranger = ssl.create_default_context(cafile=certificates / "stranger.pem")
        stranger.verify_flags &= ~ssl.VERIFY_X509_STRICT
        async with asyncio.timeout(20):
            while not await is_trusted(service, stranger):  # noqa: ASYNC110 - the other side of a socket
                await asyncio.sleep(0.05)
        (tmp_path / "server.pem").write_text("broken", encoding="utf-8")
        await asyncio.sleep(1.2)  # longer than it takes the service to look
        assert await is_trusted(service, stranger)


async def is_trusted(service: Any, context: ssl.SSLContext) -> bool:
    """Return whether a new connection shows a certificate that the client trusts."""
    try:
        return await status_of(service, context) == 200
    except aiohttp.ClientError:
        return False


def hashed(password: str) -> str:
    """Return the hash of a password, as quick as there are."""
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(rounds=4)).decode()


@pytest.mark.parametrize(
    ("name", "password", "status"),
    [
        ("officer", "right", 200),
        ("officer", "wrong", 401),
        ("nobody", "right", 401),
        ("officer", "", 401),
        ("", "", 401),
    ],
)
async def test_users_have_passwords(
    start: Any, config: Config, web_file: Any, *, name: str, password: str, status: int
) -> None:
    """A user's own password opens the service, asked once or again; nothing else does."""
    files = web_file(basic_auth_users={"officer": hashed("right"), "other": hashed("else")})
    async with start(config, web_files=Web(files)) as service:
        headers = {"Authorization": aiohttp.encode_basic_auth(name, password)}
        for _ in range(2):
            async with service.session.get("/config", headers=headers) as answer:
                assert answer.status == status
                assert "$2b$" not in await answer.text()
        async with service.session.get("/api/v1/sd") as answer:
            assert answer.status == 401


async def test_users_and_tokens_live_together(start: Any, config: Config, web_file: Any) -> None:
    """Where there are users, a sender's token is still taken."""
    secret = Tokens(config.tokens).create(None, frozenset({Scope.READ}), datetime(2025, 7, 1, tzinfo=UTC))
    headers = {"Authorization": f"Bearer {secret}"}
    async with (
        start(config, web_files=Web(web_file(basic_auth_users={"officer": hashed("x")}))) as service,
        service.session.get("/api/v1/sd", headers=headers) as answer,
    ):
        assert answer.status == 200


async def test_configured_headers_are_on_every_answer(start: Any, config: Config, web_file: Any) -> None:
    """What the file says is sent with answers of every kind."""
    files = web_file(http_server_config={"headers": {"X-Frame-Options": "deny"}})
    async with start(config, web_files=Web(files)) as service:
        for path in ("/", "/metrics", "/none"):
            async with service.session.get(path) as answer:
                assert answer.headers["X-Frame-Options"] == "deny"


WRONG = {
    "unknown": ({"tls_server_config": SERVER | {"cipher_suites": []}}, "cipher_suites: found an unknown field"),
    "half": ({"tls_server_config": {"cert_file": "server.pem"}}, "key_file: found nothing; expected this field"),
    "no file": (
        {"tls_server_config": SERVER | {"cert_file": "x.pem"}},
        "x.pem, which is no file; expected a file in PEM",
    ),
    "other key": (
        {"tls_server_config": SERVER | {"key_file": "client.key"}},
        "tls_server_config.cert_file: found",
    ),
    "no authority": (
        {"tls_server_config": SERVER | {"client_auth_type": "RequireAndVerifyClientCert"}},
        "found RequireAndVerifyClientCert without client_ca_file; expected both",
    ),
    "unchecked": (
        {"tls_server_config": SERVER | {"client_auth_type": "RequireAnyClientCert"}},
        "client_auth_type: found",
    ),
    "versions": (
        {"tls_server_config": SERVER | {"min_version": "TLS13", "max_version": "TLS12"}},
        "min_version: found TLS13; expected at most TLS12",
    ),
    "plain password": ({"basic_auth_users": {"officer": "secret"}}, "basic_auth_users.officer: found"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_file_is_told_on_one_line(web_file: Any, case: str) -> None:
    """File, field, what was found and what was expected."""
    content, expected = WRONG[case]
    path = web_file(**content)
    with pytest.raises(ConfigError) as caught:
        Web(path)
    assert str(caught.value).startswith(f"{path}:")
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)
