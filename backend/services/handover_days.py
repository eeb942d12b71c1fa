"""The day on which a post changes hands: hats, families, grids and the station go over, each village at once (P43)."""

from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from sqlalchemy import select

from backend import clock
from backend.access.actor import system_actor
from backend.access.permissions import APART, ROLE_NAMES, Action, Role
from backend.access.scope import as_system
from backend.db import db, new_id, use_case
from backend.models import (
    Deputy,
    GridChange,
    GridPost,
    Handover,
    Identity,
    Pairing,
    Staff,
    Station,
    StationMember,
    Watch,
)
from backend.models.places import same_place
from backend.policy.county import current_policy
from backend.services import deputies, sign_ins, vacancies
from backend.services.grid_changes import HAND_OVER
from backend.services.handovers import DONE, PLANNED, REFUSED, goes_along
from backend.services.paired import HELPER
from backend.services.reminder_words import LONE_PAGE
from backend.services.sealing import Sealer
from backend.services.staff import phone_of_staff
from backend.workflow import engine
from backend.workflow.deadlines import spoken_at
from backend.workflow.outbox import PRESSING, STAFF, owe
from backend.workflow.places import name_of
from backend.workflow.steps import Reason
from backend.workflow.watching import WATCHED

MOST = 500
VILLAGE_DIGITS = 12


def carry_out() -> int:
    """Let every post whose day has come change hands, a village in each transaction; return how many did."""
    query = select(Handover.id, Handover.region_code).where(
        Handover.standing == PLANNED, Handover.on_day <= clock.today()
    )
    due = db.session.execute(query.order_by(Handover.on_day, Handover.id).limit(MOST)).all()
    db.session.rollback()
    village = {row.id: row.region_code[:VILLAGE_DIGITS] for row in due}
    ordered = sorted(village, key=lambda each: (village[each], each))
    return sum(_carry_out(list(ids)) for _, ids in groupby(ordered, key=village.__getitem__))


@use_case
def _carry_out(ids: Sequence[int]) -> int:
    """Let the posts of one village change hands, all in one transaction; a row that cannot says why, and is no harm."""
    query = select(Handover).where(Handover.id.in_(ids), Handover.standing == PLANNED).order_by(Handover.id)
    rows = db.session.scalars(query.with_for_update()).all()
    with as_system("a post changes hands"):
        for row in rows:
            why_not = _why_not(row)
            row.standing, row.said, row.ended_at = (REFUSED if why_not else DONE), why_not, clock.now()
            if not why_not:
                _hand_over(row)
        db.session.flush()
        for county, code in {(row.county_code, row.region_code) for row in rows if row.standing == DONE}:
            vacancies.settle([code[:VILLAGE_DIGITS]], by=system_actor(county, "posts change hands"))
    return sum(row.standing == DONE for row in rows)


def _why_not(row: Handover) -> str:
    takes = _member(row.to_id)
    if not takes.is_active:
        return f"{takes.name}的账号已经停用，请另排一个人接任。"
    if any(Role(each.role) in APART for each in sign_ins.identities_of(takes.id)):
        return f"{takes.name}现在是管理员或者检查人员，不能再办业务，请另排一个人接任。"
    if row.from_id is not None and _hat(row.from_id, row) is None:
        return f"{_member(row.from_id).name}已经不在这个岗位上，没有东西可交。"
    return ""


def _hand_over(row: Handover) -> None:
    counted = goes_along(Role(row.role), row.region_code, None)
    takes = _member(row.to_id)
    moved = Counter({"duties": counted.duties})
    if row.from_id is not None:
        gives, hat = _member(row.from_id), _hat(row.from_id, row)
        if hat is not None:
            hat.ended_at = clock.now()
        within = "" if row.is_everything else row.region_code
        moved["families"] = _hand_over_families(gives, takes, within)
        moved["grids"] = _hand_over_grids(gives, takes, within, row)
        moved["stations"] = _hand_over_stations(gives, takes, within)
        _end_deputies(gives, row)
        _leave(gives, row)
    _put_on(row)
    row.moved = dict(moved)
    _tell(row, moved)


def _put_on(row: Handover) -> None:
    """Give the successor the post's hat, as far as they do not wear it already."""
    query = select(Identity).where(
        Identity.staff_id == row.to_id, Identity.role == row.role, Identity.region_code == row.region_code
    )
    hat = db.session.scalars(query).one_or_none()
    if hat is None:
        hat = Identity(id=new_id(), staff_id=row.to_id, role=Role(row.role), region_code=row.region_code)
        db.session.add(hat)
    elif hat.ended_at is None:
        deputies.keep_for_good(hat)
    hat.title, hat.ended_at = row.title or hat.title or "", None
    db.session.flush()


