"""What a server's certificates say: until when they are good, and who vouches for them.

Place in the pipeline: under the probers that speak TLS. In: a connection. Out: samples. Invariant: they are told also
where the certificate is not believed, as long as it is not the handshake that checks it.
"""

import ssl
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from monitor.clock import monotonic_s
from monitor.config.probes import Certificates
from monitor.probes.attempt import Attempt, ProbeError
from monitor.probes.result import Reason

_VERSIONS = {"TLSv1": "TLS 1.0", "TLSv1.1": "TLS 1.1", "TLSv1.2": "TLS 1.2", "TLSv1.3": "TLS 1.3"}


@dataclass(eq=False)
class Handshake:
    """What was last encrypted in a probe.

    Attributes:
        connection: what a handshake was begun for; none before the first.
        began_s: when, by the monotonic clock; 0 before the first.
    """

    connection: ssl.SSLObject | None = None
    began_s: float = 0.0


_HANDSHAKE: ContextVar[Handshake] = ContextVar("handshake")


def watched() -> Handshake:
    """Return what the calling task's handshakes are written to from now on."""
    _HANDSHAKE.set(handshake := Handshake())
    return handshake


class _Context(ssl.SSLContext):
    """A context that writes down each connection that it begins to encrypt, for the probe that asked for it."""

    def wrap_bio(self, *args: Any, **options: Any) -> ssl.SSLObject:
        """Begin to encrypt a connection."""
        handshake = _HANDSHAKE.get()
        handshake.began_s = monotonic_s()
        handshake.connection = super().wrap_bio(*args, **options)
        return handshake.connection


def context_of(certificates: Certificates) -> ssl.SSLContext:
    """Return a context that believes what the section says.

    Raises:
        ProbeError: the file of who may sign cannot be read.
    """
    try:
        return _context(certificates.verify, certificates.ca_file)
    except (OSError, ValueError) as problem:
        raise ProbeError(Reason.TLS, f"{certificates.ca_file} cannot be read ({problem})") from None


@cache
def _context(verify: bool, ca_file: str | None) -> ssl.SSLContext:  # noqa: FBT001 - a key
    """Return a context, the same for all probes that believe the same: to read the system's takes too long."""
    context = _Context(ssl.PROTOCOL_TLS_CLIENT)
    if not verify:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context
    context.load_default_certs()
    if ca_file:
        context.load_verify_locations(cafile=ca_file)
    return context


def note_certificates(connection: ssl.SSLObject | None, attempt: Attempt) -> None:
    """Note what the other side's certificates say."""
    if connection is None:
        return
    shown = _chain(connection, verified=False)
    verified = _chain(connection, verified=True) if connection.context.verify_mode else []
    if shown:
        attempt.note("probe_ssl_earliest_cert_expiry", min(_expiry_s(each) for each in shown))
        leaf = shown[0]
        attempt.note("probe_ssl_last_chain_info", 1, *_identity(leaf))
    # Without a check there is no chain that is believed: blackbox_exporter then shows the beginning of its calendar.
    last_s = min((_expiry_s(each) for each in verified), default=-62_135_596_800.0)
    attempt.note("probe_ssl_last_chain_expiry_timestamp_seconds", last_s)
    version = connection.version() or "unknown"
    attempt.note("probe_tls_version_info", 1, _VERSIONS.get(version, version))
    attempt.tell(f"encrypted with {_VERSIONS.get(version, version)}, {len(shown)} certificates")


def _chain(connection: ssl.SSLObject, *, verified: bool) -> list[x509.Certificate]:
    """Return the certificates of the other side, its own first."""
    name = "get_verified_chain" if verified else "get_unverified_chain"
    # Public since Python 3.13; before, on the object beneath, whose certificates are no bytes yet.
    source: Any = connection if hasattr(connection, name) else getattr(connection, "_sslobj", None)
    found: list[Any] = getattr(source, name)() or []
    made = (each if isinstance(each, bytes) else each.public_bytes(2) for each in found)  # 2: DER
    return [x509.load_der_x509_certificate(each) for each in made]


def _expiry_s(certificate: x509.Certificate) -> float:
    return certificate.not_valid_after_utc.timestamp()


def _identity(certificate: x509.Certificate) -> tuple[str, str, str, str]:
    """Return fingerprint, issuer, subject and other names, as blackbox_exporter writes them."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        others = ",".join(names.get_values_for_type(x509.DNSName))
    except (x509.ExtensionNotFound, ValueError):
        others = ""
    return (
        certificate.fingerprint(SHA256()).hex(),
        certificate.issuer.rfc4514_string(),
        certificate.subject.rfc4514_string(),
        others,
    )
