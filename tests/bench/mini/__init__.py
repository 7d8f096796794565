"""The mini-centre: one small model in our engine, in a loop of C, and in other simulators."""
