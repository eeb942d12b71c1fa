"""Families that live in another village than that of their register: who comes here to help, who lives elsewhere."""

from flask_admin import expose
from werkzeug.wrappers import Response

from admin.screens import Screen
from admin.sessions import actor
from backend.access.permissions import Action
from backend.services import living


class LivingScreen(Screen):
    """Two lists: families of another village that this one visits, and families of here that live elsewhere."""

    title, path, asks = "人户分离", "living", Action.CORRECT_FAMILY

    @expose("/")
    def index(self) -> Response:
        """Show both."""
        by = actor()
        return self.page(
            "console/living.html",
            here=living.families_living_here(by=by),
            away=living.families_living_elsewhere(by=by),
            is_village=living.is_a_village(by),
        )
