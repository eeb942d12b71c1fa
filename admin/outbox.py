"""What is owed to people and has not reached them: why, and a person's word to send again or to let be."""

from collections.abc import Callable

from flask import flash, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from admin.forms import ROW, SAID_ON_THE_PAGE, page_before
from admin.screens import Screen
from admin.send_words import LEADS, NOBODYS_NAME, TABS, quota_line, send_line
from admin.sessions import actor
from backend.access.permissions import Action
from backend.services import quotas, resends, sends
from backend.services.sends import Tab


class OutboxScreen(Screen):
    """Messages that failed, are uncertain, wait or came too late; and one person's messages."""

    title, path, asks = "消息发送", "outbox", Action.READ_OUTBOX

    @expose("/")
    def index(self) -> Response:
        """Show one page of one list, the newest first."""
        tab = _tab_asked(request.args.get("tab", ""))
        before = page_before()
        page = sends.page_of(tab, by=actor(), before=before)
        return self.page(
            "console/outbox.html",
            tab=tab,
            tabs=TABS,
            lead=LEADS[tab],
            counts=sends.counts(by=actor()),
            lines=[send_line(each) for each in page.items],
            before=page.before,
            is_first=before is None,
            reasons=resends.WHY_NOT,
        )

    @expose("/find")
    def find(self) -> Response:
        """Find whose messages somebody asks for."""
        asked = request.args.get("q", "").strip()[:50]
        found = [(each.name, *each.recipient.split(":")) for each in sends.find(asked, by=actor())]
        return self.page("console/outbox_find.html", asked=asked, found=found)

    @expose(f"/of/<kind>/<{ROW}:row>")
    def of(self, kind: str, row: int) -> Response:
        """Show one person's messages with every try, and what they still allow."""
        recipient, before = f"{kind}:{row}", page_before()
        name = sends.name_of_recipient(recipient, by=actor())
        page = sends.history_of(recipient, by=actor(), before=before)
        return self.page(
            "console/outbox_person.html",
            whose=name or NOBODYS_NAME[kind],
            kind=kind,
            row=row,
            lines=[send_line(each) for each in page.items],
            quotas=[quota_line(each) for each in quotas.ledger_of(recipient, by=actor())],
            before=page.before,
            is_first=before is None,
            reasons=resends.WHY_NOT,
        )

    @expose(f"/<{ROW}:message_id>/retry", methods=["POST"])
    def retry(self, message_id: int) -> Response:
        """Owe one message again."""
        return _done(lambda: resends.retry(message_id, by=actor()), "已放回等待发送的队里，马上再发。")

    @expose(f"/<{ROW}:message_id>/cancel", methods=["POST"])
    def cancel(self, message_id: int) -> Response:
        """Let one message not be sent any more."""
        why = request.form.get("why", "")
        return _done(lambda: resends.cancel(message_id, why, by=actor()), "已记下，这条消息不再发了。")

    @expose("/retry-all", methods=["POST"])
    def retry_all(self) -> Response:
        """Owe everything again that was not delivered and is fresh enough."""
        count = resends.retry_all(by=actor())
        flash(f"已把{count}条放回等待发送的队里。过了时效的不再发。" if count else "没有还能再发的消息。", "success")
        return redirect(url_for("outbox.index", tab=Tab.FAILED))


def _tab_asked(text: str) -> Tab:
    return Tab(text) if text in set(Tab) else Tab.FAILED


def _done(work: Callable[[], object], said: str) -> Response:
    try:
        work()
    except SAID_ON_THE_PAGE as error:
        flash(error.message, "error")
    else:
        flash(said, "success")
    return redirect(url_for("outbox.index", tab=_tab_asked(request.form.get("tab", ""))))
