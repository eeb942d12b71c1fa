"""The wish of a person to stop the stack."""

import os
import select
import signal
from types import FrameType


class Signals:
    """The wish to stop, as the terminal, `kill` or a closed window bring it."""

    def __init__(self) -> None:
        self.count = 0
        self._awake, self._wake = os.pipe()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # nohup lets SIGHUP be ignored, and means it.
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._note)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.count += 1
        os.write(self._wake, b"!")

    def wait(self, seconds: float) -> bool:
        """Wait so long, or until somebody wishes to stop; say whether somebody does."""
        if not self.count:
            select.select([self._awake], [], [], seconds)
        return self.count > 0

    def hurry(self) -> bool:
        """Say whether somebody wished it twice."""
        return self.count > 1
