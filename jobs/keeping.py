"""Keeps the house: audit seals, stray files, old idempotency keys and codes."""

from backend.services import audit, files, idempotency, phone_codes, retention
from backend.services.backups import making
from jobs.base import job


@job
def seal_audit() -> int:
    """Seal the audit's new rows."""
    return audit.seal_new_rows()


@job
def sweep_files() -> int:
    """Delete stored content that no row knows."""
    return files.sweep_orphans()


@job
def forget_old_keys() -> int:
    """Delete idempotency keys older than ninety days, and codes that were asked for long ago."""
    return idempotency.forget_old() + phone_codes.forget_old()


@job
def keep_up_backup() -> int:
    """Keep what happened since the last backup, where BACKUP_DIR names a folder with one."""
    return making.keep_up_when_due()


@job
def forget_by_rule() -> int:
    """Let go of rows that their rule in `retention.yaml` no longer needs."""
    return retention.forget_by_rule()


@job
def erase_due() -> int:
    """Erase families whose file was kept long enough."""
    return retention.erase_due()
