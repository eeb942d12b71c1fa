"""A screen that is one page with declared forms: shown, and shown again with what was refused."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin import deeds
from admin.deeds import Deed
from admin.forms import SAID_ON_THE_PAGE
from admin.screens import Screen
from admin.sessions import actor
from backend.errors import DomainError


class DeedScreen(Screen):
    """One page; what its forms do is in `deeds`, what stands on it in `show_page`."""

    deeds: ClassVar[Mapping[str, Deed]] = {}

    @expose("/")
    def index(self) -> Response:
        """Show all of it."""
        return self.show_page()

    @expose("/", methods=["POST"])
    def do(self) -> Response:
        """Do what the sent form is for, and say so; what was refused stands above its form again."""
        try:
            said = deeds.take(self.deeds, 0, by=actor(), form=request.form)
        except SAID_ON_THE_PAGE as error:
            return self.show_page(error)
        flash(said, "success")
        return redirect(url_for(f"{self.endpoint}.index"))

    @abstractmethod
    def show_page(self, error: DomainError | None = None) -> Response:
        """Return the page, with what was wrong with a form if something was."""
