"""Beats: `python -m jobs.metronome` puts due looks into their queues, and knows nothing of what is due."""

from typing import Any

from redis import Redis
from rq import Queue
from rq.cron import CronJob, CronScheduler

from backend import clock, logs
from backend.redis_servers import redis_of
from backend.settings import Settings
from jobs.base import refuse_half_restored
from jobs.doorbell import FAILURES_KEPT, LONGEST_SECONDS
from jobs.schedule import SCHEDULE


class JsonBeat(CronJob):
    """A beat that speaks JSON, like every queue here, and counts its interval by a clock that nobody sets.

    RQ's own pickles, so that Redis would carry code, and goes by the wall clock: set back two hours, it is silent for
    two.
    """

    beaten_at: float | None = None

    def should_run(self) -> bool:
        """Say whether its interval is over; the first beat is at once."""
        return self.seconds_left() <= 0

    def seconds_left(self) -> float:
        """Return how long until it beats."""
        interval = float(self.interval or 0)
        return interval - (clock.monotonic() - self.beaten_at) if self.beaten_at is not None else 0.0

    def enqueue(self, connection: Redis) -> Any:
        """Put one look into its queue unless the last one still waits there."""
        self.beaten_at = clock.monotonic()
        queue = Queue(self.queue_name, connection=connection, serializer="json")
        if self.func_name in (job.func_name for job in queue.get_jobs()):
            return None
        return queue.enqueue(self.func_name, **self.job_options)


class Metronome(CronScheduler):
    """RQ's scheduler with our beats."""

    def add(self, job: Any, queue: str, seconds: int) -> None:
        """Beat `job` every so many seconds; a look that nobody took in time is dropped, the next one serves."""
        self._cron_jobs.append(
            JsonBeat(
                func=job,
                queue_name=queue,
                interval=seconds,
                result_ttl=0,
                ttl=max(2 * seconds, 60),
                failure_ttl=FAILURES_KEPT,
                job_timeout=LONGEST_SECONDS.get(queue),
            )
        )

    def calculate_sleep_interval(self) -> float:
        """Return the seconds until the next beat."""
        beats: list[Any] = self._cron_jobs
        return max(min(float(beat.seconds_left()) for beat in beats), 0.0)


def main() -> None:
    """Beat until told to stop."""
    logs.configure()
    settings = Settings.from_environment()
    refuse_half_restored(settings)
    metronome = Metronome(redis_of(settings))
    for beat in SCHEDULE:
        metronome.add(beat.job, beat.queue, beat.seconds or settings.tick_seconds)
    metronome.start()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
