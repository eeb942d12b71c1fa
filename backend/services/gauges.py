"""What is read off the database, Redis and the disk at the moment when a collector asks, and kept by no process."""

import shutil
from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from redis.exceptions import RedisError
from sqlalchemy import column, func, select, table
from sqlalchemy.exc import SQLAlchemyError

from backend import clock
from backend.access.scope import as_system
from backend.db import MARIADB, db
from backend.models import County, Figures, Task
from backend.services import audit, backup_ages, lines
from backend.services.storage import files_root, settings

LATE_KINDS = "late_kinds"


def as_text(parts: dict[str, str]) -> bytes:
    """Return the gauges as Prometheus reads them; `parts` says of each part what is wrong with it, if anything is.

    A gauge whose source is away is absent: alerts ask for that. Needs an application context.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Now(parts))
    return generate_latest(registry)


class _Now(Collector):
    """Measures when it is asked."""

    def __init__(self, parts: dict[str, str]) -> None:
        self._parts = parts

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield every gauge that can be measured now."""
        yield _family(
            "part_ready", "Whether a part works: 1, else 0", ["part"], (((k,), not v) for k, v in self._parts.items())
        )
        for measure in (_duties, _audit, _connections, _queues, _disk, _backup):
            try:
                found = list(measure())
            except (SQLAlchemyError, RedisError, OSError):
                db.session.rollback()
                continue
            yield from found


def _family(
    name: str, meaning: str, labels: list[str], values: Iterable[tuple[tuple[str, ...], float]]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"shouwang_{name}", meaning, labels=labels)
    for words, value in values:
        family.add_metric(words, float(value))
    return family


def _one(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"shouwang_{name}", meaning, value=value)


def _duties() -> Iterator[GaugeMetricFamily]:
    """Read what the figures' job counted of each county: a count over a million duties is not a scrape's work."""
    of_counties = select(Figures.region_code, Figures.counted_at, Figures.counts)
    rows = db.session.execute(of_counties.join(County, County.code == Figures.region_code)).all()
    late = (((row.region_code, kind), n) for row in rows for kind, n in row.counts.get(LATE_KINDS, {}).items())
    yield _family("duties_late", "Open duties past their day, by county and stage", ["county", "kind"], late)
    ages = (((row.region_code,), (clock.now() - row.counted_at).total_seconds()) for row in rows)
    yield _family("figures_age_seconds", "Age of a county's figures: metronome, worker and database", ["county"], ages)
    with as_system("the age of the oldest rung that is due is measured"):
        due = db.session.scalar(select(func.min(Task.next_rung_at)).where(Task.next_rung_at <= clock.now()))
    waits = (clock.now() - due).total_seconds() if due else 0.0
    yield _one("oldest_rung_seconds", "For how long the oldest reminder that is due has not been looked at", waits)


def _audit() -> Iterator[GaugeMetricFamily]:
    meaning = "Age of the oldest row, or batch of rows, that no root outside the database covers"
    yield _one("audit_unsealed_seconds", meaning, audit.unsealed_seconds())


def _connections() -> Iterator[GaugeMetricFamily]:
    """Ask MariaDB how many connections it has: that of all processes together is what runs out."""
    if db.engine.dialect.name not in MARIADB:
        return
    for name, meaning, source, variable in (
        ("database_connections", "Connections to MariaDB, everybody's", "GLOBAL_STATUS", "THREADS_CONNECTED"),
        ("database_connections_most", "Connections that MariaDB accepts", "GLOBAL_VARIABLES", "MAX_CONNECTIONS"),
    ):
        rows = table(source, column("VARIABLE_NAME"), column("VARIABLE_VALUE"), schema="information_schema")
        value = db.session.scalar(select(rows.c["VARIABLE_VALUE"]).where(rows.c["VARIABLE_NAME"] == variable))
        yield _one(name, meaning, float(value or 0))


def _queues() -> Iterator[GaugeMetricFamily]:
    found = lines.lines()
    yield _family("queue_jobs", "Looks that wait for a worker", ["queue"], (((e.queue,), e.waiting) for e in found))
    oldest = (((each.queue,), each.oldest_seconds) for each in found)
    yield _family("queue_oldest_seconds", "For how long the first one has waited", ["queue"], oldest)
    failed = (((e.queue,), e.failed) for e in found)
    yield _family("queue_failed", "Looks of the last hour that ended in an error nobody expected", ["queue"], failed)
    yield _family("workers", "Workers of a queue that live", ["queue"], (((e.queue,), e.workers) for e in found))


def _disk() -> Iterator[GaugeMetricFamily]:
    disk = shutil.disk_usage(files_root())
    yield _one("disk_free_ratio", "Free part of the disk under DATA_DIR", disk.free / disk.total)


def _backup() -> Iterator[GaugeMetricFamily]:
    folder = settings().backup_dir
    if folder:
        known = (((kind,), age) for kind, age in backup_ages.ages(folder).items())
        yield _family("backup_age_seconds", "Age of the newest finished backup in BACKUP_DIR", ["kind"], known)
