"""An outage drill: faults that are made for real, one after the other, and the alert that each must raise alone.

Place in the pipeline: under the command `drill`. In: a service, the stack around it, and targets that can be broken.
Out: what was raised, seen and let go. Invariant: a fault is mended before the next begins, also where its alert did
not come.
"""

from monitor.drill.boards import Boards, Sign
from monitor.drill.errors import DrillError
from monitor.drill.steps import Outcome, Step, drilled, steps
from monitor.drill.targets import Targets

__all__ = ["Boards", "DrillError", "Outcome", "Sign", "Step", "Targets", "drilled", "steps"]
