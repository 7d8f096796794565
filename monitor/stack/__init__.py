"""Prometheus, Alertmanager and Grafana around a service, from the system's packages, as long as a block lasts.

Place in the pipeline: under the commands `stack` and `drill`, and their tests. In: the pack, a folder that ships
beside the program, and the service's address. Out: running servers with the pack's own rules, routes and dashboards.
Invariant: what is changed for the occasion is written to a folder that goes; the pack itself is only read.
"""

from monitor.stack.pack import Pace, Pack, PackError
from monitor.stack.receiver import Heard, Receiver
from monitor.stack.running import Ports, Stack, StackError, stacked

__all__ = ["Heard", "Pace", "Pack", "PackError", "Ports", "Receiver", "Stack", "StackError", "stacked"]
