"""What happens, and what comes first when things happen at the same tick: the definition that every engine obeys.

**The centre in a few words.** People queue from midnight on, and the doors open in the morning. Who comes in may be
guided first: somebody looks over the papers and says which counter is theirs. Then they wait until an officer is free
and has a counter. A family with three files is one visit: each file has its turn at the same counter. The officer
checks the papers; if some are missing the citizen leaves to look for them and comes again another time. Otherwise the
papers are scanned, for which there may be a wait, and uploaded over the office's one line, which everybody shares. Then
the record is received. Who submits online skips the hall: somebody at a desk checks the papers.

A received record is worked on in the back office, at one of the desks, and is then signed: at once, or at the times of
day at which records are laid before the signatory, who has a desk of their own. It is settled. If there is a result to
hand over the citizen comes for it, on a day that suits, and queues at a counter once more.

People do what they are skilled for, what their group prefers first; then urgent kinds of record come first, then who
has waited longest. They go to lunch and home when their shift ends: a citizen at the counter is served to the end all
the same, a record on a desk is put down and goes on where it was, in whosever hands. Unpractised and tired hands take
longer. Towards evening first the doors close: who comes now is sent home. Who is inside may still be called for a
while; then the others are sent home, too. Waiting costs visits before that: some turn around at the sight of the line,
some lose patience. They come again after an opening, until they have come in vain once too often.

An outage of the line holds up uploads, and with them perhaps counters; one of the portal, what is submitted online,
until it is up again. One of the software or a power cut that the batteries do not bridge holds up all work but
guidance. After some outages work goes on where it was, after others what was under way starts anew.

Below, this once more, so that two people who write it down as a program get the same numbers.

**Order.** Both engines take their order from here and share nothing else. An event has the key (tick, kind, number):
kinds in the order of `Kind`, then the number of the record, person, day or step that it is about. An event is done with
all that it causes at its own tick before the next one: first its own consequences, then `dispatch` (below). An event
that comes about for the tick at hand takes its place among those still to come, also when its kind comes earlier than
that of the event at hand. Nothing happens at `end_tick`, the tick after the last.

**Time that work takes.** Work taken up at tick t by person p takes `work * work_permille[p, day] // 1000`, for intake
then `* intake_permille[day] // 1000`, then, when hours h have passed since p's first shift of the day began, `*
fatigue_permille[h] // 1000` ticks, each division rounding down. The day is that of t; h is `(t - start) //
ticks_per_h`, at most 24; a shift that starts on another day than the one before starts the day anew. So many ticks must
pass at full speed: `finish(t, duration)` of `sim.conditions` tells when they have, for all stages but guidance, which
no machine can hold up: there it is `t + duration`. An outage of no length is not felt, and loses no work. Scanning
takes `scan_work` ticks at full speed, in anybody's hands. At a wrong counter `wrong_work` ticks of full speed pass,
whoever serves.

**People and dispatch.** Person p is on shift from the SHIFT_START of a shift whose absence draw is not below
`absence_ppm[p]` (drawn for group, member and day of the start), in [start, end); for work in the hall up to `hall_end`.
A free person is one who is not at work. Dispatch: while some free person can take something, the one with the lowest
number takes, of all that waits in the lines that they can serve now, the record of the best key (rank of the stage and
procedure in the person's group, priority, tick of joining, record). A line can be served when its stage is in the hall
and tick < hall_end, or it is not and tick < end, of the person's current shift, and when a place is free: a counter for
INTAKE and HANDOVER, a desk for CHECK and BACK_OFFICE. GUIDANCE needs none, and APPROVAL none that is shared: whoever
signs does so at a desk of their own. The place is theirs until they are free again. The current shift is the last that
has begun: where the `hall_end` of one reaches into the next, the next has taken its place.

**The hall.** A day's doors are (midnight, opening, last_entry, dispersal). A tick is *inside* a day when midnight ≤
tick < dispersal, *open* when midnight ≤ tick < last_entry. Who arrives for the hall (by ARRIVAL, for INTAKE or
HANDOVER) when it is not open is sent home. If as many as `balk_at` of that record already wait in the hall's lines
(visits in the lines of GUIDANCE, INTAKE and HANDOVER), they balk. Otherwise they join: for HANDOVER that line; else
GUIDANCE, when its work is not negative and they were not guided yet; else INTAKE. Who would join a hall's line later
(after guidance, or from a wrong counter) when the tick is not inside is sent home instead. Whoever joins a hall's line
leaves it at tick + patience (RENEGE) if not called before, where patience is not NEVER. At CLOSING, that is dispersal,
all who wait in the hall's lines are sent home.

Who is sent home, balks or reneges has come in vain once more (SENT_HOME, BALKED, RENEGED; counted per record, for
HANDOVER anew, from its settlement on). Who has done so `n_tries` times is GONE for good, at the same tick, after a
stint of no length that says how. The others arrive again at the first opening later than the present tick, plus
`return_offset`, if there is one in the period; and are guided anew only if they were not. The leader of a visit is
guided, or at a wrong counter, and nobody else: who was a follower may be so on a later visit of their own.

**A visit** is a leader with the followers that `follower` chains to it. The leader's procedure and priority stand for
the visit in a line; followers are in PARTY from the leader's arrival until their own turn. When the leader leaves for
good before INTAKE, the followers are GONE at the same tick. When a visit is called for INTAKE, and the leader has not
been to a wrong counter yet, and `wrong_draw` < `wrong_ppm[procedure, day]`, the visit is at a WRONG_COUNTER; after that
it joins the line of INTAKE again. Otherwise each of its records in turn has its INTAKE. When its papers are incomplete
(`incomplete_draw` < `incomplete_ppm[procedure, day]` on the day when work is done, not found so before), the record
leaves with SUPPLEMENT. Otherwise it is scanned, if `scan_work` > 0: a free scanner is taken at once, without a stint of
WAIT_SCANNER, or waited for (WAIT_SCANNER; first who has the lowest (tick of asking, record)); it is given back when
scanning ends, and then taken at once by who waits first. Then its files are uploaded, if `upload_bit` > 0; when the
link holds the counter, the next record's turn comes when they are through, otherwise at once. A record is received when
its upload is through, or at once without one. The officer is free when the last record's turn is over.

SUPPLEMENT lasts `supplement_delay` ticks, COLLECT `collect_delay`; a visit for either arrives then, if that tick is
open and not before the day's opening, otherwise at the first opening from that tick on plus `return_offset`, if there
is one. It is then a visit of that record alone: for HANDOVER when the record is settled, else for INTAKE.

**Online.** A leader whose `channel_draw` < `online_ppm[procedure, day]` of its arrival, and each of its followers with
it, is submitted without a visit, all in the leader's ARRIVAL. While the portal is down, each waits (WAIT_PORTAL) until
the tick at which it is up again, with an ARRIVAL of its own. Then it joins CHECK, if that work is not negative; else it
is received at once (and has no stint at all, if no other stage is in its route). In
CHECK, incomplete papers (as at the counter) lead to SUPPLEMENT; after `supplement_delay` it arrives again online, and
its second CHECK is the whole work again, also when the first was put down on the way.

**The back office.** A received record joins BACK_OFFICE, then APPROVAL, each if its work is not negative. Before
APPROVAL, if the plan has signings, it waits (WAIT_SIGNING) for the next SIGNING to happen, at the same tick or later;
all that waited join the line at the tick of the SIGNING. Without signings it joins the line at once. A record is
settled when the last of these is done, or when it is received if it has none. If it has HANDOVER, it is in COLLECT; its
HANDOVER ends the visit and all that is told. Work in CHECK, BACK_OFFICE and APPROVAL that would finish later than the
end of the person's shift (`finish` > end) is put down at SHIFT_END; what remains is `-(-work * (duration - done) //
duration)`, where `done` is `progress(taken up, end)` of `sim.conditions`, at most `duration`; the record is again in
its line, with the tick of joining that it had. (Work at hand in a shift never lasts into the next: a person's shifts do
not overlap.) In the hall a visit at hand is finished, also past the end of the shift and of the day.

**Records of the first day** (`entry` not NEVER) arrive at tick 0, in the order of their numbers, straight into the line
of their stage, whose tick of joining is their `arrival` (≤ 0), as are the start of their first stint and, unless the
stage is CHECK, the tick of their receipt. Those in CHECK are online.

**The link.** All transfers under way share it equally. Each ends at the first whole tick at which its last bit has
passed, also when the link goes down at that tick. At each start, end and step, `passed` grows by `(tick - since) *
bit_per_tick / n_under_way` in floating point, in this order; it is 0 while nothing is under way. A transfer has passed
when `passed` has grown by its size: the one with the lowest such target (then the lowest record) ends next, after
`ceil((target - passed) * n_under_way / bit_per_tick)` ticks, at once when nothing is missing. At a step that loses
work, every transfer under way that has not ended starts anew: its target is `passed` (after growing) plus its size. A
transfer that is through at that very tick has ended, for TRANSFER_END comes before LINK_STEP.

The rules behind the order: what ends comes before what begins, and who leaves before who comes; so work that ends with
the shift is finished, and who is called at the tick at which their patience ends has been called.
"""

from enum import IntEnum


class Kind(IntEnum):
    """Kinds of event in the order in which they happen within a tick, and what their number is."""

    TRANSFER_END = 2  # record
    LINK_STEP = 3  # step
    WORK_END = 4  # record; also the end of scanning
    SHIFT_END = 5  # person
    RENEGE = 6  # record
    CLOSING = 7  # day, in the order of the doors
    SIGNING = 8  # index of the signing
    SHIFT_START = 9  # person
    ARRIVAL = 10  # record
