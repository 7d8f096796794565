"""The configuration of probes: what is wrong is told on one line, and no secret is shown."""

from pathlib import Path

import pytest

from monitor.config import Config, read_config
from monitor.config.probes import ProbesConfig
from sim import parse_document
from sim.errors import ConfigError

ONE = "{name: a, target: 192.0.2.1, module: icmp, part: line}"
FILL = "modules: {fill: {prober: throughput}}"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"targets: [{ONE}, {ONE}]", "probes.targets[1].name: found a; expected a name of its own"),
        (f"targets: [{ONE.replace('icmp', 'ping')}]", "found ping; expected a module: icmp, tcp_connect"),
        (f"targets: [{ONE.replace('line', 'lin')}]", "did you mean line?"),
        ("targets: [{name: a, target: 192.0.2.1, module: icmp, part: line, every_s: 2}]", "at least the module's"),
        (
            f"{FILL}\n  targets: [{ONE.replace('icmp', 'fill').replace('}', ', every_s: 60}')}]",
            "expected hours at which",
        ),
        ("targets: [{name: a, target: b, module: icmp, part: line, hours: ['19:00-19:00']}]", "such as 19:00-21:30"),
        ("modules: {a: {prober: htp}}", "did you mean http?"),
        ("modules: {a: {prober: http, timeout: 3}}", "did you mean timeout_s?"),
        ("modules: {a: {prober: snmp, user: {name: b, auth: SHA}}}", "the password for auth"),
        ("modules: {a: {prober: snmp, user: {name: b, priv: AES, priv_password: c}}}", "both, or auth alone"),
        ("centre: other", "probes.centre: found other; expected one of: centre"),
        ("allow: ['https://somebody:secret@example.org/']", "an address with user or password"),
    ],
)
def test_what_is_wrong_is_told(text: str, told: str) -> None:
    """Each mistake is one line that names the field, what was found and what is expected; no password is repeated."""
    with pytest.raises(ConfigError) as caught:
        parse_document(f"probes:\n  {text}\n", "monitor.yaml", Config, ConfigError)
    assert told in str(caught.value)
    assert "secret" not in str(caught.value)


def test_no_secret_is_shown() -> None:
    """What is kept from others is not in what the service shows of its configuration."""
    text = """probes:
  modules:
    a: {prober: http, headers: {Authorization: hush-1}, steps: [{name: b, form: {password: hush-2}}]}
    c: {prober: snmp, community: hush-3}
    d: {prober: snmp, user: {name: e, auth: SHA, auth_password: hush-4, priv: AES, priv_password: hush-5}}
    f: {prober: ups, user: g, password: hush-6}
"""
    config = parse_document(text, "monitor.yaml", Config, ConfigError)
    assert "hush" not in str(config.model_dump(mode="json")) + repr(config)


def test_files_are_beside_the_file(tmp_path: Path) -> None:
    """A file of certificates is looked for in the configuration's folder, and must be there."""
    text = "probes: {modules: {a: {prober: http, tls: {ca_file: ours.pem}}}}\n"
    (tmp_path / "monitor.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"probes\.modules\.a\.tls\.ca_file: found .*ours\.pem, which is no file"):
        read_config(tmp_path / "monitor.yaml")
    (tmp_path / "ours.pem").write_text("", encoding="utf-8")
    module = read_config(tmp_path / "monitor.yaml").probes.modules["a"]
    assert module.model_dump()["tls"]["ca_file"] == str(tmp_path / "ours.pem")


def test_a_secret_goes_to_its_own_target_only() -> None:
    """A module that sends what others must not see may be asked for the targets that are named with it, no other."""
    config = ProbesConfig.model_validate(
        {
            "modules": {
                "log-in": {"prober": "http", "headers": {"Authorization": "Basic x"}},
                "router": {"prober": "snmp", "community": "ours"},
                "plain": {"prober": "http"},
            },
            "targets": (
                {"name": "portal", "target": "http://a.example/", "module": "log-in", "part": "province"},
                {"name": "other", "target": "http://b.example/", "module": "plain", "part": "province"},
                {"name": "router", "target": "192.0.2.1", "module": "router", "part": "centre"},
            ),
            "allow": ("http://c.example/",),
        }
    )
    allowed = {(each.target, module) for each in config.targets for module in ("log-in", "router", "plain")}
    assert {pair for pair in allowed if config.allows(*pair)} == {
        ("http://a.example/", "log-in"),
        ("192.0.2.1", "router"),
        *((each.target, "plain") for each in config.targets),
    }
    assert [config.allows("http://c.example/", module) for module in ("log-in", "plain")] == [False, True]
