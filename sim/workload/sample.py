"""Draws a replication.

Place in the pipeline: where a workload is made. In: a scenario, a seed and the number of the replication. Out: a
`Workload`. Invariant: the same three give the same draws, in any order and on any number of processors.
"""

from sim.scenario import Scenario
from sim.scenario.people import Stage
from sim.streams import Purpose, Streams
from sim.workload.asked import BALK_AT, COLLECT_DELAY, PATIENCE, RETURN_OFFSET, SCAN, SUPPLEMENT_DELAY, UPLOAD
from sim.workload.failures import absence, outages
from sim.workload.records import Records
from sim.workload.rows import Workload
from sim.workload.visits import visits


def sample(scenario: Scenario, *, seed: int, replication: int) -> Workload:
    """Return the draws of one replication of the scenario's world."""
    streams = Streams(seed, replication)
    come = visits(scenario, streams)
    records = Records(scenario, streams, come)
    drawn = records.by_law()
    return Workload(
        seed=seed,
        replication=replication,
        arrival=come.arrival[records.visit],
        entry=records.entry,
        follower=records.follower(),
        leads=records.member == 0,
        procedure=records.procedure,
        priority=records.priority(),
        channel_draw=records.millionths(Purpose.CHANNEL),
        wrong_draw=records.millionths(Purpose.WRONG_COUNTER),
        incomplete_draw=records.millionths(Purpose.INCOMPLETE),
        work=drawn[: len(Stage)],
        scan_work=drawn[SCAN],
        upload_bit=drawn[UPLOAD],
        patience=drawn[PATIENCE],
        balk_at=drawn[BALK_AT],
        n_tries=records.n_tries(),
        return_offset=drawn[RETURN_OFFSET],
        supplement_delay=drawn[SUPPLEMENT_DELAY],
        collect_delay=drawn[COLLECT_DELAY],
        absence_draw=absence(scenario, streams),
        outages=outages(scenario, streams),
    )
