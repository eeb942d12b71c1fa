"""Brings the database to the newest schema, one migration after the other.

Alembic is loaded when it is needed: every program starts with this module, and few of them migrate.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
VERSION = "schema_version"
"""The table that says how far the database is."""


def alembic_config() -> "Config":
    """Return where migrations lie: their environment beside them, so that it is not taken for one of them."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS / "environment"))
    config.set_main_option("version_locations", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config


def migrate(revision: str = "head") -> None:
    """Bring the database to `revision`; doing it twice changes nothing. Needs an application context."""
    from alembic import command

    command.upgrade(alembic_config(), revision)


def unmigrate(revision: str = "base") -> None:
    """Take the database back to `revision`. Needs an application context."""
    from alembic import command

    command.downgrade(alembic_config(), revision)


def revision_of(connection: Connection) -> str | None:
    """Return how far the database is; None where it has no tables yet."""
    from alembic.migration import MigrationContext

    found = MigrationContext.configure(connection, opts={"version_table": VERSION}).get_current_revision()
    return None if found is None else str(found)


def newest_revision() -> str | None:
    """Return how far this program's migrations go."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(alembic_config()).get_current_head()
