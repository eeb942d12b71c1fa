"""What the doctor says of one thing that was looked at."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `wrong` is empty when it is in order, else `remedy` says what to do."""

    part: str
    wrong: str = ""
    remedy: str = ""
