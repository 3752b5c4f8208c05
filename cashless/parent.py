"""End a process when the one that started it is gone.

A supervisor that dies by ``kill -9`` cannot stop its children. They look twice a second whether
they still have the same parent, and end themselves in the ordinary way when they do not.
"""

import os
import signal
import threading
import time

_LOOK_SECONDS = 0.5


def end_with_parent() -> None:
    """Send this process SIGTERM once its parent is gone."""
    parent = os.getppid()
    threading.Thread(target=_watch, args=(parent,), name="parent", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
