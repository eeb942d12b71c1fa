"""What all screens share: who looks, what it takes to look, and what every page shows around its content."""

from typing import Any, Self

from flask import Response, g, make_response
from flask_admin import Admin, BaseView

from admin import errors
from admin.sessions import actor
from admin.words import banner_now, place
from backend.access.permissions import ROLE_NAMES, Action, may, require


class Screen(BaseView):
    """One screen of the console: its words in the menu, its address, and the permission that it asks for."""

    title = ""
    path = ""
    icon = ""
    asks: Action | None = None
    """The permission without which nothing of the screen is served; None where a signed-in person is enough."""
    in_menu = True

    @classmethod
    def make(cls) -> Self:
        """Return the screen as Flask-Admin mounts it."""
        return cls(name=cls.title, endpoint=cls.path.replace("-", "_"), url=cls.path)

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
        role = ROLE_NAMES[found.role] if found else ""
        return make_response(self.render(template, me=found, my_role=role, **values), status)

    def _handle_view(self, name: str, **kwargs: Any) -> None:
        """Refuse before the view runs; Flask-Admin calls this for every view."""
        if self.asks is not None:
            require(actor().role, self.asks)

    def _run_view(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        """Run the view once: Flask-Admin's own runs it again after any TypeError."""
        return fn(self, *args, **kwargs)
