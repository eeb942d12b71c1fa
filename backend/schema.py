"""Brings the database to the newest schema, one migration after the other."""

from pathlib import Path

from alembic import command
from alembic.config import Config

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


def alembic_config() -> Config:
    """Return where migrations lie: their environment beside them, so that it is not taken for one of them."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS / "environment"))
    config.set_main_option("version_locations", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config


def migrate(revision: str = "head") -> None:
    """Bring the database to `revision`; doing it twice changes nothing. Needs an application context."""
    command.upgrade(alembic_config(), revision)


def unmigrate(revision: str = "base") -> None:
    """Take the database back to `revision`. Needs an application context."""
    command.downgrade(alembic_config(), revision)
