"""What a village does with a public notice, and what anybody sees who scans its code."""

from typing import Any

from flask_smorest import Blueprint

from backend.access.permissions import Action
from backend.models import Case, Notice
from backend.services import notice_ends, notice_pages, village_lists
from backend.services import notices as service
from backend.services.notices import PostingForm, ReadingForm
from miniprogram_api import proceedings as shape
from miniprogram_api.auth import actor
from miniprogram_api.routes import route
from miniprogram_api.schemas.applicants import ListQuery
from miniprogram_api.schemas.cases import MovedSchema
from miniprogram_api.schemas.notices import (
    CloseNoticeRequest,
    NoticeDoneSchema,
    NoticePostingRequest,
    NoticeReadingRequest,
    NoticeSchema,
    NoticesSchema,
    PreparedSheetsSchema,
    PrepareNoticeRequest,
    PreviewQuery,
    PreviewSchema,
    PublicNoticeSchema,
)
from miniprogram_api.schemas.shared import DoneSchema
from miniprogram_api.shapes import page_before

notices = Blueprint("api_notices", __name__, description="公示")


@route(
    notices,
    "GET",
    "/notices/preview",
    allows=Action.POST_NOTICE,
    takes=PreviewQuery,
    where="query",
    gives=PreviewSchema,
)
def preview_notice(query: dict[str, Any]) -> dict[str, Any]:
    """Show the exact text that these families' sheet would have."""
    return shape.preview(service.preview(query["case_id"], by=actor(), posts_on=query["posts_on"]))


@route(
    notices,
    "POST",
    "/notices",
    allows=Action.POST_NOTICE,
    takes=PrepareNoticeRequest,
    gives=NoticeDoneSchema,
    status=201,
    once=True,
)
def prepare_notice(body: dict[str, Any]) -> Notice:
    """Make the sheet that is printed."""
    return service.prepare(body["case_ids"], by=actor(), posts_on=body["posts_on"])


@route(
    notices,
    "GET",
    "/notices",
    allows=Action.READ_PROCEEDINGS,
    takes=ListQuery,
    where="query",
    gives=NoticesSchema,
)
def list_notices(query: dict[str, Any]) -> dict[str, Any]:
    """List the sheets of one's place, the newest first."""
    return page_before(village_lists.sheets_of(by=actor(), **query), query["size"])


@route(notices, "GET", "/notices/<int:notice_id>", allows=Action.READ_PROCEEDINGS, gives=NoticeSchema)
def read_notice(notice_id: int) -> dict[str, Any]:
    """Read a sheet with its text and its code."""
    return shape.notice(service.read_notice(notice_id, by=actor()))


@route(notices, "GET", "/cases/<int:case_id>/prepared-notices", allows=Action.POST_NOTICE, gives=PreparedSheetsSchema)
def list_prepared_notices(case_id: int) -> dict[str, Any]:
    """List the sheets with this family that were made and may now be said to hang, the newest first."""
    by = actor()
    return shape.prepared(village_lists.to_be_posted(case_id, by=by), by)


@route(
    notices,
    "POST",
    "/cases/<int:case_id>/notice-readings",
    allows=Action.POST_NOTICE,
    takes=NoticeReadingRequest,
    gives=DoneSchema,
    status=201,
    once=True,
)
def read_notice_out(body: ReadingForm, case_id: int) -> dict[str, bool]:
    """Record that the family heard exactly what the sheet will say of it."""
    service.read_out(case_id, by=actor(), form=body)
    return {"done": True}


@route(
    notices,
    "POST",
    "/notices/<int:notice_id>/postings",
    allows=Action.POST_NOTICE,
    takes=NoticePostingRequest,
    gives=NoticeDoneSchema,
    status=201,
    once=True,
)
def post_notice(body: PostingForm, notice_id: int) -> Notice:
    """Record that the sheet hangs: its full days begin tomorrow."""
    return service.post(notice_id, by=actor(), form=body)


@route(
    notices,
    "POST",
    "/cases/<int:case_id>/notice-closings",
    allows=Action.CLOSE_NOTICE,
    takes=CloseNoticeRequest,
    gives=MovedSchema,
    status=201,
    once=True,
)
def close_notice(body: dict[str, int], case_id: int) -> Case:
    """Close a family's notice after its last full day."""
    return notice_ends.close(case_id, by=actor(), version=body["version"])


@route(
    notices,
    "POST",
    "/notices/<int:notice_id>/removals",
    allows=Action.TAKE_DOWN_NOTICE,
    gives=NoticeDoneSchema,
    status=201,
    once=True,
)
def take_notice_down(notice_id: int) -> Notice:
    """Record that the sheet was taken down."""
    return notice_ends.take_down(notice_id, by=actor())


@route(notices, "GET", "/public-notices/<token>", allows=None, gives=PublicNoticeSchema)
def public_notice(token: str) -> dict[str, Any]:
    """Show what anybody may see of a sheet: its days, how to object, and no name."""
    return shape.public(notice_pages.public_notice(token))
