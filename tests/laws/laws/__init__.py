"""Laws that hold on every trace, whatever the scenario, the plan and the draws.

`check_laws` asks each of them. They are said in terms of the trace, the workload and the plan alone; nothing of an
engine, nor of what engines are given beside these, is used, so that they judge every engine. Where things happen at the
same tick, a trace does not tell which came first: there a law asks only for what holds in either order.
"""

from sim.plan import Plan
from sim.trace import Trace
from tests.laws.laws.hall import check_balking, check_hall
from tests.laws.laws.life import check_areas, check_conservation, check_lives
from tests.laws.laws.lines import check_lines, check_nobody_idle
from tests.laws.laws.link import check_bits
from tests.laws.laws.people import (
    check_lowest_number,
    check_one_place,
    check_persons,
    check_places,
    check_scanners,
    check_shifts,
)
from tests.laws.laws.route import check_parties, check_routes, check_signings
from tests.laws.laws.told import Told
from tests.laws.laws.work import check_work

__all__ = ["LAWS", "check_laws"]

LAWS = (
    check_lives,
    check_routes,
    check_parties,
    check_signings,
    check_persons,
    check_conservation,
    check_areas,
    check_hall,
    check_balking,
    check_one_place,
    check_shifts,
    check_places,
    check_scanners,
    check_lowest_number,
    check_lines,
    check_nobody_idle,
    check_work,
    check_bits,
)


def check_laws(trace: Trace, plan: Plan) -> None:
    """Raise AssertionError unless every law holds."""
    told = Told(trace, plan)
    for law in LAWS:
        law(told)
