"""Draws a replication.

Place in the pipeline: where a workload is made. In: a scenario, a seed and the number of the replication. Out: a
`Workload`. Invariant: the same three give the same draws, in any order and on any number of processors.
"""

from sim.scenario import Scenario
from sim.streams import Purpose, Streams
from sim.timebase import NEVER
from sim.workload.failures import absence, outages
from sim.workload.records import Records
from sim.workload.rows import Workload
from sim.workload.visits import visits

_S_PER_MIN, _S_PER_H = 60, 3600


def sample_workload(scenario: Scenario, *, seed: int, replication: int) -> Workload:
    """Return the draws of one replication of the scenario's world.

    >>> from sim.scenario import read_scenario
    >>> scenario = read_scenario("scenarios/tho-xuan.yaml")
    >>> one, again = (sample_workload(scenario, seed=1, replication=0) for _ in range(2))
    >>> bool((one.arrival == again.arrival).all())
    True
    """
    streams = Streams(seed, replication)
    come = visits(scenario, streams)
    records = Records(scenario, streams, come)
    scan_work, upload_bit = records.scan_and_upload()
    return Workload(
        seed=seed,
        replication=replication,
        arrival=come.arrival[records.visit],
        entry=come.entry[records.visit],
        follower=records.follower(),
        leads=records.member == 0,
        procedure=records.procedure,
        priority=records.priority(),
        channel_draw=records.millionths(Purpose.CHANNEL),
        wrong_draw=records.millionths(Purpose.WRONG_COUNTER),
        incomplete_draw=records.millionths(Purpose.INCOMPLETE),
        work=records.work(),
        scan_work=scan_work,
        upload_bit=upload_bit,
        patience=records.delay(Purpose.PATIENCE, unit_s=_S_PER_MIN, without=NEVER),
        balk_at=records.balk_at(),
        n_tries=records.n_tries(),
        return_offset=records.delay(Purpose.RETURN_OFFSET, unit_s=_S_PER_MIN, without=0),
        supplement_delay=records.delay(Purpose.SUPPLEMENT_DELAY, unit_s=_S_PER_H, without=0),
        collect_delay=records.delay(Purpose.COLLECT_DELAY, unit_s=_S_PER_H, without=0),
        absence_draw=absence(scenario, streams),
        outages=outages(scenario, streams),
    )
