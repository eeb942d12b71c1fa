"""What the launcher says on the terminal, and how it refuses."""

import contextlib
import sys


class Refusal(Exception):
    """The stack cannot start; the text is one plain sentence with what to do about it."""


def say(line: str) -> None:
    """Print one line at once; a terminal that has gone away is no reason to stop the stack."""
    with contextlib.suppress(OSError):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
