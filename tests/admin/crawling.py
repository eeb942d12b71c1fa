"""Follows every link of the console as whoever is signed in, and keeps each page and each form that it meets."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

from tests.admin.desk import Desk
from tests.admin.pages import Form, Page, read

START = "/console/"
PATIENCE = 900
"""No office has so many different pages: whoever meets more walks in a circle."""

ALIKE = {"cases.show": 3, "watches.show": 3, "notices.show": 3, "batches.show": 2}
MANY = {"village": 12, "reviewer": 12}
"""Of most pages one is looked at; these look different with every state, and two offices look at many of them."""


@dataclass
class Seen:
    """One page, as one person saw it."""

    login: str
    endpoint: str
    address: str
    page: Page

    @property
    def name(self) -> str:
        return f"{self.login}: {self.address}"


@dataclass
class Walk:
    """One person's way through the console: a page of each kind that links lead to."""

    login: str
    desk: Desk
    adapter: MapAdapter
    seen: list[Seen] = field(default_factory=list)
    files: list[tuple[str, str]] = field(default_factory=list)
    broken: list[tuple[str, str, int]] = field(default_factory=list)
    """Links that lead to no page: where they stand, where to, and the answer."""
    outside: list[tuple[str, str]] = field(default_factory=list)
    _known: dict[tuple[object, ...], set[str]] = field(default_factory=dict)

    def go(self) -> "Walk":
        """Open every kind of page that can be reached by links from the first."""
        waiting = [("", START)]
        while waiting:
            assert len(self.seen) < PATIENCE, [each.address for each in self.seen[-20:]]
            origin, address = waiting.pop(0)
            if (page := self._open(origin, address)) is not None:
                waiting += [(address, link) for link in self._links(page, address)]
        return self

    def _links(self, page: Page, at: str) -> Iterator[str]:
        for link in page.links:
            if link.startswith("#"):
                continue
            if link.startswith("?"):
                link = at.split("?")[0] + link
            yield link.split("#")[0]

    def _open(self, origin: str, address: str) -> Page | None:
        if not address.startswith("/console/"):
            self.outside.append((origin, address))
            return None
        endpoint = self.endpoint(address)
        alike = self._known.setdefault(self._kind(endpoint, address), set())
        if address in alike or len(alike) >= self._enough(endpoint):
            return None
        alike.add(address)
        answer = self.desk.client.get(address)
        if answer.status_code == 302:
            self.files.append((endpoint, address))
            return self._open(origin, answer.location.split("#")[0])
        if answer.status_code != 200:
            self.broken.append((origin, address, answer.status_code))
        if answer.mimetype != "text/html":
            self.files.append((endpoint, address))
            answer.close()
            return None
        page = read(answer)
        if answer.status_code == 200:
            self.seen.append(Seen(self.login, endpoint, address, page))
        return page if answer.status_code == 200 else None

    def _enough(self, endpoint: str) -> int:
        return max(ALIKE[endpoint], MANY.get(self.login, 0)) if endpoint in ALIKE else 1

    def endpoint(self, address: str, method: str = "GET") -> str:
        """Return the name of the view behind an address; empty where there is none."""
        try:
            found: str = self.adapter.match(urlsplit(address).path, method=method)[0]
        except HTTPException:
            return ""
        return found

    def _kind(self, endpoint: str, address: str) -> tuple[object, ...]:
        """Two addresses are of a kind where they differ in ids, page marks and what a list is narrowed to alone."""
        parts = urlsplit(address)
        asked = sorted(
            (name, value if name == "tab" else "")
            for name, values in parse_qs(parts.query, keep_blank_values=True).items()
            for value in values
        )
        words = [] if endpoint else [parts.path]
        return (endpoint, *words, *asked)

    def forms(self) -> Iterator[tuple[Seen, Form]]:
        """Yield every form of every page."""
        for each in self.seen:
            for form in each.page.forms:
                yield each, form
