"""Works on handed-in files, and on what departments pushed."""

from backend.services import alert_dispatch, alert_schedule, staged_rows
from backend.services.imports import clearing, working
from jobs.base import job


@job
def carry_on() -> int:
    """Look through files that were handed in, and take in what was accepted."""
    return working.carry_on()


@job
def send_alerts() -> int:
    """Close alerts with a verdict, and send villages what they have room for."""
    return alert_dispatch.sweep()


@job
def open_deliveries() -> int:
    """Open what departments owe soon."""
    return alert_schedule.open_due()


@job
def forget_files() -> int:
    """Delete the content of files that were done with long ago, and stray content."""
    return clearing.forget_files()


@job
def forget_rows() -> int:
    """Delete the rows of deliveries that were matched long ago."""
    return staged_rows.forget_old()
