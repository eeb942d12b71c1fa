"""Keeps the house: audit seals, stray files, old idempotency keys and codes."""

from backend.services import audit, files, idempotency, phone_codes
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
