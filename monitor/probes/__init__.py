"""Probes: one attempt to reach something, and what it tells.

Place in the pipeline: beside the store and the adapters. In: a target, a module and a deadline. Out: a `ProbeResult`;
failure is data, not an exception. Invariant: an attempt ends at its deadline, whatever the other side does, and what it
reads is bounded; what a kind of probe needs is imported when the first of its kind is made.

To add a kind of probe: a module of the configuration in `monitor.config.probes`, a file here with a coroutine ``probe``
as `attempt.Prober` has it, a line in `attempt.PROBERS`, and its metrics in `families`.
"""
