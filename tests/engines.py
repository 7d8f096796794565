"""The engines that are judged, each by the same tests."""

from typing import get_args

from sim.engine import EngineName

ENGINES: tuple[EngineName, ...] = ("reference", "compiled")

assert set(ENGINES) <= set(get_args(EngineName))
