"""The two forms of the report: HTML by Jinja, PDF by Typst.

In: a `Paper`. Out: text, or bytes. Invariant: neither loads anything, uses a font of the machine, or reads a clock; the
same paper gives the same bytes.
"""

import json
from dataclasses import asdict
from functools import lru_cache
from importlib.resources import files

import jinja2
import typst

from sim.language import fonts_folder
from sim.report.leaders.paper import Paper

FONT = "DejaVu Sans"  # has Vietnamese and Arabic
_TEMPLATES = "sim.report"


def to_html(paper: Paper) -> str:
    """Return the report as one page that needs nothing else to be opened."""
    loader = jinja2.PackageLoader(_TEMPLATES, "templates")
    environment = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined)
    return environment.get_template("leaders.html.j2").render(paper=paper)


def to_pdf(paper: Paper) -> bytes:
    """Return the report as a tagged PDF that carries its fonts."""
    template = files(_TEMPLATES).joinpath("templates", "leaders.typ").read_bytes()
    found = typst.compile(
        template,
        font_paths=_fonts(),
        sys_inputs={"paper": json.dumps(asdict(paper), ensure_ascii=False)},
        timestamp=0,
        pdf_standards="ua-1",
    )
    if not isinstance(found, bytes):
        raise TypeError(f"Typst gave {type(found).__name__}, not a document")
    return found


@lru_cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(fonts_folder())])
