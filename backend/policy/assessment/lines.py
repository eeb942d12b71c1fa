"""The monitoring line (监测线): one number a year and county, in the policy."""

import re
from dataclasses import dataclass

from backend.policy.rules import Policy

_KEY = re.compile(r"monitoring_line_(\d{4})")


@dataclass(frozen=True)
class Line:
    """The line for a year, in 元 a head and year; `of_year` is an earlier one while the year's own is not published."""

    yuan: int
    of_year: int

    def in_words(self, year: int) -> str:
        """Say the line, and which year's it is when it is not this year's."""
        if self.of_year == year:
            return f"{year} 年监测线 {self.yuan} 元"
        return f"{year} 年监测线尚未设定，暂按 {self.of_year} 年 {self.yuan} 元"


def monitoring_line(policy: Policy, year: int) -> Line:
    """Return the county's line for a year: its own number, or the latest one before it (0 is: not published)."""
    lines = {int(found[1]): yuan for key, yuan in policy.numbers.items() if (found := _KEY.fullmatch(key)) and yuan > 0}
    of_year = max((each for each in lines if each <= year), default=min(lines))
    return Line(lines[of_year], of_year)
