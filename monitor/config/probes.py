"""What is probed: modules, which say how, and targets, which say what, how often and to which part they belong.

Place in the pipeline: a part of the configuration. Out: a frozen `ProbesConfig`. Invariant: each probe is bounded in
time, bytes and count by its module; a secret is never shown, and may be left to a variable of the environment.
"""

import re
from collections.abc import Mapping
from datetime import time
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, Field, SecretStr, StringConstraints, model_validator

from monitor.config.section import Section
from sim import MisfitError

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Part = Literal["centre", "line", "province", "national", "power"]
"""Where what is probed belongs: to the centre itself, its line, the province's or the nation's platform, its power."""
IpProtocol = Literal["ip4", "ip6"]
_PUBLIC = "public"  # the community that everybody knows
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


def _is_hours(text: str) -> str:
    """Return a span of the day, or refuse it."""
    if not (found := _HOURS.fullmatch(text)) or found[1] + found[2] == found[3] + found[4]:
        raise ValueError("a span of the day such as 19:00-21:30, or over midnight 22:00-06:00")
    return text


def _without_secret(text: str) -> str:
    """Return an address, or refuse one that has a password in it, which would be shown in many places."""
    if re.match(r"[a-z]+://[^/]*@", text):
        raise MisfitError(got="an address with user or password", expected="one without; see the module's headers")
    return text


Target = Annotated[Text, AfterValidator(_without_secret)]


class Module(Section):
    """How something is probed.

    Attributes:
        timeout_s: an attempt that takes longer has failed; a scraper's own limit may shorten it.
        ip_protocol: which kind of address is taken where a name has both.
        ip_fallback: whether the other kind is taken where it has none of that.
    """

    timeout_s: float = Field(default=5, ge=0.1, le=60)
    ip_protocol: IpProtocol = "ip4"
    ip_fallback: bool = True


class Certificates(Section):
    """Which certificates are believed.

    Attributes:
        verify: whether they are checked at all; what they say is shown in either case.
        ca_file: in PEM, who else may sign them, beside those whom the system trusts; as read, relative to the
            configuration file's folder.
        server_name: the name that must be in it; none: the target's own.
    """

    verify: bool = True
    ca_file: Text | None = None
    server_name: Text | None = None


class IcmpModule(Module):
    """Echo requests, of which loss, round trip and jitter are measured.

    Attributes:
        count: how many are sent; the first gives what blackbox_exporter shows of its only one.
        gap_s: so long after one the next is sent.
        payload_bytes: how much each carries.
        loss_limit_ratio: an attempt that loses more has failed.
    """

    prober: Literal["icmp"]
    count: int = Field(default=5, ge=1, le=20)
    gap_s: float = Field(default=0.2, ge=0.05, le=2)
    payload_bytes: int = Field(default=56, ge=8, le=1_400)
    loss_limit_ratio: float = Field(default=0.99, ge=0, le=1)


class TcpModule(Module):
    """A connection, perhaps with a greeting.

    Attributes:
        send: what is said first; none: nothing.
        expected_text: what the answer must contain, within its first 4,096 bytes; none: nothing is awaited.
        tls: which certificates are believed; none: the connection is not encrypted.
    """

    prober: Literal["tcp"]
    send: Text | None = None
    expected_text: Text | None = None
    tls: Certificates | None = None


class Step(Section):
    """One request of a sequence; cookies and the last address go on from step to step.

    Attributes:
        name: what the step is called in its metric.
        path: relative to the page before, first to the target.
        form: fields that are posted, where it is a form; texts, or env:NAME.
        status: the statuses that are right; none: any of 200 to 299.
        expected_text: what the page must contain; none: nothing.
    """

    name: Name
    path: Text = "."
    form: dict[Text, SecretStr] | None = None
    status: tuple[Annotated[int, Field(ge=100, le=599)], ...] = ()
    expected_text: Text | None = None


class HttpModule(Module):
    """A page, or a sequence of pages such as log-in, then lookup.

    Attributes:
        method: of the request, where there are no steps.
        headers: sent with each request; texts, or env:NAME.
        status: the statuses that are right; none: any of 200 to 299.
        expected_text: what the page must contain.
        unexpected_text: what it must not contain.
        follow_redirects: whether the page that is pointed to is taken instead.
        body_bytes: a page that is longer is not read to its end, and the attempt has failed.
        steps: what is asked one after the other instead of the target alone.
        tls: which certificates are believed.
    """

    prober: Literal["http"]
    method: Literal["GET", "HEAD", "POST"] = "GET"
    headers: dict[Text, SecretStr] = Field(default_factory=dict)
    status: tuple[Annotated[int, Field(ge=100, le=599)], ...] = ()
    expected_text: Text | None = None
    unexpected_text: Text | None = None
    follow_redirects: bool = True
    body_bytes: int = Field(default=1_048_576, ge=1, le=16_777_216)
    steps: tuple[Step, ...] = Field(default=(), max_length=10)
    tls: Certificates = Certificates()


