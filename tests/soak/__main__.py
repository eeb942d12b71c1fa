"""`python -m tests.soak` keeps a whole stack under half of what it can bear for MINUTES, and says what has grown."""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from admin.sessions import COOKIE
from backend.access.permissions import Role
from backend.db import db
from backend.services import sign_ins, staff
from backend.services.staff import NewStaff
from deploy.run.words import say
from tests import mariadb
from tests.faults.people import cadres_phone, phone
from tests.faults.town import Town, town
from tests.people import TOWNSHIP
from tests.soak.traffic import People, Slice, Traffic
from tests.soak.watching import OURS, Held, held

SLICES, WARM_SECONDS, REST_SECONDS, STARTS_WITHIN = 6, 30.0, 10.0, 900.0
P99_DRIFT, MEMORY_DRIFT, MORE_FILES = 0.20, 0.10, 3
"""The last third beside the first (reliability 46); a handful of files is what a pool or a log may add."""
PASSWORD = "half an hour of traffic"


def main() -> int:
    """Run it, print the table; 1 when something has grown."""
    seconds = float(os.environ.get("MINUTES") or 30) * 60 / SLICES
    with _place() as (found, url):
        traffic = Traffic(urlsplit(found.stack.web).port or 0, _people(found))
        full = traffic.run(WARM_SECONDS)
        traffic.rate = full.done / WARM_SECONDS / 2
        bears = len(full.took) / WARM_SECONDS
        say(f"bears {bears:.0f} requests a second; from now on half of it, {SLICES} times {seconds:.0f} s")
        slices, seen = list[Slice](), list[Held]()
        for _ in range(SLICES):
            slices.append(traffic.run(seconds))
            seen.append(held(found.stack.data, url))
            _say_slice(len(slices), seconds, slices[-1], seen[-1])
        time.sleep(REST_SECONDS)
        after = held(found.stack.data, url)
    complaints = [*_failures(slices), *_slower(slices), *_larger(seen), *_leaks(seen, after)]
    for line in complaints:
        say(f"WRONG: {line}")
    requests = sum(len(each.took) for each in slices)
    say(f"{requests} requests in {seconds * SLICES / 60:.0f} min: {'; '.join(complaints) or 'nothing has grown'}")
    return 1 if complaints else 0


@contextmanager
def _place() -> Iterator[tuple[Town, str]]:
    with (
        tempfile.TemporaryDirectory(prefix="sw-soak-") as folder,
        mariadb.running(durable=True) as url,
        town(Path(folder) / "var", url, within=STARTS_WITHIN) as found,
    ):
        yield found, url


def _people(found: Town) -> People:
    village = cadres_phone(found, "soak-village")
    with found.app.app_context():
        reviewer, _ = staff.add_staff(NewStaff("soak-reviewer", "周研判", Role.TOWN_REVIEW, TOWNSHIP, "研判"))
        reviewer.password_hash = sign_ins.hasher.hash(PASSWORD)
        db.session.merge(reviewer)
        db.session.commit()
    with found.app.app_context():
        token = sign_ins.sign_in("soak-reviewer", PASSWORD, address="127.0.0.1").token
    return People(lambda serial: phone(found, f"soak-{serial}"), village, f"{COOKIE}={token}")


def _say_slice(number: int, seconds: float, slice_: Slice, seen: Held) -> None:
    memory = ", ".join(f"{name} {size:.0f}" for name, size in sorted(seen.megabytes.items()))
    files = sum(seen.files.get(name, 0) for name in OURS)
    median = statistics.median(slice_.took) * 1000 if slice_.took else 0.0
    say(
        f"{number}: {len(slice_.took) / seconds:.0f}/s, p50 {median:.0f} ms, p99 {slice_.p99_ms():.0f} ms, "
        f"failed {sum(slice_.failed.values())}; MB: {memory}; files {files}, connections {seen.connections}; "
        f"machine {os.getloadavg()[0]:.1f}"
    )


def _failures(slices: Sequence[Slice]) -> Iterator[str]:
    for each in slices:
        yield from (f"{count} times {what}" for what, count in each.failed.items())


def _slower(slices: Sequence[Slice]) -> Iterator[str]:
    first, last = (statistics.mean(each.p99_ms() for each in some) for some in (slices[:2], slices[-2:]))
    if last > first * (1 + P99_DRIFT):
        yield f"p99 went from {first:.0f} to {last:.0f} ms"


def _larger(seen: Sequence[Held]) -> Iterator[str]:
    for name in OURS:
        first, last = seen[0].megabytes.get(name, 0.0), seen[-1].megabytes.get(name, 0.0)
        if last > first * (1 + MEMORY_DRIFT):
            yield f"{name} grew from {first:.0f} to {last:.0f} MB"


def _leaks(seen: Sequence[Held], after: Held) -> Iterator[str]:
    """Compare what was held under the same load: a pool fills up once, a leak goes on."""
    for name in OURS:
        first, last = (max(each.files.get(name, 0) for each in some) for some in (seen[:2], seen[-2:]))
        if last > first + MORE_FILES:
            yield f"{name} went from {first} to {last} open files"
    first, last = (max(each.connections for each in some) for some in (seen[:2], seen[-2:]))
    if last > first + MORE_FILES:
        yield f"from {first} to {last} connections to the database"
    if after.transactions:
        yield f"{after.transactions} transactions are open at rest"


if __name__ == "__main__":
    sys.exit(main())
