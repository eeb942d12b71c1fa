"""What a family's file is made of: papers with their facts in words, and what they are written from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from backend.access.actor import Actor
from backend.models import Case, Watch
from backend.policy import Policy
from backend.services.case_records import Records
from backend.services.cases import CaseFile
from backend.services.dossiers import Dossier


@dataclass(frozen=True)
class Paper:
    """One paper: its title, its facts in words, and its free text, if any.

    The text may speak of illness or want: it is printed only where somebody said why (see `family_files`).
    """

    title: str
    facts: Sequence[tuple[str, str]]
    text: str = ""


@dataclass(frozen=True)
class Source:
    """Everything that the papers are written from."""

    file: CaseFile
    dossier: Dossier
    records: Records
    watch: Watch | None
    policy: Policy
    by: Actor

    @property
    def case(self) -> Case:
        """The case that included the family, or that is on its way."""
        return self.file.case

    @property
    def names(self) -> Mapping[str, Mapping[str, str]]:
        """The words of the rules under which the case began."""
        return self.policy.dictionaries


def day_of(on: date | None) -> str:
    """Write a date as papers do, with its year; nothing for none."""
    return f"{on.year}年{on.month}月{on.day}日" if on else ""


def facts(*found: tuple[str, Any]) -> list[tuple[str, str]]:
    """Return the facts that say something."""
    return [(label, str(words)) for label, words in found if words not in {"", None}]


def many(names: Mapping[str, str], codes: Sequence[str]) -> str:
    """Return the words of several codes."""
    return "、".join(names.get(code, code) for code in codes)