class DnsModule(Module):
    """A question to the name server that is the target.

    Asked several times by UDP, it measures what the line loses, and its round trips, where echo requests are forbidden.

    Attributes:
        name: whose records are asked for.
        kind: which records.
        transport: how it is asked.
        count: how often; of one question loss and round trip are not told.
        gap_s: so long after one answer the next question is sent.
        loss_limit_ratio: an attempt that loses more has failed.
        rcodes: the answers that are right.
        expected_text: what one of the records must contain; none: nothing.
        is_recursive: whether the server is to ask others.
    """

    prober: Literal["dns"]
    name: Text
    kind: Literal["A", "AAAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT"] = "A"
    transport: Literal["udp", "tcp"] = "udp"
    count: int = Field(default=1, ge=1, le=20)
    gap_s: float = Field(default=0.2, ge=0.01, le=2)
    loss_limit_ratio: float = Field(default=0.99, ge=0, le=1)
    rcodes: tuple[Literal["NOERROR", "NXDOMAIN", "REFUSED", "SERVFAIL"], ...] = ("NOERROR",)
    expected_text: Text | None = None
    is_recursive: bool = True


class ThroughputModule(Module):
    """How fast the line carries a bounded number of bytes, at hours at which nobody needs it.

    Attributes:
        direction: whether they are fetched from the target's address or posted to it.
        most_bytes: no more are carried.
        tls: which certificates are believed.
    """

    prober: Literal["throughput"]
    timeout_s: float = Field(default=20, ge=1, le=60)
    direction: Literal["download", "upload"] = "download"
    most_bytes: int = Field(default=2_000_000, ge=10_000, le=20_000_000)
    tls: Certificates = Certificates()


class SnmpUser(Section):
    """Who asks in version 3.

    Attributes:
        name: the user.
        auth: how the user is known; none: by the name alone.
        auth_password: a text, or env:NAME.
        priv: how what is said is encrypted; none: it is not.
        priv_password: a text, or env:NAME.
    """

    name: Text
    auth: Literal["SHA", "SHA256", "SHA512"] | None = None
    auth_password: SecretStr = SecretStr("")
    priv: Literal["AES", "AES256"] | None = None
    priv_password: SecretStr = SecretStr("")

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        """Refuse a way of asking without its password, and encryption for who is not known."""
        if self.priv and not self.auth:
            raise MisfitError("priv", got="priv without auth", expected="both, or auth alone")
        for field in ("auth", "priv"):
            if getattr(self, field) and not getattr(self, f"{field}_password").get_secret_value():
                raise MisfitError(f"{field}_password", got="nothing", expected=f"the password for {field}")
        return self


class SnmpModule(Module):
    """The interfaces of a router or switch, by version 2c, or by version 3 where there is a user.

    Attributes:
        community: of version 2c; a text, or env:NAME.
        user: of version 3; none: version 2c.
        interfaces: which are asked for, by name; none: all, up to `most_interfaces`.
        most_interfaces: of more, the first are taken.
        contracted_bit_per_s: what the line may carry, by the name of its interface; none: what the interface says.
    """

    prober: Literal["snmp"]
    timeout_s: float = Field(default=10, ge=0.1, le=60)
    community: SecretStr = SecretStr(_PUBLIC)
    user: SnmpUser | None = None
    interfaces: tuple[Text, ...] = ()
    most_interfaces: int = Field(default=64, ge=1, le=256)
    contracted_bit_per_s: dict[Text, Annotated[float, Field(gt=0)]] = Field(default_factory=dict)


class UpsModule(Module):
    """What a UPS says, by the server of Network UPS Tools; the target is ups@host or ups@host:port.

    Attributes:
        user: who asks; none: anybody.
        password: a text, or env:NAME.
    """

    prober: Literal["ups"]
    user: Text | None = None
    password: SecretStr = SecretStr("")


class MachineModule(Module):
    """The machine on which the service runs: memory, the disk of a folder, which is the target, and its clock.

    Attributes:
        time_server: an NTP server as host or host:port, against which the clock is compared; none: it is not.
        free_limit_ratio: less of the disk than that free: the attempt has failed.
        offset_limit_s: the clock further off: the attempt has failed.
    """

    prober: Literal["machine"]
    time_server: Text | None = None
    free_limit_ratio: float = Field(default=0.02, ge=0, le=1)
    offset_limit_s: float = Field(default=60, gt=0)


