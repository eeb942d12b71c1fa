"""Beats: `python -m jobs.metronome` puts due looks into their queues, and knows nothing of what is due."""

from typing import Any

from redis import Redis
from rq import Queue
from rq.cron import CronJob, CronScheduler

from backend import logs
from backend.settings import Settings
from jobs.schedule import SCHEDULE


class JsonBeat(CronJob):
    """RQ's own cron job pickles; ours speaks JSON like every queue here, so that Redis can never carry code."""

    def enqueue(self, connection: Redis) -> Any:
        """Put one look into its queue unless the last one still waits there."""
        queue = Queue(self.queue_name, connection=connection, serializer="json")
        if self.func_name in (job.func_name for job in queue.get_jobs(0, 20)):
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
                failure_ttl=7 * 24 * 3600,
            )
        )


def main() -> None:
    """Beat until told to stop."""
    logs.configure()
    settings = Settings.from_environment()
    metronome = Metronome(Redis.from_url(settings.redis_url))
    for beat in SCHEDULE:
        metronome.add(beat.job, beat.queue, beat.seconds or settings.tick_seconds)
    metronome.start()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
