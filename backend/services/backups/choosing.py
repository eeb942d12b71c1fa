"""Which backup a moment needs: the whole one, the step after it, and the keys of both."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from backend import clock
from backend.errors import Invalid, NotFound
from backend.services.backups import folders, key_copies
from backend.services.backups.folders import Kept
from backend.services.backups.key_copies import Ids


@dataclass(frozen=True)
class Chosen:
    """What is restored: a whole backup, the step after it that is needed too, and up to which moment."""

    whole: Kept
    step: Kept | None
    until: datetime | None

    @property
    def database(self) -> Kept:
        """Where the database comes from: SQLite's newest copy, or MariaDB's whole backup."""
        return self.step if self.step and not self.replays else self.whole

    @property
    def replays(self) -> bool:
        """Whether MariaDB's log goes on from the whole backup."""
        return self.step is not None and bool(self.step.manifest.logs)

    @property
    def latest(self) -> Kept:
        """The newest list of files and copy of the audit roots."""
        return self.step or self.whole

    @property
    def needed(self) -> Ids:
        """The keys of whatever lies in it: for a moment of the log also those of what was kept last before it."""
        if not self.replays or self.until is None:
            return self.latest.manifest.keys
        before = [each for each in (self.whole, *folders.steps(self.whole)) if each.taken_at <= self.until]
        return key_copies.united(before[-1].manifest.keys, self.latest.manifest.keys)


def choose(source: Path, to: datetime | None) -> Chosen:
    """Return what brings the state of a moment back, or without one the newest state there is.

    Errors: `NotFound` without a backup; `Invalid` for a moment before the first or after the last one.
    """
    known = folders.wholes(source)
    if not known:
        raise NotFound(f"{source} 里没有一份做完的备份。")
    earlier = [each for each in known if to is None or each.taken_at <= to]
    if not earlier:
        raise Invalid.field("to", f"最早的备份是 {told(known[0].taken_at)}，更早的恢复不了。")
    whole = max(earlier, key=lambda each: (_brings(each, to), each.taken_at))
    after = folders.steps(whole)
    if whole.manifest.dialect == "mariadb":
        return Chosen(whole, _step_of_log(whole, after, to), to)
    copies = [each for each in after if to is None or each.taken_at <= to]
    return Chosen(whole, copies[-1] if copies else None, to)


def _brings(whole: Kept, to: datetime | None) -> datetime:
    """Return the last moment up to `to` that this backup brings; a young one may not reach so far as the one before."""
    if to is None:
        return folders.reach(whole)
    if whole.manifest.dialect == "mariadb":
        return min(folders.reach(whole), to)
    return max(each.taken_at for each in (whole, *folders.steps(whole)) if each.taken_at <= to)


def _step_of_log(whole: Kept, after: list[Kept], to: datetime | None) -> Kept | None:
    """Return the first step that the log of this moment was kept with."""
    if to is None:
        return after[-1] if after else None
    enough = [each for each in after if each.taken_at >= to]
    if not enough and to > whole.taken_at:
        last = after[-1] if after else whole
        raise Invalid.field("to", f"备份只到 {told(last.taken_at)}。不写 --to 就恢复到那里。")
    return enough[0] if enough else None


def told(moment: datetime) -> str:
    """Say a moment as people here do."""
    return f"{clock.local(moment):%Y-%m-%d %H:%M:%S}"
