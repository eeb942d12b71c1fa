"""Sweeps again and again, as one of several processes: `python -m tests.faults.sweeper DATABASE DATA MOMENT TIMES`."""

import sys
import time
from datetime import datetime
from pathlib import Path

from backend import clock
from backend.app import create_bare_app
from backend.services import reminders
from backend.settings import Settings
from deploy.run.words import say


def main(database: str, data: str, moment: str, times: str) -> int:
    """Begin when everybody is there, sweep so often, and return how many duties spoke."""
    app, spoken = create_bare_app(Settings(database_url=database, data_dir=Path(data))), 0
    say("ready")
    sys.stdin.readline()
    with clock.at(datetime.fromisoformat(moment)), app.app_context():
        for _ in range(int(times)):
            spoken += reminders.sweep()
            time.sleep(0.01)
    return spoken


if __name__ == "__main__":
    say(str(main(*sys.argv[1:])))
