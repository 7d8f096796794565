"""How the service is reached: TLS, users and headers, in the file format of Prometheus' exporters.

Place in the pipeline: beside the configuration; serving listens by it, admission asks it who a user is. In: the file
that ``--web.config.file`` names. Out: a frozen `WebConfig`. Invariant: what is wrong with the file or with a
certificate that it names ends in one `ConfigError` line, and a field that we cannot obey is refused, not ignored.

Source: Prometheus exporter-toolkit, *web-configuration*; its fields for ciphers, curves and names in client
certificates are not known here.
"""

import asyncio
import hashlib
import os
import ssl
from pathlib import Path
from typing import Annotated, Literal, Self

import bcrypt
from pydantic import Field, StringConstraints, model_validator

from monitor.config.section import Section
from sim import ConfigError, MisfitError, read_document

_Hash = Annotated[str, StringConstraints(pattern=r"^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$")]
_Version = Literal["TLS12", "TLS13"]
_VERSIONS = {"TLS12": ssl.TLSVersion.TLSv1_2, "TLS13": ssl.TLSVersion.TLSv1_3}
_VERIFIED = {
    "NoClientCert": ssl.CERT_NONE,
    "VerifyClientCertIfGiven": ssl.CERT_OPTIONAL,
    "RequireAndVerifyClientCert": ssl.CERT_REQUIRED,
}
_File = Annotated[Path, Field(strict=False)]
_KNOWN_CHECKS = 256


class TlsConfig(Section):
    """Certificate and key of the service, and what is asked of a client's.

    Attributes:
        cert_file: certificates in PEM, the service's first; relative to the file's folder, as all of these.
        key_file: the key of the first certificate, in PEM, without a password.
        client_auth_type: whether a client must show a certificate; who shows one must have it from `client_ca_file`.
        client_ca_file: certificates in PEM of whoever signs the clients'.
        min_version: the oldest TLS that is spoken.
        max_version: the newest.
    """

    cert_file: _File
    key_file: _File
    client_auth_type: Literal["NoClientCert", "VerifyClientCertIfGiven", "RequireAndVerifyClientCert"] = "NoClientCert"
    client_ca_file: _File | None = None
    min_version: _Version = "TLS12"
    max_version: _Version = "TLS13"

    @model_validator(mode="after")
    def _clients_can_be_checked(self) -> Self:
        """Refuse to check clients against nothing, and the reverse."""
        is_asked = self.client_auth_type != "NoClientCert"
        if is_asked != bool(self.client_ca_file):
            got = f"{self.client_auth_type} with{'' if self.client_ca_file else 'out'} client_ca_file"
            raise MisfitError("client_auth_type", got=got, expected="both a check of clients and its client_ca_file")
        if self.min_version > self.max_version:
            raise MisfitError("min_version", got=self.min_version, expected=f"at most {self.max_version}")
        return self


class HeadersConfig(Section):
    """Headers that every answer carries; what is not given is not sent, or as the page itself wants it."""

    content_security_policy: str | None = Field(default=None, alias="Content-Security-Policy")
    frame_options: str | None = Field(default=None, alias="X-Frame-Options")
    content_type_options: str | None = Field(default=None, alias="X-Content-Type-Options")
    xss_protection: str | None = Field(default=None, alias="X-XSS-Protection")
    transport_security: str | None = Field(default=None, alias="Strict-Transport-Security")


class HttpConfig(Section):
    """What is said in HTTP itself.

    Attributes:
        http2: taken for the format's sake: HTTP/1.1 is spoken, which every client of HTTP/2 speaks too.
        headers: headers that every answer carries.
    """

    http2: bool = True
    headers: HeadersConfig = HeadersConfig()


