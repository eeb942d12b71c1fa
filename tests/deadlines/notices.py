"""The State Council's holiday notices for 2024 to 2026, typed in as published, and a plain second calendar."""

from datetime import date, timedelta

# (first day off, last day off), as the notices say it: 国办发明电〔2023〕7号, 〔2024〕12号, 〔2025〕7号
DAYS_OFF = [
    # 2024
    ("2023-12-30", "2024-01-01"),
    ("2024-02-10", "2024-02-17"),
    ("2024-04-04", "2024-04-06"),
    ("2024-05-01", "2024-05-05"),
    ("2024-06-08", "2024-06-10"),
    ("2024-09-15", "2024-09-17"),
    ("2024-10-01", "2024-10-07"),
    # 2025
    ("2025-01-01", "2025-01-01"),
    ("2025-01-28", "2025-02-04"),
    ("2025-04-04", "2025-04-06"),
    ("2025-05-01", "2025-05-05"),
    ("2025-05-31", "2025-06-02"),
    ("2025-10-01", "2025-10-08"),
    # 2026
    ("2026-01-01", "2026-01-03"),
    ("2026-02-15", "2026-02-23"),
    ("2026-04-04", "2026-04-06"),
    ("2026-05-01", "2026-05-05"),
    ("2026-06-19", "2026-06-21"),
    ("2026-09-25", "2026-09-27"),
    ("2026-10-01", "2026-10-07"),
]

# "X月X日（星期X）上班"
MAKE_UP_DAYS = [
    "2024-02-04", "2024-02-18", "2024-04-07", "2024-04-28", "2024-05-11", "2024-09-14", "2024-09-29", "2024-10-12",
    "2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11",
    "2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10",
]  # fmt: skip

FIRST, LAST = date(2024, 1, 1), date(2026, 12, 31)


def every_day(first=FIRST, last=LAST):
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def offices_work(day):
    """Read the notices word by word: a make-up day works, a day off rests, otherwise Monday to Friday."""
    written = day.isoformat()
    if written in MAKE_UP_DAYS:
        return True
    if any(first <= written <= last for first, last in DAYS_OFF):
        return False
    return day.strftime("%A") not in {"Saturday", "Sunday"}


def plain_due(event_on, days, unit):
    """Cross out one day after another on a wall calendar until the limit is used up."""
    crossed_out, day = 0, event_on
    while crossed_out < days:
        day = day + timedelta(days=1)
        if unit == "calendar" or offices_work(day):
            crossed_out += 1
    return day
