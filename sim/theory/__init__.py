"""What queueing theory knows exactly: the formulas that the engines are judged by, and planners may use by themselves.

In: rates, mean times, numbers of servers. Out: probabilities, mean times and numbers. Beside the pipeline: nothing here
simulates, and no engine knows of it. All rates and times of a call are in one unit, whichever it is.

`erlang` has one line and many servers, `single_server` any law of service, `networks` several stations, `varying`
demand and staff that change during the day, and `staffing` the rules of thumb for how many servers such a day needs.
"""

from sim.theory.erlang import (
    LineFigures,
    erlang_a,
    erlang_b,
    erlang_c,
    erlang_c_wait,
    erlang_c_wait_quantile,
    mm_c_k,
)
from sim.theory.networks import NetworkFigures, Route, Station, infinite_servers_p, open_network
from sim.theory.single_server import (
    Traffic,
    batch_wait,
    cobham,
    pollaczek_khinchine,
    processor_sharing_sojourn,
    vacation_wait,
)
from sim.theory.staffing import modified_offered_load_staffing, offered_load, sipp_staffing, step_means
from sim.theory.varying import Course, forward

__all__ = [
    "Course",
    "LineFigures",
    "NetworkFigures",
    "Route",
    "Station",
    "Traffic",
    "batch_wait",
    "cobham",
    "erlang_a",
    "erlang_b",
    "erlang_c",
    "erlang_c_wait",
    "erlang_c_wait_quantile",
    "forward",
    "infinite_servers_p",
    "mm_c_k",
    "modified_offered_load_staffing",
    "offered_load",
    "open_network",
    "pollaczek_khinchine",
    "processor_sharing_sojourn",
    "sipp_staffing",
    "step_means",
    "vacation_wait",
]
