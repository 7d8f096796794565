"""What the service understands and shows, in words, made from the tables that the program itself uses.

Place in the pipeline: beside the API. Out: Markdown. Invariant: a kind of event or a metric that exists is in it.
"""

from inspect import getdoc

from monitor.collector import FAMILIES
from monitor.events import VOCABULARY, Happening
from monitor.service import SERVICE_FAMILIES


def glossary() -> str:
    """Return the tables of events and metrics as one Markdown page."""
    events = ["| type | fields | means |", "|---|---|---|", *map(_event_row, VOCABULARY.items())]
    metrics = ["| metric | kind | labels | means |", "|---|---|---|---|"]
    for family in (*FAMILIES, *SERVICE_FAMILIES):
        labels = ", ".join(f"`{label}`" for label in family.labels)
        metrics.append(f"| `{family.name}` | {family.kind} | {labels} | {family.help} |")
    head = "# Events and metrics\n\nMade by `peakweek-monitor glossary`.\n"
    return "\n".join((head, "## Events", "", *events, "", "## Metrics", "", *metrics, ""))


def _event_row(entry: tuple[str, type[Happening]]) -> str:
    type_, happening = entry
    fields = ", ".join(
        f"`{name}`" + ("" if field.is_required() else " (optional)") for name, field in happening.model_fields.items()
    )
    return f"| `{type_}` | {fields} | {getdoc(happening)} |"
