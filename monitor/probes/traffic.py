"""Rates from two looks at a device's counters.

Place in the pipeline: after the SNMP prober. In: two results and the seconds between them. Out: samples. Invariant: a
counter that wrapped has gone on, a device that restarted has begun anew and has no rate yet.
"""

from collections.abc import Iterator, Mapping
from math import inf, isnan, nan

from monitor.probes.result import ProbeResult, Sample

_COUNTERS = {"in": (("ifHCInOctets", 64), ("ifInOctets", 32)), "out": (("ifHCOutOctets", 64), ("ifOutOctets", 32))}
_HUNDREDTHS = 100
_SLACK_S = 5.0
_UNKNOWN_SPEED = 2**32 - 1
_MOST_PLAUSIBLE_RATIO = 1.5


def rates(
    before: ProbeResult, after: ProbeResult, seconds: float, contracted_bit_per_s: Mapping[str, float]
) -> Iterator[Sample]:
    """Yield the bytes a second of each interface and direction, and the share that this is of what was contracted.

    Args:
        before: the earlier look.
        after: the later one.
        seconds: from one to the other, above 0.
        contracted_bit_per_s: by the name of the interface; an interface that is not there has its own speed.
    """
    if seconds <= 0 or _has_restarted(before, after, seconds):
        return
    for labels in dict.fromkeys(sample.labels for sample in after.samples if sample.name == "ifOperStatus"):
        name, own_bit_per_s = labels[2] or labels[1], _speed_bit_per_s(after, labels)
        speed = contracted_bit_per_s.get(name, own_bit_per_s)
        for direction, counters in _COUNTERS.items():
            byte_per_s = _growth(before, after, counters, labels) / seconds
            # A counter that alone was set back looks as if it had wrapped, and carried more than the interface can.
            if isnan(byte_per_s) or byte_per_s * 8 > (own_bit_per_s or inf) * _MOST_PLAUSIBLE_RATIO:
                continue
            yield Sample("peakweek_probe_interface_bytes_per_second", (name, direction), byte_per_s)
            if speed:
                ratio = byte_per_s * 8 / speed
                yield Sample("peakweek_probe_interface_utilisation_ratio", (name, direction), ratio)


def _has_restarted(before: ProbeResult, after: ProbeResult, seconds: float) -> bool:
    """Return whether the device began anew between the two looks; its own clock wraps after 497 days."""
    earlier, later = before.value("sysUpTime"), after.value("sysUpTime")
    if earlier is None or later is None:
        return True
    passed_s = ((later - earlier) % 2**32) / _HUNDREDTHS
    return abs(passed_s - seconds) > _SLACK_S + 0.1 * seconds


def _growth(
    before: ProbeResult, after: ProbeResult, counters: tuple[tuple[str, int], ...], labels: tuple[str, ...]
) -> float:
    """Return how much the widest counter has grown, also past its end; not a number where none was there both times."""
    for counter, bits in counters:
        earlier, later = before.value(counter, *labels), after.value(counter, *labels)
        if earlier is not None and later is not None:
            return (later - earlier) % float(2**bits)
    return nan


def _speed_bit_per_s(result: ProbeResult, labels: tuple[str, ...]) -> float:
    """Return what the interface says that it can carry; 0 where it says nothing."""
    if high := result.value("ifHighSpeed", *labels):
        return high * 1e6
    speed = result.value("ifSpeed", *labels) or 0.0
    return 0.0 if speed == _UNKNOWN_SPEED else speed
