"""What is looked for how often: a metronome only, for locks and due work are in the database."""

from collections.abc import Callable
from dataclasses import dataclass

from jobs import (
    calendar,
    demo,
    exports,
    figures,
    imports,
    keeping,
    notices,
    outbox,
    pushes,
    reminders,
    rounds,
    standing,
    watching,
)

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
TICK = 0
"""Stands for the setting TICK_SECONDS."""


@dataclass(frozen=True)
class Beat:
    """A job, the queue that it goes to, and its interval in seconds."""

    job: Callable[[], int]
    queue: str
    seconds: int


SCHEDULE: tuple[Beat, ...] = (
    Beat(reminders.sweep, "work", TICK),
    Beat(outbox.deliver_pending, "send", TICK),
    Beat(pushes.take_up, "work", TICK),
    Beat(demo.tell_emulator_the_time, "send", TICK),
    Beat(notices.close_due, "work", TICK),
    Beat(standing.turn_deputies, "work", 5 * MINUTE),
    Beat(standing.hand_over_posts, "work", 5 * MINUTE),
    Beat(standing.move_merged_villages, "work", MINUTE),
    Beat(standing.fill_practice_counties, "work", MINUTE),
    Beat(watching.look_at_backlog, "work", 5 * MINUTE),
    Beat(figures.count, "work", MINUTE),
    Beat(standing.refresh_followers, "work", HOUR),
    Beat(standing.ask_for_other_helpers, "work", HOUR),
    Beat(keeping.seal_audit, "work", MINUTE),
    Beat(reminders.tell_delays, "work", HOUR),
    Beat(imports.carry_on, "work", TICK),
    Beat(exports.carry_on, "files", TICK),
    Beat(exports.keep_months, "files", HOUR),
    Beat(exports.sweep, "files", HOUR),
    Beat(imports.send_alerts, "work", TICK),
    Beat(imports.open_deliveries, "work", HOUR),
    Beat(imports.forget_files, "work", DAY),
    Beat(imports.forget_rows, "work", DAY),
    Beat(keeping.keep_up_backup, "files", 5 * MINUTE),
    Beat(keeping.sweep_files, "work", HOUR),
    Beat(keeping.forget_old_keys, "work", DAY),
    Beat(keeping.forget_by_rule, "work", DAY),
    Beat(keeping.erase_due, "work", DAY),
    Beat(calendar.recompute, "work", DAY),
    Beat(rounds.make_month, "work", HOUR),
    Beat(standing.look_for_vacancies, "work", DAY),
)
