"""The log as files that other tools read: CSV, Parquet, XES and OCEL.

Place in the pipeline: beside `store`; a service may run meanwhile. In: a place, and which events are wanted. Out: one
file. Invariant: a file is whole or not there; what it holds is the log as it was at one instant.
"""

from monitor.export.formats import FORMATS, ExportError, export
from monitor.export.selection import Selection, chosen

__all__ = ["FORMATS", "ExportError", "Selection", "chosen", "export"]
