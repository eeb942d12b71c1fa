"""What every row about a family says of its place, copied from the row it belongs to."""

from typing import Any, TypedDict


class Place(TypedDict):
    """The levels of one place."""

    county_code: str
    township_code: str
    village_code: str
    grid_code: str | None


def place_of(code: str) -> Place:
    """Return the levels of a village's (12 digits) or a grid's (15 digits) code."""
    return Place(
        county_code=code[:6],
        township_code=code[:9],
        village_code=code[:12],
        grid_code=code if len(code) == 15 else None,
    )


def same_place(row: Any) -> Place:
    """Return the place of another row."""
    return Place(
        county_code=row.county_code,
        township_code=row.township_code,
        village_code=row.village_code,
        grid_code=row.grid_code,
    )
