"""The board: how many families each place has under way, on whom they wait, and how long the way takes."""

from flask_admin import expose
from werkzeug.wrappers import Response

from admin.screens import Screen
from admin.sessions import actor
from backend.access.permissions import Action
from backend.services import boards


class BoardScreen(Screen):
    """One's own place, by the places below it."""

    title, path, asks = "看板", "board", Action.READ_BOARD

    @expose("/")
    def index(self) -> Response:
        """Show the board."""
        return self.page("console/board.html", board=boards.board(by=actor()), days_back=boards.LAST_DAYS)
