"""Keeps a file to one run, as long as the run has it locked.

In: an open file. Out: whether nobody else has locked it. Invariant: a lock ends with the process that holds it, however
that one ends, and no file is left behind by it.
"""

import sys
from typing import IO

_FAR = 1 << 62  # on Windows what is locked cannot be read, so a byte is locked where none will ever be

if sys.platform == "win32":
    import msvcrt

    def lock(file: IO[bytes]) -> bool:
        """Return whether the file is ours now."""
        return _locked(file, msvcrt.LK_NBLCK)

    def unlock(file: IO[bytes]) -> None:
        """Leave the file to others."""
        _locked(file, msvcrt.LK_UNLCK)

    def _locked(file: IO[bytes], mode: int) -> bool:
        place = file.tell()
        file.seek(_FAR)
        try:
            msvcrt.locking(file.fileno(), mode, 1)
        except OSError:
            return False
        finally:
            file.seek(place)
        return True

else:
    import fcntl

    def lock(file: IO[bytes]) -> bool:
        """Return whether the file is ours now."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:  # a file system without locks, as some networks have: nobody can be kept out
            return True
        return True

    def unlock(file: IO[bytes]) -> None:
        """Leave the file to others."""
        fcntl.flock(file, fcntl.LOCK_UN)