class WebConfig(Section):
    """The whole file.

    Attributes:
        tls_server_config: certificate and clients; none: plain HTTP.
        http_server_config: headers.
        basic_auth_users: bcrypt hashes of passwords by user; with one, whoever asks must be a user or have a token.
    """

    tls_server_config: TlsConfig | None = None
    http_server_config: HttpConfig = HttpConfig()
    basic_auth_users: dict[str, _Hash] = Field(default_factory=dict)

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers that every answer carries."""
        return self.http_server_config.headers.model_dump(by_alias=True, exclude_none=True)


class Web:
    """The file as it was read last, and read again when it or one of its certificates has changed.

    Args:
        path: the file; none: plain HTTP, no users.

    Attributes:
        config: its content.
        context: what connections are encrypted with; none: they are not.
        headers: what every answer carries.

    Raises:
        ConfigError: when the file or a certificate is wrong.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self.config = WebConfig()
        self.context: ssl.SSLContext | None = None
        self.headers: dict[str, str] = {}
        self._seen: dict[Path, tuple[int, ...]] = {}
        self._checks: dict[bytes, bool] = {}
        self._checking = asyncio.Semaphore()
        self.reread()

    def has_changed(self) -> bool:
        """Return whether one of the files is no longer the one that was read."""
        return any(_stamp(path) != seen for path, seen in self._seen.items())

    def reread(self) -> None:
        """Take what the files say now.

        Raises:
            ConfigError: when they are wrong; what was taken last still holds, until they change again.
        """
        if self.path is None:
            return
        self._seen = {path: _stamp(path) for path in (self.path, *self._seen)}  # a wrong file is told once
        config = read_document(self.path, WebConfig, ConfigError)
        tls = config.tls_server_config
        folder = self.path.parent
        named = [folder / name for name in (tls.cert_file, tls.key_file, tls.client_ca_file) if name] if tls else []
        self._seen = {path: _stamp(path) for path in (self.path, *named)}
        context = _context(self.path, tls) if tls else None
        self.config, self.context, self.headers = config, context, config.headers

    async def is_user(self, name: str, password: str) -> bool:
        """Return whether this is the password of that user; the answer takes as long for a user who is none."""
        users = self.config.basic_auth_users
        kept = users.get(name, next(iter(users.values()), ""))
        if not kept:
            return False
        asked = hashlib.sha256(f"{name}\x00{kept}\x00{password}".encode()).digest()
        if asked not in self._checks:
            async with self._checking:  # bcrypt is slow on purpose: one at a time leaves a processor to the rest
                is_right = await asyncio.to_thread(_matches, password, kept)
            if len(self._checks) >= _KNOWN_CHECKS:
                self._checks.clear()
            self._checks[asked] = is_right and name in users
        return self._checks[asked]


def _matches(password: str, kept: str) -> bool:
    try:
        return bcrypt.checkpw(password.encode(), kept.encode())
    except ValueError:  # longer than any password that bcrypt can keep
        return False


def _stamp(path: Path) -> tuple[int, ...]:
    """Return what changes when the file does; nothing for a file that is not there."""
    try:
        status = path.stat()
    except OSError:
        return ()
    return (status.st_mtime_ns, status.st_size, status.st_ino)


def _context(path: str | os.PathLike[str], tls: TlsConfig) -> ssl.SSLContext:
    """Return what connections are encrypted with.

    Raises:
        ConfigError: when a file is missing or holds no certificate or key, or the two do not fit.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version, context.maximum_version = _VERSIONS[tls.min_version], _VERSIONS[tls.max_version]
    folder = Path(path).parent
    files = {"cert_file": tls.cert_file, "key_file": tls.key_file, "client_ca_file": tls.client_ca_file}
    for field, name in files.items():
        if name and not (folder / name).is_file():
            got = f"{folder / name}, which is no file"
            raise ConfigError(str(path), f"tls_server_config.{field}", got, "a file in PEM")
    try:
        context.load_cert_chain(folder / tls.cert_file, folder / tls.key_file, _no_password)
    except (OSError, ValueError) as problem:  # an SSLError is an OSError
        got = f"{folder / tls.cert_file} with {folder / tls.key_file} ({_reason(problem)})"
        raise ConfigError(str(path), "tls_server_config.cert_file", got, "a certificate and its key in PEM") from None
    if tls.client_ca_file:
        try:
            context.load_verify_locations(folder / tls.client_ca_file)
        except (OSError, ValueError) as problem:
            got = f"{folder / tls.client_ca_file} ({_reason(problem)})"
            raise ConfigError(str(path), "tls_server_config.client_ca_file", got, "certificates in PEM") from None
    context.verify_mode = _VERIFIED[tls.client_auth_type]
    return context


def _no_password() -> str:
    raise ValueError("the key has a password")


def _reason(problem: Exception) -> str:
    return getattr(problem, "reason", None) or getattr(problem, "strerror", None) or str(problem)
