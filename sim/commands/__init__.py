"""What `peakweek` can be asked to do, a file for each command.

In: parsed arguments. Out: text on standard output, files in a folder. Invariant: nothing of the model is loaded
until a command runs, so that ``--help`` answers at once.
"""
