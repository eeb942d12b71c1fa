"""The whole program under gunicorn, whose worker dies between the commit and the answer when a file says so."""

import os
import signal
from pathlib import Path

from backend import db as database
from wsgi import create_app

application = create_app()


def die_if_told(bells: frozenset[str]) -> None:
    """Die as a worker does that is killed: no farewell, no answer. The file is there once."""
    order = Path(os.environ["DIE_AFTER_COMMIT"])
    if order.exists():
        order.unlink()
        os.kill(os.getpid(), signal.SIGKILL)


database.after_commit.append(die_if_told)
