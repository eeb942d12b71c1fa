"""What is owed to people and has not reached them, with why."""

from flask_admin import expose
from werkzeug.wrappers import Response

from admin.screens import Screen
from admin.sessions import actor
from admin.words import message_line
from backend.access.permissions import Action
from backend.services import inbox


class OutboxScreen(Screen):
    """Messages that wait, are uncertain or were refused."""

    title, path, asks = "消息发送", "outbox", Action.READ_OUTBOX

    @expose("/")
    def index(self) -> Response:
        """List them, the newest first."""
        messages = inbox.not_delivered(by=actor())
        return self.page("console/outbox.html", lines=[message_line(message) for message in messages])
