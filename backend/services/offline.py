"""泄露应急: one switch that takes a county's public notices and every file that leaves offline at once."""

from backend import clock
from backend.access.actor import Actor
from backend.access.permissions import Action, require
from backend.db import use_case
from backend.errors import NotAllowed, NotPossibleNow
from backend.models import CountySafety
from backend.services import audit, county_safety
from backend.services.sealing import needed

MOST_WHY = 200
FILES = "本县已启动信息泄露应急，暂停一切导出和打印公示。办理个案不受影响；什么时候恢复，请问本县的安全管理员。"
NOTICES = "这张公示的网页暂时不能看，请到村务公开栏看张贴的公示，或者拨打公示上的电话。"


def refuse_files(county_code: str) -> None:
    """Raise `NotPossibleNow` while the county is offline: asked by whatever makes or hands out a file."""
    if is_offline(county_code):
        raise NotPossibleNow(FILES)


def refuse_notices(county_code: str) -> None:
    """Raise `NotPossibleNow` while the county is offline: asked by whatever shows a public notice to everybody."""
    if is_offline(county_code):
        raise NotPossibleNow(NOTICES)


def is_offline(county_code: str) -> bool:
    """Say whether the county's notices and files are offline now."""
    return county_safety.of(county_code).offline_at is not None


def standing(*, by: Actor) -> CountySafety:
    """Return how the switch stands: since when, who threw it, and why."""
    require(by.role, Action.TAKE_OFFLINE)
    return county_safety.of(by.county_code)


@use_case
def take_offline(why: str, *, by: Actor) -> None:
    """Take every notice and every file offline at once.

    Errors: `Invalid` without a reason; `NotPossibleNow` when they are offline already.
    """
    require(by.role, Action.TAKE_OFFLINE)
    said = needed(why, "why", MOST_WHY)
    row = county_safety.locked(by.county_code)
    if row.offline_at is not None:
        raise NotPossibleNow("已经下线了。")
    row.offline_at, row.offline_by, row.offline_by_name, row.offline_why = clock.now(), by.id, by.name, said
    _record(by, "offline")


@use_case
def bring_back(*, by: Actor) -> None:
    """Bring notices and files back: never by the person who took them offline, so that two have looked."""
    require(by.role, Action.TAKE_OFFLINE)
    row = county_safety.locked(by.county_code)
    if row.offline_at is None:
        raise NotPossibleNow("现在没有下线。")
    if row.offline_by == by.id:
        raise NotAllowed("谁下线的，不能自己恢复。请另一位安全管理员或县分管负责人核实后恢复。")
    row.offline_at, row.offline_by, row.offline_by_name, row.offline_why = None, None, "", ""
    _record(by, "online")


def _record(by: Actor, did: str) -> None:
    audit.record_on_session(by=by, action=Action.TAKE_OFFLINE, subject=f"safety:{by.county_code}", detail={"did": did})
