"""What anybody may see of a public notice: that the sheet is genuine, its days, how to object, and no name (P33)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO

import segno
from sqlalchemy import select

from backend import clock
from backend.access.scope import as_system
from backend.db import db
from backend.errors import NotFound, NotYetPosted
from backend.models import Notice
from backend.privacy.notice_text import Telephone
from backend.services import offline
from backend.services.sheets import telephones_of
from backend.services.storage import settings
from backend.workflow.places import name_of

LONGEST_TOKEN = 32


@dataclass(frozen=True)
class PublicNotice:
    """What the page behind the code says; after the last day it says only that the days are over."""

    is_over: bool
    village: str = ""
    place: str = ""
    posted_on: date | None = None
    until: date | None = None
    families: int = 0
    telephones: Sequence[Telephone] = ()


def public_notice(token: str) -> PublicNotice:
    """Return what anybody may see of a sheet. Errors: those of `find_posted`."""
    notice = find_posted(token)
    offline.refuse_notices(notice.county_code)
    if clock.today() > notice.until:
        return PublicNotice(is_over=True)
    return PublicNotice(
        is_over=False,
        village=name_of(notice.village_code),
        place=notice.place,
        posted_on=notice.posted_on,
        until=notice.until,
        families=notice.families,
        telephones=telephones_of(notice.village_code),
    )


def find_posted(token: str) -> Notice:
    """Return the posted sheet with this code.

    Errors: `NotFound` for a code of no sheet; `NotYetPosted` for one that is made and, by its printed days, may hang.
    """
    with as_system("the code on a sheet was scanned"):
        notice = db.session.scalars(select(Notice).where(Notice.token == token[:LONGEST_TOKEN])).one_or_none()
    if notice is None or (notice.posted_on is None and clock.today() > notice.until):
        raise NotFound("没有找到这张公示，请核对纸上的码。")
    if notice.posted_on is None:
        offline.refuse_notices(notice.county_code)
        raise NotYetPosted
    return notice


def page_address(notice: Notice) -> str:
    """Return the address that the sheet's code holds."""
    return f"{settings().public_url.rstrip('/')}/notice/{notice.token}"


def code_svg(notice: Notice) -> str:
    """Return the sheet's QR code as SVG, with enough redundancy for a wall in the rain (level Q)."""
    image = BytesIO()
    segno.make(page_address(notice), error="q", micro=False).save(image, kind="svg", scale=4, xmldecl=False)
    return image.getvalue().decode()
