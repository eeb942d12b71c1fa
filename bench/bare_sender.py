"""The ceiling of sending: `python -m bench.bare_sender PORT HANDS SECONDS`, the same HTTP calls and nothing else."""

import json
import sys
import threading

import requests

from backend import clock
from bench.client import HOST

BODY = {
    "touser": "person-1",
    "template_id": "duty",
    "data": {"thing1": {"value": "入户核实"}, "thing2": {"value": "某村"}, "time3": {"value": "2026年11月23日"}},
    "miniprogram_state": "formal",
    "lang": "zh_CN",
}


def _call(port: int, until: float, made: list[int]) -> None:
    url, told, calls = f"http://{HOST}:{port}/cgi-bin/message/subscribe/send", json.dumps(BODY).encode(), 0
    with requests.Session() as session:
        while clock.monotonic() < until:
            session.post(url, params={"access_token": "t" * 512}, data=told, timeout=(3, 8)).json()
            calls += 1
    made.append(calls)


def main(port: int, hands: int, seconds: float) -> float:
    """Call with so many hands for so long and return the calls a second."""
    made: list[int] = []
    until = clock.monotonic() + seconds
    threads = [threading.Thread(target=_call, args=(port, until, made)) for _ in range(hands)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(made) / seconds


if __name__ == "__main__":
    sys.stdout.write(f"{main(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))}\n")
