"""Keeps the WeChat emulator on the demo's business time."""

import requests

from backend.services import demo_clock
from backend.services.storage import settings
from jobs.base import job


@job
def tell_emulator_the_time() -> int:
    """Tell the emulator how far business time runs ahead; without an emulator there is nobody to tell.

    It goes on the queue of the sends: whatever is owed because the clock moved is sent after it, and bears the new day.
    """
    seconds = int(demo_clock.offset(afresh=True).total_seconds())
    if settings().emulator_url:
        requests.post(
            f"{settings().emulator_url}/_emulator/time", json={"offset_seconds": seconds}, timeout=5
        ).raise_for_status()
    return seconds
