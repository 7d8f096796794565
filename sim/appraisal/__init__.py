"""What to buy first, what it is worth, and how sure that is: the numbers of the leaders' report.

In: a scenario, options among its plans, and what simulates. Out: a frozen `Appraisal` of plain numbers. Invariant: all
options meet the same demand and the same bad luck; what is said of several together was simulated together.
"""

from sim.appraisal.appraise import OPTIONS, PICTURED, WORLDS, Run, appraise
from sim.appraisal.assumptions import values_of
from sim.appraisal.estimate import Estimate, Payback, estimate, payback
from sim.appraisal.options import Choices, Clash, Setting, choices, merged, settings
from sim.appraisal.order import Interaction, Step, advised, buying_order, interactions
from sim.appraisal.result import Appraisal, DayBand, Judged, Sensitivity
from sim.appraisal.sensitivity import Swing, shares

__all__ = [
    "OPTIONS",
    "PICTURED",
    "WORLDS",
    "Appraisal",
    "Choices",
    "Clash",
    "DayBand",
    "Estimate",
    "Interaction",
    "Judged",
    "Payback",
    "Run",
    "Sensitivity",
    "Setting",
    "Step",
    "Swing",
    "advised",
    "appraise",
    "buying_order",
    "choices",
    "estimate",
    "interactions",
    "merged",
    "payback",
    "settings",
    "shares",
    "values_of",
]
