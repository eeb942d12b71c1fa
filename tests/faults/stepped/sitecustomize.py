"""Lets every program of a stack read a clock that somebody sets: CLOCK_STEPS names the file that says by how much.

Python runs this at its start where PYTHONPATH leads here. The program reads the machine's time in one place only; the
libraries below it keep the machine's own.
"""

import os
from datetime import datetime, timedelta
from pathlib import Path

from backend import clock

machine = clock.real_now
steps = Path(os.environ["CLOCK_STEPS"])


def stepped() -> datetime:
    """Return what the machine's clock would say after it was set."""
    return machine() + timedelta(seconds=float(steps.read_text() or 0))


clock.real_now = stepped
