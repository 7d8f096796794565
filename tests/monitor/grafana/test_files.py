"""The files around rules and dashboards: scrape configurations, containers, what is copied where, the pages' list."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.promql import rules_in


def read_yaml(path: Path) -> Any:
    """Return the content of a YAML file."""
    return YAML(typ="safe").load(path)


def promtool(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Return the finished promtool."""
    return subprocess.run(["promtool", *arguments], capture_output=True, text=True, encoding="utf-8", check=False)


@pytest.mark.server("promtool")
@pytest.mark.parametrize(("word", "status"), [("scrape_configs", 0), ("scrape_config", 1)])
def test_promtool_judges_the_discovery(grafana: Path, tmp_path: Path, word: str, status: int) -> None:
    """Prometheus' own checker accepts the scrape configuration for many centres, and no misspelt one."""
    text = (grafana / "prometheus/discovery.yml").read_text(encoding="utf-8")
    (tmp_path / "discovery.yml").write_text(text.replace("scrape_configs", word), encoding="utf-8")
    finished = promtool("check", "config", "--syntax-only", tmp_path / "discovery.yml")
    assert finished.returncode == status, finished.stdout + finished.stderr


def test_every_way_of_discovery_is_shown(grafana: Path) -> None:
    """Prometheus is shown static targets, targets in a file, and those that the service tells; the file is there."""
    jobs = read_yaml(grafana / "prometheus/discovery.yml")["scrape_configs"]
    ways = {way for job in jobs for way in job if way.endswith("_configs") and way != "relabel_configs"}
    assert ways == {"http_sd_configs", "static_configs", "file_sd_configs"}
    (pattern,) = next(job["file_sd_configs"][0]["files"] for job in jobs if "file_sd_configs" in job)
    files = sorted((grafana / "prometheus").glob(pattern))
    targets = [entry for path in files for entry in read_yaml(path)]
    assert len(targets) > 1
    assert all(set(entry["labels"]) == {"commune", "province"} for entry in targets)


def test_the_containers_have_what_they_mount(grafana: Path) -> None:
    """Each service of the compose file has an image with a version, and mounts files that are there, read-only."""
    content = read_yaml(grafana / "compose.yaml")
    assert set(content["services"]) == {"prometheus", "alertmanager", "grafana"}
    for name, service in content["services"].items():
        assert re.fullmatch(r"docker\.io/[\w/-]+:v?\d+\.\d+\.\d+", service["image"]), name
        assert service["network_mode"] == "host"
        for volume in service["volumes"]:
            source, _, rest = volume.partition(":")
            if source.startswith("./"):
                assert (grafana / source).is_dir()
                assert rest.endswith(":ro")
            else:
                assert source in content["volumes"]
        inside = [rest for volume in service["volumes"] if (rest := volume.partition(":")[2])]
        for option in service.get("command", ()):
            if option.startswith("--config.file="):
                path = option.partition("=")[2]
                assert any(path.startswith(f"{folder.removesuffix(':ro')}/") for folder in inside)
                assert (grafana / name / Path(path).name).is_file()


def test_the_dashboards_are_copied_to_where_grafana_looks(grafana: Path) -> None:
    """The folder that is provisioned is the one that instructions and containers bring the dashboards to."""
    (provider,) = read_yaml(grafana / "provisioning/dashboards/peakweek.yaml")["providers"]
    folder = provider["options"]["path"]
    assert f"dashboards/vi {folder}/" in (grafana / "README.md").read_text(encoding="utf-8")
    assert f"./dashboards:{folder}:ro" in read_yaml(grafana / "compose.yaml")["services"]["grafana"]["volumes"]


def test_the_list_of_pages_is_that_of_the_alerts(grafana: Path, project_root: Path) -> None:
    """The list names each alert with its severity and team."""
    text = (project_root / "docs/runbooks/README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| \[(\w+)\]\(\1\.md\) \| (\w+) \| (\w+) \| .+ \|$", text, re.MULTILINE)
    rules = [rule for rule in rules_in(grafana / "prometheus/rules") if "alert" in rule]
    told = [(rule["alert"], rule["labels"]["severity"], rule["labels"]["team"]) for rule in rules]
    assert sorted(listed) == sorted(told)
