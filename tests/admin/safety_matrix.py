"""Tries every address of the console as everybody: the page's own forms are sent by whoever should not have them."""

import csv
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from sqlalchemy import select
from werkzeug.routing import IntegerConverter, Rule
from werkzeug.test import TestResponse

from admin.sessions import OPEN
from backend.access.scope import Scoped, as_system
from backend.db import Base, db
from tests.admin.crawling import Walk
from tests.admin.grown import HOME, Grown

DECLARED = Path(__file__).with_name("console_matrix.csv")
FOUND = Path(__file__).resolve().parents[1] / "artefacts" / "console_matrix.csv"
ABROAD = ("next-village", "next-reviewer", "abroad-op")
ROLES = ("village", "reviewer", "county-op", "county-lead", *ABROAD, "auditor", "admin")
"""The family's own village, the township and the county above it; a village, a township and a county of elsewhere; and
two offices that look at other things."""
WITHOUT_A_ROW = OPEN | {"sign_out.leave", "sign_out.index"}
"""Doors before which nobody is anybody yet, and the way out."""
IN, NO, NOTHING = "in", "no", "nothing"
"""Let in; the role may not at all; no such thing for them, or answered and nothing of the family was touched."""
NUMBER = re.compile(r"\d{12,19}")


@dataclass(frozen=True)
class Door:
    """One address with what it was sent by the page that offers it."""

    method: str
    endpoint: str
    address: str
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> set[str]:
        """Return the numbers in path, query and body."""
        return set(NUMBER.findall(f"{self.address} {' '.join(self.values.values())}"))

    @property
    def key(self) -> tuple[str, str]:
        return self.method, self.endpoint


class Matrix:
    """The console's doors, and who gets through."""

    def __init__(self, grown: Grown, walks: dict[str, Walk]) -> None:
        self.grown, self.walks = grown, walks
        self.adapter = grown.app.url_map.bind("localhost")

    @cached_property
    def home(self) -> set[str]:
        """Return the ids of every row about a family of the home village."""
        return {str(row[0]) for rows in self._rows().values() for row in rows}

    def _rows(self) -> dict[str, list[tuple[object, ...]]]:
        with self.grown.app.app_context(), as_system("a test looks at a village"):
            models = [each.class_ for each in Base.registry.mappers if issubclass(each.class_, Scoped)]
            return {
                model.__name__: sorted(
                    (
                        tuple(row)
                        for row in db.session.execute(select(*_columns(model)).where(model.village_code == HOME))
                    ),
                    key=str,
                )
                for model in models
            }

    @cached_property
    def untouched(self) -> str:
        """Return what the home village's rows come to before anybody did anything: any change shows."""
        return self._state()

    def _state(self) -> str:
        return hashlib.sha256(repr(self._rows()).encode()).hexdigest()

    def doors(self) -> list[Door]:
        """Return one door for every route; where there is a choice, one that leads to the home village."""
        best: dict[tuple[str, str], Door] = {}
        for door in self._offered():
            known = best.get(door.key)
            if known is None or (not known.names & self.home and door.names & self.home):
                best[door.key] = door
        for door in self._closed(best):
            best.setdefault(door.key, door)
        return [best[key] for key in sorted(best) if key[1] not in WITHOUT_A_ROW]

    def _closed(self, known: Mapping[tuple[str, str], Door]) -> Iterator[Door]:
        """Yield a door for each route that no page leads to today: the ids of its neighbours, and nothing sent."""
        ids: dict[tuple[str, str], object] = {}
        for door in known.values():
            for name, value in self.adapter.match(door.address.split("?")[0], method=door.method)[1].items():
                ids.setdefault((door.endpoint.split(".")[0], name), value)
        for method, rule in routes(self.grown):
            place = rule.endpoint.split(".")[0]
            given = {name: ids.get((place, name), _never(rule, name)) for name in rule.arguments}
            yield Door(method, rule.endpoint, self.adapter.build(rule.endpoint, given, method=method))

    def _offered(self) -> Iterator[Door]:
        for walk in self.walks.values():
            for seen in walk.seen:
                yield Door("GET", seen.endpoint, seen.address)
            for endpoint, address in walk.files:
                yield Door("GET", endpoint, address)
            for seen, form in walk.forms():
                address = form.action or seen.address
                if form.method == "post" and (endpoint := walk.endpoint(address, "POST")):
                    yield Door("POST", endpoint, address, {**form.values})

    def cell(self, door: Door, role: str) -> str:
        """Say what happens when somebody opens a door, and undo it."""
        answer = self._open(door, role)
        body = answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""
        status = answer.status_code
        answer.close()
        assert status < 500, (door, role, status)
        if status in {403, 404}:
            return NO if status == 403 else NOTHING
        if not self._is_foreign(door, role):
            self._undo(door, status)
            return IN
        touched = door.method == "POST" and self._state() != self.untouched
        self._undo(door, status)
        return IN if touched or self._tells(body, door) else NOTHING

    def _undo(self, door: Door, status: int) -> None:
        if door.method == "POST" and status < 400:
            self.grown.take_back()

    def _is_foreign(self, door: Door, role: str) -> bool:
        return role in ABROAD and bool(door.names & self.home)

    def _tells(self, body: str, door: Door) -> bool:
        """Say whether a page holds more of the home village than what was sent to it."""
        return bool(set(NUMBER.findall(body)) & self.home - door.names)

    def _open(self, door: Door, role: str) -> TestResponse:
        desk = self.grown.desk(role)
        if door.method == "GET":
            return desk.client.get(door.address)
        return desk.client.post(door.address, data={**door.values, "csrf_token": desk.token()})


def routes(grown: Grown) -> Iterator[tuple[str, Rule]]:
    """Yield every verb of every route of the console."""
    for rule in grown.app.url_map.iter_rules():
        if rule.rule.startswith("/console/") and rule.endpoint not in WITHOUT_A_ROW:
            for method in sorted(rule.methods & {"GET", "POST", "PUT", "PATCH", "DELETE"}):
                yield method, rule


def _never(rule: Rule, name: str) -> object:
    """Return an id that no row has, for what this county does not hold."""
    return 1 if isinstance(rule._converters[name], IntegerConverter) else "none"


def _columns(model: type[Scoped]) -> list[object]:
    return [getattr(model, column.key) for column in model.__mapper__.column_attrs]


def declared() -> dict[tuple[str, str], dict[str, str]]:
    """Return the table as it is written down."""
    with DECLARED.open(encoding="utf-8", newline="") as file:
        return {(row.pop("method"), row.pop("route")): row for row in csv.DictReader(file)}


def write(found: Mapping[tuple[str, str], Mapping[str, str]]) -> None:
    """Write what was found beside the other artefacts, to be read and then declared."""
    FOUND.parent.mkdir(exist_ok=True)
    with FOUND.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("method", "route", *ROLES))
        for key in sorted(found):
            writer.writerow((*key, *(found[key][role] for role in ROLES)))
