"""Where the bench keeps what it makes, and how long it measures."""

from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
DATA = CHECKOUT / "bench" / "data"
RESULTS = CHECKOUT / "bench" / "results.json"
REGIONS = CHECKOUT / "backend" / "regions_data" / "130126.csv"

COUNTY, APP_ID = "130126", "wx-bench"
ROUNDS = 3
SECONDS = 4.0
WARM_UP = 1.0
FEW, MANY, MOST = 2, 8, 16
"""Connections at once."""
SMALL, LARGE = 10_000, 1_000_000
"""Cases."""
LOADER = 2
"""Grows when the loaded rows change: what was loaded by another is loaded anew."""
DRAWN = 1000
"""Loaded cases that pass the invariant check."""
