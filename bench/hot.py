"""Sends prepared requests to the application under callgrind: `python -m bench.hot PLAN`, for `make instructions`.

A call of `getpriority` marks where one count ends and the next begins; nothing of ours calls it.
"""

import gc
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from backend import clock
from bench.county import settings_for
from wsgi import create_app


def main(plan: dict[str, Any]) -> None:
    """Warm each kind of request up, then send so many of it, and twice as many, with a mark before each and behind."""
    app = create_app(settings_for(plan["url"], Path(plan["home"])))
    client = app.test_client(use_cookies=False)

    def send(requests: list[dict[str, Any]]) -> None:
        for each in requests:
            answer = client.open(each["path"], method=each["method"], data=each["body"], headers=each["headers"])
            if answer.status_code not in {200, 201}:
                raise RuntimeError(f"{each['path']}: {answer.status} {answer.get_data(as_text=True)[:300]}")

    _stop_the_clock()
    for kind in plan["kinds"]:
        send(kind["warm"])
    gc.collect()
    gc.freeze()
    gc.disable()  # when it runs is chance
    _count_from_here()
    for kind in plan["kinds"]:
        for requests in (kind["once"], kind["twice"]):
            _mark()
            send(requests)
    _mark()


def _stop_the_clock() -> None:
    """Let no time pass: counting is fifty times slower, and what is remembered for seconds would be read anew."""
    moment, since_start = clock.real_now(), clock.monotonic()
    vars(clock).update(real_now=lambda: moment, monotonic=lambda: since_start)


def _count_from_here() -> None:
    words = ["callgrind_control", "-i", "on", str(os.getpid())]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120)
    if done.returncode or "OK" not in done.stdout:
        raise RuntimeError(f"callgrind does not begin to count: {done.stdout}{done.stderr}")


def _mark() -> None:
    os.getpriority(os.PRIO_PROCESS, 0)


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text()))