def _hand_over_families(gives: Staff, takes: Staff, within: str) -> int:
    """Let the successor answer for the families; who answered before stays in their history, to this day."""
    query = select(Pairing).where(Pairing.staff_id == gives.id, Pairing.until_on.is_(None))
    rows = [each for each in db.session.scalars(query).all() if each.village_code.startswith(within[:VILLAGE_DIGITS])]
    today, phone = clock.today(), phone_of_staff(takes)
    for each in rows:
        each.until_on, row_id = today, new_id()
        db.session.add(
            Pairing(
                id=row_id,
                household_id=each.household_id,
                post=each.post,
                name=takes.name,
                unit=each.unit,
                staff_id=takes.id,
                phone_sealed=Sealer("pairings", row_id).keep("phone_sealed", phone),
                from_on=today,
                until_on=None,
                **same_place(each),
            )
        )
        _note_helper(each, takes)
    return len(rows)


def _note_helper(pairing: Pairing, takes: Staff) -> None:
    """Write into the file of a watched family that somebody else answers for it now."""
    if pairing.post != HELPER:
        return
    query = select(Watch.case_id).where(Watch.household_id == pairing.household_id, Watch.standing.in_(WATCHED))
    by = system_actor(pairing.county_code, "posts change hands")
    for case_id in db.session.scalars(query).all():
        words = f"结对帮扶人由{pairing.name}换成{takes.name}（岗位交接）"
        engine.note(engine.find_case(case_id), Action.PAIR, by=by, reason=Reason(words=words))


def _hand_over_grids(gives: Staff, takes: Staff, within: str, row: Handover) -> int:
    query = select(GridPost).where(GridPost.staff_id == gives.id, GridPost.until_on.is_(None))
    posts = [each for each in db.session.scalars(query).all() if each.grid_code.startswith(within)]
    today = clock.today()
    for post in posts:
        post.until_on, post_id = today, new_id()
        sealed = Sealer("grid_posts", post_id).keep("phone_sealed", phone_of_staff(takes))
        made = GridPost(id=post_id, grid_code=post.grid_code, post=post.post, name=takes.name, staff_id=takes.id)
        made.title, made.source, made.phone_sealed, made.from_on, made.until_on = row.title, "", sealed, today, None
        db.session.add(made)
        change = GridChange(id=new_id(), parent_code=post.grid_code[:VILLAGE_DIGITS], kind=HAND_OVER)
        change.from_code = change.to_code = post.grid_code
        change.households, change.said, change.reason = 0, f"{gives.name}换成{takes.name}", row.why
        change.happened_on, change.by_name = today, row.named_by_name
        db.session.add(change)
    return len(posts)


def _hand_over_stations(gives: Staff, takes: Staff, within: str) -> int:
    query = select(StationMember).where(StationMember.staff_id == gives.id, StationMember.until_on.is_(None))
    members = [each for each in db.session.scalars(query).all() if each.station_code.startswith(within)]
    today = clock.today()
    for each in members:
        each.until_on, row_id = today, new_id()
        sealed = Sealer("station_members", row_id).keep("phone_sealed", phone_of_staff(takes))
        made = StationMember(id=row_id, station_code=each.station_code, name=takes.name, staff_id=takes.id)
        made.identities, made.posts, made.is_full_time = list(each.identities), list(each.posts), each.is_full_time
        made.phone_sealed, made.from_on, made.until_on = sealed, today, None
        db.session.add(made)
        station = db.session.get(Station, each.station_code)
        if station is not None and station.head_member_id == each.id:
            station.head_member_id = row_id
    return len(members)


def _end_deputies(gives: Staff, row: Handover) -> None:
    """End who stood in for somebody that holds the post no longer: the post is filled."""
    query = select(Deputy).where(
        Deputy.stands_for == gives.id,
        Deputy.role == row.role,
        Deputy.region_code == row.region_code,
        Deputy.ended_at.is_(None),
    )
    for each in db.session.scalars(query).all():
        each.ended_at = clock.now()
        lent = each.identity_id is not None and each.deputy_id != row.to_id
        hat = db.session.get(Identity, each.identity_id) if lent else None
        if hat is not None:
            hat.ended_at = clock.now()


def _leave(gives: Staff, row: Handover) -> None:
    sign_ins.end_all(staff_id=gives.id)
    if row.closes_account:
        gives.is_active, gives.phone_sealed = False, None


def _tell(row: Handover, moved: Counter[str]) -> None:
    """Tell the successor what is theirs now, and ask for permission to remind: consents never change hands."""
    day = row.on_day
    owe(
        kind="duty",
        template="duty",
        subject=f"handover:{row.id}",
        recipient=f"{STAFF}:{row.to_id}",
        county_code=row.county_code,
        data={
            "what": f"接任{ROLE_NAMES[Role(row.role)]}",
            "where": name_of(row.region_code),
            "due": f"{day.year}年{day.month}月{day.day}日",
            "hint": f"有{moved['duties']}件待办，请打开并允许提醒",
        },
        page=LONE_PAGE,
        priority=PRESSING,
        not_before=spoken_at(clock.now(), current_policy(row.county_code).ladder),
    )


def _member(staff_id: int) -> Staff:
    return db.session.scalars(select(Staff).where(Staff.id == staff_id)).one()


def _hat(staff_id: int, row: Handover) -> Identity | None:
    query = select(Identity).where(
        Identity.staff_id == staff_id,
        Identity.role == row.role,
        Identity.region_code == row.region_code,
        Identity.ended_at.is_(None),
    )
    return db.session.scalars(query.with_for_update()).one_or_none()
