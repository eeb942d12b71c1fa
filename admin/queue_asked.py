"""What the address of the queue asks for: a tab, filters, where a page begins; and the address for it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import url_for

from backend.errors import Invalid
from backend.services.tasks import By, Cursor, Filters, Whose
from backend.workflow.states import Kind

SIZES = (50, 200)
DUES = {By.ANY: "不限", By.OVERDUE: "已超期", By.TODAY: "今天到期", By.WEEK: "七天内到期"}
LATE = {"mine-late": Whose.MINE, "late": Whose.ALL}
"""Names of tabs that other pages and people's bookmarks lead to."""


@dataclass(frozen=True)
class Asked:
    """One view of the queue; everything but the place of its page is what can be saved under a name."""

    whose: Whose = Whose.MINE
    kind: Kind | None = None
    place: str = ""
    due: By = By.ANY
    size: int = SIZES[0]

    @classmethod
    def read(cls, args: Mapping[str, str]) -> "Asked":
        """Read an address; an unknown tab is one's own desk. Errors: `Invalid` names what cannot be."""
        tab, size, place = args.get("tab", ""), args.get("size", ""), args.get("place", "")
        if place and not (place.isascii() and place.isdigit()):
            raise Invalid.field("place", "没有这个地方，请重新选择。")
        due = By.OVERDUE if tab in LATE else _one_of(By, args.get("due", ""), "due", "没有这种期限，请重新选择。")
        kind = args.get("kind", "")
        return cls(
            whose=LATE.get(tab) or (Whose.ALL if tab == Whose.ALL else Whose.MINE),
            kind=_one_of(Kind, kind, "kind", "没有这种事项，请重新选择。") if kind else None,
            place=place,
            due=due,
            size=int(size) if size in map(str, SIZES) else SIZES[0],
        )

    @classmethod
    def of_query(cls, query: str) -> "Asked":
        """Read the query of an address as a form brings it back."""
        return cls.read(dict(parse_qsl(query[:500])))

    @property
    def filters(self) -> Filters:
        """What the service is asked to look for."""
        return Filters(self.kind, self.place, self.due)

    @property
    def is_narrowed(self) -> bool:
        """Say whether anything is looked for besides the whole tab."""
        return self.filters != Filters()

    @property
    def query(self) -> str:
        """Return the query of its address, always in the same order."""
        return urlencode(self.values())

    def url(self, **changes: Any) -> str:
        """Return the address of this view, or of one that differs so; `after` and `before` place its page."""
        where: dict[str, Any] = {name: str(changes.pop(name)) for name in ("after", "before") if changes.get(name)}
        return url_for("queue.index", **replace(self, **changes).values(), **where)

    @property
    def whole(self) -> "Asked":
        """Return the same tab with nothing looked for."""
        return Asked(whose=self.whose, size=self.size)

    def values(self) -> dict[str, Any]:
        """Return what its address says."""
        said = {
            "tab": self.whose.value,
            "kind": self.kind.value if self.kind else "",
            "place": self.place,
            "due": self.due.value,
            "size": str(self.size) if self.size != SIZES[0] else "",
        }
        return {name: value for name, value in said.items() if value}


def cursor_in(args: Mapping[str, str], name: str) -> Cursor | None:
    """Return where the page begins or ends; raises `Invalid` for what is no such place."""
    return Cursor.parse(args[name], name) if args.get(name) else None


def _one_of(kinds: Any, text: str, field: str, sentence: str) -> Any:
    try:
        return kinds(text)
    except ValueError:
        raise Invalid.field(field, sentence) from None
