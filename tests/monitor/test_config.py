"""The monitor's configuration: defaults, a file, and what is said about a wrong one."""

from pathlib import Path

import pytest

from monitor.config import Config, read_config
from sim.errors import ConfigError


def test_no_file_means_the_defaults() -> None:
    """The service works without a configuration, on loopback only."""
    config = read_config(None)
    assert config == Config()
    assert (config.listen.host, config.listen.port) == ("127.0.0.1", 8080)


def test_a_file_is_read_and_its_store_is_beside_it(tmp_path: Path) -> None:
    """A relative name of the log is relative to the file that names it, not to the working folder."""
    path = tmp_path / "monitor.yaml"
    (tmp_path / "log").mkdir()
    path.write_text(
        "listen: {host: 0.0.0.0, port: 9000}\nstore: log/events.sqlite\nwaiting_limit_s: 1200\n"
        "centre: {id: tho-xuan, name: Thọ Xuân, time_zone: Asia/Ho_Chi_Minh}\nlimits: {body_bytes: 4096}\n",
        encoding="utf-8",
    )
    config = read_config(path)
    assert config.store == tmp_path / "log" / "events.sqlite"
    assert config.centre.name == "Thọ Xuân"
    assert config.limits.body_bytes == 4096


WRONG = {
    "unknown": ("lisen: {port: 1}\n", "1: lisen: found an unknown field; expected one of: listen, store"),
    "near name": ("listen: {prot: 1}\n", "(did you mean port?)"),
    "text port": ("listen:\n  port: '80'\n", "2: listen.port: found '80'; expected a whole number"),
    "port": ("listen: {port: 70000}\n", "listen.port: found 70000; expected a number of at most 65,535"),
    "zone": (
        "centre: {time_zone: Asia/Thanh_Hoa}\n",
        "centre.time_zone: found 'Asia/Thanh_Hoa'; expected an IANA time",
    ),
    "zone folder": ("centre: {time_zone: America}\n", "centre.time_zone: found 'America'; expected an IANA time zone"),
    "zone path": ("centre: {time_zone: ../etc}\n", "centre.time_zone: found '../etc'; expected an IANA time zone"),
    "id": ("centre: {id: Thọ Xuân}\n", "centre.id: found 'Thọ Xuân'; expected text that should match pattern"),
    "limit": ("waiting_limit_s: 0\n", "waiting_limit_s: found 0; expected a number above 0"),
    "infinite": ("waiting_limit_s: .inf\n", "waiting_limit_s: found inf; expected a finite number"),
    "server": (
        "store: mysql://user:secret@db/log\n",
        "store: found mysql://…; expected the name of an SQLite file, or postgresql://...",
    ),
    "no name": ("store: ''\n", "store: found ''; expected the name of an SQLite file, or postgresql://..."),
    "number": ("store: 5\n", "store: found 5; expected the name of an SQLite file, or postgresql://..."),
    "no folder": ("store: none/log\n", "none/log, whose folder is not there; expected a file, there or not yet,"),
    "folder": ("store: .\n", ", a folder; expected a file, there or not yet, in a folder that is"),
    "no scenario": ("prediction: {scenario: x.yaml}\n", "x.yaml, which is no file; expected a scenario file"),
    "body": ("limits: {body_bytes: 10}\n", "limits.body_bytes: found 10; expected a number of at least 1,024"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_field_is_told_on_one_line(tmp_path: Path, case: str) -> None:
    """File, line, field, what was found and what was expected."""
    text, expected = WRONG[case]
    path = tmp_path / "monitor.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_config(path)
    assert str(caught.value).startswith(f"{path}:")
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)
