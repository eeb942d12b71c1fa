"""What each dictionary of the rules is for, and whether a county may add to it or only change its words."""

from dataclasses import dataclass

from backend.policy.meanings import entry_of

OPEN, PROGRAMS = "open", "program"
"""Marks: a county may add entries and take them out; the entries are the program's own and nobody is shown them."""

OWN = "own_"
"""Codes of entries that a county adds: `own_1`; a code once used is never given to other words."""


@dataclass(frozen=True, slots=True)
class Dictionary:
    """A dictionary's name, where its words are seen, and whether entries may be added and taken out."""

    name: str
    what: str
    is_open: bool
    is_programs: bool = False


def dictionary_of(name: str) -> Dictionary:
    """Return what a dictionary is for; one that nobody described is shown by its code, and only its words change."""
    known = entry_of("dictionaries", name) or [name, ""]
    return Dictionary(known[0], known[1], OPEN in known[2:], PROGRAMS in known[2:])