AnyModule = Annotated[
    IcmpModule | TcpModule | HttpModule | DnsModule | ThroughputModule | SnmpModule | UpsModule | MachineModule,
    Field(discriminator="prober"),
]
BUILT_IN: dict[str, Any] = {
    "icmp": IcmpModule(prober="icmp"),
    "tcp_connect": TcpModule(prober="tcp"),
    "tcp_tls": TcpModule(prober="tcp", tls=Certificates()),
    "http_2xx": HttpModule(prober="http"),
    "snmp": SnmpModule(prober="snmp"),
    "ups": UpsModule(prober="ups"),
    "machine": MachineModule(prober="machine"),
}
"""The modules that there are without a word in the file."""


class TargetConfig(Section):
    """What is probed again and again.

    Attributes:
        name: what its metrics call it.
        target: an address, as its module's prober wants it.
        module: how it is probed.
        part: to which part it belongs.
        every_s: seconds from one attempt to the next.
        hours: at which hours of the centre's day, such as 22:00-06:00; none: at all.
        outage: what is out of order when it fails again and again; none: no event is told.
    """

    name: Name
    target: Target
    module: Name
    part: Part
    every_s: float = Field(default=30, ge=1, le=86_400)
    hours: tuple[Annotated[str, AfterValidator(_is_hours)], ...] = Field(default=(), max_length=10)
    outage: Literal["line", "portal", "software", "power"] | None = None

    def is_due_at(self, local: time) -> bool:
        """Return whether it may be probed at this time of the centre's day."""
        shown = f"{local:%H:%M}"
        spans = [each.split("-") for each in self.hours]
        # One that ends earlier than it begins goes on over midnight.
        return not spans or any(
            first <= shown < last if first < last else shown >= first or shown < last for first, last in spans
        )


class ProbesConfig(Section):
    """What is probed.

    Attributes:
        modules: how, by name; beside those that there are anyway.
        targets: what.
        allow: further targets that ``/probe`` may be asked for, exactly as they are written here.
        centre: id of the centre to which all this belongs; none: the first.
        outage_after: so many failures one after the other begin an outage.
        recovery_after: so many successes one after the other end it.
        at_once: so many attempts may be under way because ``/probe`` was asked for them.
    """

    modules: dict[Name, AnyModule] = Field(default_factory=dict)
    targets: tuple[TargetConfig, ...] = Field(default=(), max_length=100)
    allow: tuple[Target, ...] = Field(default=(), max_length=1_000)
    centre: Name | None = None
    outage_after: int = Field(default=3, ge=1, le=100)
    recovery_after: int = Field(default=2, ge=1, le=100)
    at_once: int = Field(default=16, ge=1, le=1_000)

    @property
    def module_by_name(self) -> dict[str, Any]:
        """Return all modules that there are."""
        return BUILT_IN | self.modules

    @property
    def is_empty(self) -> bool:
        """Return whether nothing can be probed."""
        return not self.targets and not self.allow

    def allows(self, target: str, module: str) -> bool:
        """Return whether ``/probe`` may be asked for a target by a module.

        What a module sends that others must not see goes only to the targets that are named with it.
        """
        if any((target, module) == (each.target, each.module) for each in self.targets):
            return True
        is_named = target in self.allow or any(target == each.target for each in self.targets)
        return is_named and not _is_confidential(self.module_by_name[module])

    @model_validator(mode="after")
    def _targets_fit(self) -> Self:
        """Refuse targets that nobody could tell apart, or that their module cannot bound."""
        modules = self.module_by_name
        for index, target in enumerate(self.targets):
            module = modules.get(target.module)
            if target.name in {earlier.name for earlier in self.targets[:index]}:
                raise MisfitError("targets", index, "name", got=target.name, expected="a name of its own")
            if module is None:
                expected = f"a module: {', '.join(modules)}"
                raise MisfitError("targets", index, "module", got=target.module, expected=expected)
            if module.timeout_s > target.every_s:
                got, expected = f"{target.every_s:g}", f"at least the module's timeout_s, {module.timeout_s:g}"
                raise MisfitError("targets", index, "every_s", got=got, expected=expected)
            if module.prober == "throughput" and (not target.hours or target.every_s < _THROUGHPUT_EVERY_S):
                got = f"every {target.every_s:g} s, {len(target.hours)} hours"
                expected = "hours at which nobody needs the line, and every_s of at least 900"
                raise MisfitError("targets", index, "hours", got=got, expected=expected)
        return self


_THROUGHPUT_EVERY_S = 900


def _is_confidential(part: object) -> bool:
    """Return whether a module, or a part of it, holds a secret, sends headers of its own, or fills in a form."""
    if isinstance(part, SecretStr):
        return part.get_secret_value() not in {"", _PUBLIC}
    if isinstance(part, BaseModel):
        return any(_is_confidential(value) for _, value in part)
    if isinstance(part, Mapping):
        return any(_is_confidential(value) for value in part.values())
    return isinstance(part, tuple | list) and any(_is_confidential(each) for each in part)
