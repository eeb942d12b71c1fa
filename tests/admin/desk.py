"""A browser at the console without a screen: it reads forms and fills them in as a person does."""

from dataclasses import dataclass

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.admin.pages import Page, read


@dataclass
class Desk:
    """One browser at the console."""

    client: FlaskClient
    _token: tuple[str, str] = ("", "")
    """What marks the session that a token was made for, and the token."""

    def get(self, path: str) -> Page:
        """Open an address and read the page; redirects are followed."""
        return read(self.client.get(path, follow_redirects=True))

    def send(self, path: str, **form: object) -> TestResponse:
        """Post a form with the token of the sign-in page or of whatever page is open to everybody here."""
        return self.client.post(path, data={"csrf_token": self.token(), **form})

    def press(self, page: Page, path_ends: str, follow: bool = True, **typed: object) -> Page:
        """Fill in the form of `page` whose address ends so and whose action fits, and send it."""
        form = page.form(path_ends, action=typed.get("action"))
        answer = self.client.post(form.action, data={**form.values, **typed}, follow_redirects=follow)
        return read(answer)

    def token(self) -> str:
        """Return a form token that fits this browser, from a page of it; one is good for as long as its session is."""
        mark = self._mark()
        if not mark or mark != self._token[0]:
            found = self._token_of_a_page()
            self._token = (self._mark(), found)
        return self._token[1]

    def _mark(self) -> str:
        with self.client.session_transaction("/console/") as session:
            return session.get("csrf_token", "")

    def _token_of_a_page(self) -> str:
        for address in ("/console/me/", "/console/sign-in/"):
            page = read(self.client.get(address))
            if page.forms:
                return page.forms[0].values["csrf_token"]
        raise AssertionError("no form anywhere")

    def sign_in(self, login: str, password: str) -> Page:
        """Sign in as a person does."""
        page = self.get("/console/sign-in/")
        return self.press(page, "/sign-in/", login=login, password=password)
