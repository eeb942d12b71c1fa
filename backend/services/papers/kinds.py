"""What a paper is: its name, whom it is for, which facts fill it, who may make it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from backend.access.actor import Actor
from backend.access.permissions import Action
from backend.files.word_filling import OF_GROUP, Filling
from backend.files.word_layout import LARGE, OFFICIAL, make
from backend.models import Case
from backend.services.cases import CaseFile

OWN = Path(__file__).with_name("own")
"""The program's own texts, an outline each (see `word_layout.make`)."""

TITLE = "文书名称"
"""The placeholder that every paper has: what it is called."""


@dataclass(frozen=True)
class Facts:
    """What one paper is filled with, and its number, by which its file is called; the case it belongs to, if to one."""

    filling: Filling
    number: str = ""
    case: Case | None = None


@dataclass(frozen=True)
class Paper:
    """One kind of paper.

    `about` says what the id in its address names. `fields` and `groups` are the placeholders with what each holds;
    `needs` may not be missing in a template. `after` are the steps of a case without which there is nothing to say,
    `of` says which cases have such a paper at all, `has` whether the records that it needs are there. `text` names the
    outline where two papers share one. `hangs` marks what hangs on a wall for everybody to read.
    """

    code: str
    title: str
    whom: str
    about: str
    asks: Action
    facts: Callable[[int, Actor], Facts]
    fields: Mapping[str, str]
    needs: frozenset[str]
    groups: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    after: frozenset[str] = frozenset()
    of: Callable[[Case], bool] = lambda case: True
    has: Callable[[CaseFile], bool] = lambda file: True
    text: str = ""
    is_large: bool = False
    hangs: bool = False

    @property
    def names(self) -> dict[str, str]:
        """Every placeholder as it is written between the braces, and what it holds."""
        of_groups = {
            f"{group}{OF_GROUP}{name}": said for group, known in self.groups.items() for name, said in known.items()
        }
        return {TITLE: "这份文书的名称", **self.fields, **of_groups}

    @property
    def outline(self) -> str:
        """The program's own text."""
        return (OWN / f"{self.text or self.code}.txt").read_text(encoding="utf-8")

    def own_template(self) -> bytes:
        """Return the program's own text as the Word file that a county may take, change and hand in again."""
        return make(self.outline, LARGE if self.is_large else OFFICIAL, title=self.title)
