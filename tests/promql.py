"""Reads rules and PromQL: which series and labels an expression names, judged by what the service declares."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import promql_parser
from ruamel.yaml import YAML

from monitor.collector import FAMILIES
from monitor.probes.families import PROBE_FAMILIES, SCHEDULE_LABELS
from monitor.service import SERVICE_FAMILIES

TARGET_LABELS = frozenset({"instance", "job", "commune", "province"})
PROMETHEUS = {"up": frozenset[str](), "ALERTS": frozenset({"alertname", "alertstate", "severity", "team"})}

Rule = dict[str, Any]


def rules_in(folder: Path) -> list[Rule]:
    """Return every rule of every group of the files in a folder."""
    files = [YAML(typ="safe").load(path) for path in sorted(folder.glob("*.yml"))]
    return [rule for content in files for group in content["groups"] for rule in group["rules"]]


def scraped() -> dict[str, frozenset[str]]:
    """Return the labels of every series that a scrape gives, and of those that Prometheus writes by itself."""
    series = dict(PROMETHEUS)
    for family in (*FAMILIES, *SERVICE_FAMILIES):
        labels = frozenset(family.labels)
        if family.kind == "histogram":
            series |= {f"{family.name}_{part}": labels for part in ("sum", "count")}
            series[f"{family.name}_bucket"] = labels | {"le"}
        else:
            series[family.name] = labels
    return series | {family.name: frozenset({*family.labels, *SCHEDULE_LABELS}) for family in PROBE_FAMILIES}


def selectors(expression: str) -> dict[str, set[str]]:
    """Return the series that an expression selects, each with the labels that it is matched by."""
    found: dict[str, set[str]] = {}
    for node in _nodes(promql_parser.parse(expression)):
        if isinstance(node, promql_parser.VectorSelector):
            found.setdefault(node.name, set()).update(matcher.name for matcher in node.matchers.matchers)
    return found


def grouped(expression: str) -> set[str]:
    """Return the labels that an expression groups, matches or joins by."""
    words = re.findall(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)", expression)
    return {label for group in words for label in re.findall(r"\w+", group)}


def wrong_names(expression: str, series: Mapping[str, frozenset[str]], legend: str = "") -> list[str]:
    """Return each series and label of an expression and its legend that does not exist."""
    asked = selectors(expression)
    found = [f"no series {name}" for name in sorted(asked) if name not in series]
    for name, labels in asked.items():
        unknown = labels - TARGET_LABELS - series.get(name, labels)
        found += [f"no label {label} of {name}" for label in sorted(unknown)]
    known = TARGET_LABELS.union(*(series.get(name, frozenset()) for name in asked))
    used = grouped(expression) | set(re.findall(r"{{\s*(\w+)\s*}}", legend))
    return found + [f"no label {label}" for label in sorted(used - known)]


def _nodes(node: Any) -> Iterator[Any]:
    """Yield a node of promql-parser's tree and all that is below it."""
    yield node
    for name in ("lhs", "rhs", "expr", "param", "vector_selector", "args"):
        below = getattr(node, name, None)
        for each in below if isinstance(below, list) else [below]:
            if each is not None:
                yield from _nodes(each)
