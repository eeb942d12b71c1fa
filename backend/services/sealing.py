"""Free texts of a case's records: cleaned, sealed for their own row and column, and opened again for one reader."""

from dataclasses import dataclass

from backend.privacy.current import keys
from backend.privacy.seal import Place, seal, unseal
from backend.privacy.texts import clean_text

MOST_WORDS = 1000
MOST_SHORT = 300


@dataclass(frozen=True)
class Sealer:
    """Seals and opens the texts of one row."""

    table: str
    row: int

    def keep(self, column: str, text: str) -> str | None:
        """Return the text sealed for this column, or nothing for an empty one."""
        return seal(text, keys=keys(), place=Place(self.table, column, self.row)) if text else None

    def must(self, column: str, text: str) -> str:
        """Return a text sealed that may not be empty in this column."""
        return seal(text, keys=keys(), place=Place(self.table, column, self.row))

    def open(self, column: str, sealed: str | None) -> str:
        """Return the text in clear; an empty one stays empty."""
        return unseal(sealed, keys=keys(), place=Place(self.table, column, self.row)) if sealed else ""


def optional(text: str, field: str, most: int = MOST_WORDS) -> str:
    """Return a text cleaned, or nothing where nothing was written; raises `Invalid` for nonsense."""
    return clean_text(text, most=most, field=field) if text.strip() else ""


def needed(text: str, field: str, most: int = MOST_WORDS) -> str:
    """Return a text that must be there, cleaned; raises `Invalid`."""
    return clean_text(text, most=most, field=field)
