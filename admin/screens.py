"""What all screens share: who looks, what it takes to look, and what every page shows around its content."""

from typing import Any, Self

from flask import Response, g, make_response
from flask_admin import Admin, BaseView

from admin import errors
from admin.sessions import actor
from admin.words import banner_now, place
from backend.access.permissions import ROLE_NAMES, Action, may, require
from backend.services import inbox
from backend.workflow.places import is_practice


class Screen(BaseView):
    """One screen of the console: its words in the menu, its address, and the permission that it asks for."""

    title = ""
    path = ""
    icon = ""
    asks: Action | None = None
    """The permission without which nothing of the screen is served; None where a signed-in person is enough."""
    in_menu = True

    @classmethod
    def make(cls, drawer: str = "") -> Self:
        """Return the screen as Flask-Admin mounts it, in a drawer of the menu."""
        return cls(name=cls.title, category=drawer or None, endpoint=cls.path.replace("-", "_"), url=cls.path)

    def is_accessible(self) -> bool:
        """Say whether the menu shows the screen to whoever looks."""
        found = g.get("actor")
        return found is not None and (self.asks is None or may(found.role, self.asks))

    def is_visible(self) -> bool:
        """Say whether the screen has a place in the menu at all."""
        return self.in_menu

    def create_blueprint(self, admin: Admin) -> Any:
        """Make the blueprint, with the console's own pages for what goes wrong."""
        blueprint = super().create_blueprint(admin)
        errors.attach(blueprint)
        return blueprint

    def page(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """Return a page: its content, and who looks at it around it."""
        found = g.get("actor")
        if "banner" not in values:
            values["banner"] = banner_now()
        if "my_place" not in values:
            values["my_place"] = place(found.region_code) if found else ""
        if "unread" not in values:
            values["unread"] = inbox.unread(found) if found and may(found.role, Action.READ_INBOX) else None
        values.setdefault("drawers", self._drawers() if found else [])
        values.setdefault("is_practice", found is not None and is_practice(found.county_code))
        role = ROLE_NAMES[found.role] if found else ""
        return make_response(self.render(template, me=found, my_role=role, **values), status)

    def _drawers(self) -> list[tuple[str, list[Any]]]:
        """Return the menu as whoever looks may open it: its drawers, each with what is in it; "" is no drawer."""
        open_to = [item for item in self.admin.menu() if item.is_accessible() and item.is_visible()]
        inside = [(item, item.get_children() if item.is_category() else [item]) for item in open_to]
        found = [
            (item.name if item.is_category() else "", [each for each in below if _is_open(each)])
            for item, below in inside
        ]
        return [(name, below) for name, below in found if below]

    def _handle_view(self, name: str, **kwargs: Any) -> None:
        """Refuse before the view runs; Flask-Admin calls this for every view."""
        if self.asks is not None:
            require(actor().role, self.asks)

    def _run_view(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        """Run the view once: Flask-Admin's own runs it again after any TypeError."""
        return fn(self, *args, **kwargs)


def _is_open(item: Any) -> bool:
    return bool(item.is_accessible() and item.is_visible())
