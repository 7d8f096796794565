"""The compiled pass over a replication: all main figures at once, without Python's lock.

In: arrays of a plan, of a trace, and room to write in. Out: the figures, span by span. Invariant: `NUMBA_DISABLE_JIT=1`
runs the same functions in Python, with the same bits; floating point is added up in one order, that of time.

`whole` is the way through, one function for each kind of figure; the others are its steps. Nothing in this folder makes
an array: what has none to count is compiled in half the time.
"""
