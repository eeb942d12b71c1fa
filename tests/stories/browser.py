"""A browser as small as it can be: it keeps cookies, reads forms with their tokens, and presses buttons."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import requests

PATIENCE = 30
_SILENT = {"script", "style", "head", "title"}
_VOID = {"input", "img", "br", "meta", "link", "hr", "source", "area", "base", "col", "wbr"}


@dataclass
class Form:
    """A form as the page offers it: what is filled in already, and the buttons that send it."""

    action: str
    method: str
    row: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)

    def button(self, label: str) -> tuple[str, str, str] | None:
        """The name, value and words of a button with these words."""
        return next((each for each in self.buttons if label in each[2]), None)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.named: dict[str, str] = {}
        self._open: list[tuple[str, str]] = []
        self._row = ""
        self._form: Form | None = None
        self._button: list[str] | None = None
        self._area: list[str] | None = None
        self._link: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in _VOID:
            self._open.append((tag, given.get("id", "")))
        if tag == "tr":
            self._row = ""
        elif tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get").lower(), self._row)
            self.forms.append(self._form)
        elif tag == "a":
            self._link = [given.get("href", "")]
        elif self._form is not None:
            self._control(tag, given)

    def _control(self, tag: str, given: dict[str, str]) -> None:
        assert self._form is not None
        kind, name = given.get("type", "text"), given.get("name", "")
        if tag == "button":
            self._button = [name, given.get("value", "")]
        elif tag == "textarea":
            self._area = [name]
        elif tag == "input" and kind not in {"file", "submit", "button"} and _is_sent(kind, given):
            self._form.fields.append((name, given.get("value", "")))

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if not text or any(tag in _SILENT for tag, _ in self._open):
            return
        self.words.append(text)
        self._row += f" {text}"
        for part in (self._button, self._area, self._link):
            if part is not None:
                part.append(text)
        for _, name in self._open:
            if name:
                self.named[name] = f"{self.named.get(name, '')} {text}".strip()

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass
        if tag == "form":
            self._form = None
        elif tag == "a" and self._link is not None:
            self.links.append((self._link[0], " ".join(self._link[1:])))
            self._link = None
        elif tag == "button" and self._button is not None and self._form is not None:
            self._form.buttons.append((self._button[0], self._button[1], " ".join(self._button[2:])))
            self._button = None
        elif tag == "textarea" and self._area is not None and self._form is not None:
            self._form.fields.append((self._area[0], " ".join(self._area[1:])))
            self._area = None


def _is_sent(kind: str, given: dict[str, str]) -> bool:
    return kind not in {"checkbox", "radio"} or "checked" in given


@dataclass(frozen=True)
class Page:
    """What a browser shows: where, how it went, the words, the forms and the links."""

    url: str
    status: int
    words: str
    forms: tuple[Form, ...]
    links: tuple[tuple[str, str], ...]
    named: dict[str, str]

    def form(self, button: str, *, row: str = "") -> Form:
        """The form that has such a button, in the table row with these words."""
        for form in self.forms:
            if form.button(button) and (not row or row in form.row.split()):
                return form
        raise LookupError(f"no button “{button}” on {self.url}: {self.words[:300]}")

    def link(self, words: str) -> str | None:
        """Where the link with exactly these words leads."""
        return next((href for href, said in self.links if said == words), None)


class Browser:
    """Somebody's browser on one site."""

    def __init__(self, site: str) -> None:
        self._site = site
        self._http = requests.Session()
        self._http.trust_env = False

    def open(self, path: str) -> Page:
        """Open an address."""
        return read_page(self._http.get(urljoin(self._site, path), timeout=PATIENCE))

    def press(
        self, page: Page, button: str, *, row: str = "", upload: tuple[str, bytes] | None = None, **typed: Any
    ) -> Page:
        """Fill in a form, choose a file if it has one, press its button, and follow where that leads."""
        form = page.form(button, row=row)
        name, value, _ = form.button(button) or ("", "", "")
        sent = [(key, kept) for key, kept in form.fields if key not in typed]
        for key, words in typed.items():
            sent += [(key, each) for each in (words if isinstance(words, list) else [words])]
        if name:
            sent.append((name, value))
        where = urljoin(page.url, form.action)
        files = {"file": upload} if upload else None
        came = {"Referer": page.url}  # our own pages let a browser say it to ourselves
        return read_page(self._http.request(form.method, where, data=sent, files=files, headers=came, timeout=PATIENCE))


def read_page(answer: requests.Response) -> Page:
    """Read an answer as a page."""
    reader = _Reader()
    reader.feed(answer.text)
    return Page(
        answer.url, answer.status_code, " ".join(reader.words), tuple(reader.forms), tuple(reader.links), reader.named
    )
