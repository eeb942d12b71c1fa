"""The board: a place in figures and charts, its places below it, and the same on a wall."""

from flask import request
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.screens import Screen
from admin.sessions import actor
from backend.access.permissions import Action
from backend.services import boards


class BoardScreen(Screen):
    """One's own place, or one inside it."""

    title, path, asks = "看板", "board", Action.READ_BOARD

    @expose("/")
    def index(self) -> Response:
        """Show a place's board."""
        return self._shown("console/board.html")

    @expose("/wall")
    def wall(self) -> Response:
        """Show the same in large type for a wall: nobody's name, and no small group."""
        return self._shown("console/wall.html")

    def _shown(self, template: str) -> Response:
        code = request.args.get("place", "")
        return self.page(template, board=boards.board(by=actor(), code=code))
