"""Reads a page of the console as tests look at it: its visible words, its forms, its attributes."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from werkzeug.test import TestResponse

UNSEEN = {"script", "style", "title", "head"}
EMPTY = {"input", "link", "meta", "img", "br", "hr"}


@dataclass
class Form:
    """One form, with what it would send if nobody typed anything."""

    action: str
    method: str = "get"
    values: dict[str, str] = field(default_factory=dict)


@dataclass
class Page:
    """One answer, read."""

    status: int
    html: str
    headers: dict[str, str]
    words: list[str] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    attributes: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join(self.words)

    def form(self, path_ends: str, *, action: object = None) -> Form:
        fitting = [each for each in self.forms if each.action.endswith(path_ends)]
        if action is not None:
            fitting = [each for each in fitting if each.values.get("action") == str(action)]
        assert fitting, f"no form for {path_ends} {action or ''} on this page: {self.text}"
        return fitting[0]


class _Reader(HTMLParser):
    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page, self.inside, self.textarea, self.select = page, [], "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.page.attributes += [(tag, name, value) for name, value in given.items()]
        if tag not in EMPTY:
            self.inside.append(tag)
        if tag == "a" and "href" in given:
            self.page.links.append(given["href"])
        if tag == "form":
            self.page.forms.append(Form(given.get("action", ""), given.get("method", "get").lower()))
        if tag == "textarea":
            self.textarea = given.get("name", "")
        self._choose(tag, given)
        ticked = given.get("type") not in {"checkbox", "radio"} or "checked" in given
        if tag == "input" and self.page.forms and "name" in given and ticked and given.get("type") != "file":
            self.page.forms[-1].values[given["name"]] = given.get("value", "")

    def _choose(self, tag: str, given: dict[str, str]) -> None:
        """Take a list's chosen option, or its first, as a browser sends it."""
        if tag == "select":
            self.select = given.get("name", "")
        if tag == "option" and self.select and self.page.forms:
            values = self.page.forms[-1].values
            if "selected" in given or self.select not in values:
                values[self.select] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        while tag in self.inside and self.inside.pop() != tag:
            pass
        if tag == "textarea":
            self.textarea = ""
        if tag == "select":
            self.select = ""

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.page.forms[-1].values[self.textarea] = data
        if data.strip() and not UNSEEN & set(self.inside):
            self.page.words.append(data.strip())


def read(answer: TestResponse) -> Page:
    """Read an answer of the console."""
    html = answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""
    page = Page(answer.status_code, html, dict(answer.headers))
    _Reader(page).feed(html)
    return page
