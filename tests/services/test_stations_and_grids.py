"""Stations with their heads and posts, vacancies as duties, and grids that are split, merged and handed over."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor, staff_actor
from backend.access.permissions import Role
from backend.access.scope import act_within, as_system
from backend.db import db
from backend.errors import Invalid, NotAllowed, NotFound
from backend.models import Case, Clue, Declaration, Grid, GridChange, GridPost, Household, Identity, Region, Task
from backend.services import grid_changes, grid_pages, grids, publicity, staff, station_pages, stations, vacancies
from backend.services.grid_changes import PostForm
from backend.services.publicity import PublicityForm
from backend.services.staff import NewStaff
from backend.services.stations import MemberForm
from tests.people import COUNTY, NEXT_VILLAGE, OTHER_VILLAGE, TOWNSHIP, VILLAGE, Cast, Maker
from tests.services.watching import households

TODAY = date(2026, 3, 6)
FIRST, SECOND, THIRD = (f"{VILLAGE}{number:03d}" for number in range(3))
SECRETARY, LEADER = MemberForm("李书记", ("secretary", "patrol")), MemberForm("丁队长", ("team_leader",))


@pytest.fixture(autouse=True)
def friday() -> Iterator[None]:
    with clock.at(datetime(2026, 3, 6, 1, tzinfo=UTC)):
        yield


@pytest.fixture
def three(app: Flask) -> list[int]:
    """Thirty households of one village in three grids; the first of each is in the first one, and so on."""
    with app.app_context():
        for number, code in enumerate((FIRST, SECOND, THIRD), start=1):
            db.session.add(Region(code=code, name=f"第{number}组", level="grid", parent_code=VILLAGE))
            db.session.flush()
            db.session.add(Grid(code=code, parent_code=VILLAGE, group_name="", said_households=None, ended_on=None))
        db.session.commit()
    return households(app, 30)


@contextmanager
def grid_member(app: Flask, code: str) -> Iterator[Actor]:
    by = staff_actor(
        staff_id=7, role=Role.GRID, region_code=code, name="网格员", title="", account_id=None, session_id=None
    )
    with app.app_context():
        act_within(by.scope)
        yield by


@pytest.mark.shows("monitoring.7", "A01", "A02", "A03", "D41")
def test_the_head_follows_the_rule_until_somebody_chooses_by_hand(cast: Cast) -> None:
    with cast.acting("town_op") as by:
        stations.found([TOWNSHIP, VILLAGE], date(2026, 3, 1), by=by)
        heads = [station_pages.one(VILLAGE, by=by).wrong]
        secretary = stations.add_member(VILLAGE, SECRETARY, by=by)
        heads.append(station_pages.one(VILLAGE, by=by).head.name)
        stations.add_member(VILLAGE, LEADER, by=by)
        heads.append(station_pages.one(VILLAGE, by=by).head.name)
        with pytest.raises(Invalid) as refused:
            stations.choose_head(VILLAGE, secretary.id, "", by=by)
        stations.choose_head(VILLAGE, secretary.id, "队长在外学习三个月", by=by)
        heads.append(station_pages.one(VILLAGE, by=by).head.name)
        stations.end_member(secretary.id, by=by)
        heads.append(station_pages.one(VILLAGE, by=by).head.name)
        covered = {each.level: (each.places, each.founded, each.headed) for each in station_pages.coverage(by=by)}

    assert set(refused.value.fields) == {"reason"}
    assert heads == ["缺站长", "李书记", "丁队长", "李书记", "丁队长"]
    assert covered["township"] == (1, 1, 0)
    assert covered["village"][1:] == (1, 1)
    assert covered["village"][0] > 1


@pytest.mark.shows("monitoring.7", "D42", "D44")
def test_a_register_names_posts_and_full_time_and_is_kept_at_its_own_place(cast: Cast) -> None:
    form = MemberForm("王村干", ("monitor", "grid_member"), ("update", "statistics"), True, "13800000001")
    with cast.acting("county_op") as by:
        stations.found([COUNTY, VILLAGE, NEXT_VILLAGE], TODAY, by=by)
    village = cast.staff_id("village")
    with cast.acting("head") as by:
        row = stations.add_member(VILLAGE, form, by=by)
        assert (row.identities, row.posts, row.is_full_time) == (
            ["monitor", "grid_member"],
            ["update", "statistics"],
            True,
        )
        assert (row.staff_id, stations.phone_of(row)) == (village, "138****0001")
        assert ("王村干", "演员") in station_pages.accounts_at(VILLAGE, by=by)
        with pytest.raises(Invalid) as refused:
            stations.change_member(row.id, MemberForm("", ("king",), ("moon",), phone="12"), by=by)
        assert set(refused.value.fields) == {"name", "identities", "posts", "phone"}
        with pytest.raises(NotAllowed):
            stations.add_member(NEXT_VILLAGE, form, by=by)
        with pytest.raises(NotFound):
            station_pages.one(NEXT_VILLAGE, by=by)
        with pytest.raises(NotAllowed):
            stations.found([VILLAGE], TODAY, by=by)
    with cast.acting("town_op") as by, pytest.raises(Invalid):
        stations.found([OTHER_VILLAGE], TODAY, by=by)


@pytest.mark.shows("monitoring.7", "A01")
def test_what_a_township_lacks_is_one_duty_and_closes_itself(app: Flask, cast: Cast, make: Maker) -> None:
    def look() -> int:
        with app.app_context():
            return vacancies.look()

    assert look() == 0  # a county without its own centre keeps no stations
    with cast.acting("county_op") as by:
        stations.found([COUNTY], TODAY, by=by)
    opened = look()
    again = look()

    duties = [each for each in make.rows(Task) if each.kind == "vacancy"]
    assert again == 0
    assert opened == len(duties) > 1
    [mine] = [each for each in duties if each.owner_region == TOWNSHIP]
    assert (mine.role, mine.open_due) == ("TOWN_REVIEW", date(2026, 4, 5))
    with cast.acting("town_op") as by:
        places = [line.code for line in station_pages.lines(by=by)]
        stations.found(places, TODAY, by=by)
        for code in places[:-1]:
            stations.add_member(code, SECRETARY, by=by)
        assert vacancies.missing_at(TOWNSHIP) == places[-1:]
        stations.add_member(places[-1], SECRETARY, by=by)
    [closed] = [each for each in make.rows(Task) if each.owner_region == TOWNSHIP and each.kind == "vacancy"]
    assert (closed.open_due, closed.closed_by_name) == (None, "孙信息")


@pytest.mark.shows("monitoring.7", "B05", "A21")
def test_a_grid_is_split_and_everything_about_its_families_goes_along(
    app: Flask, cast: Cast, make: Maker, three: list[int]
) -> None:
    declared = make.declaration()
    with app.app_context(), as_system("a test makes"):
        for table in (Household, Case, Declaration, Clue, Task):
            for row in db.session.scalars(select(table).where(table.village_code == VILLAGE)):
                row.grid_code = row.grid_code or FIRST
        db.session.commit()
    moved = db_household(app, declared.case_id)
    with cast.acting("town_op") as by:
        made = grid_changes.split(
            FIRST, "第1组第二网格", [moved, three[0]], by=by, reason="隔着河", old_name="第1组第一网格"
        )
        new = made.code
        names = {line.grid.code: (line.name, line.households) for line in grids.grids_of(by=by)}
        with pytest.raises(Invalid) as refused:
            grid_changes.split(FIRST, "第2组", [three[1]], by=by, reason="")
    with grid_member(app, new):
        seen = {table.__name__ for table in (Case, Task, Clue, Declaration) if db.session.scalars(select(table)).all()}
    with grid_member(app, FIRST):
        left = db.session.scalars(select(Case)).all()

    assert (names[new], names[FIRST]) == (("第1组第二网格", 2), ("第1组第一网格", 9))
    assert seen == {"Case", "Task", "Clue", "Declaration"}
    assert left == []
    assert set(refused.value.fields) == {"new_name", "reason", "household_ids"}
    [change] = make.rows(GridChange)
    assert (change.kind, change.from_code, change.to_code, change.households) == ("split", FIRST, new, 2)


def db_household(app: Flask, case_id: int) -> int:
    with app.app_context(), as_system("a test looks"):
        return db.session.scalars(select(Case.household_id).where(Case.id == case_id)).one()


@pytest.mark.shows("monitoring.7", "B05", "B09")
def test_grids_merge_with_their_members_accounts_and_the_history_stays(
    app: Flask, cast: Cast, make: Maker, three: list[int]
) -> None:
    with app.app_context():
        staff.add_staff(NewStaff("grid", "马网格", Role.GRID, SECOND))
    with cast.acting("town_op") as by:
        grid_changes.hand_over(
            FIRST, PostForm("member", "旧网格", "村民小组长", "group_head"), by=by, reason="首次落实"
        )
        grid_changes.hand_over(FIRST, PostForm("member", "新网格", "", "party_member"), by=by, reason="外出务工")
        grid_changes.hand_over(SECOND, PostForm("member", "马网格"), by=by, reason="首次落实")
        with pytest.raises(Invalid):
            grid_changes.merge(FIRST, FIRST, by=by, reason="并给自己")
        grid_changes.merge(SECOND, FIRST, by=by, reason="只剩十户")
        lines = {line.grid.code: line for line in grids.grids_of(by=by)}
        [village] = [each for each in grid_pages.coverage(by=by) if each.code == VILLAGE]
        page = grid_pages.page(SECOND, by=by)
        assert page.line.grid.ended_on == TODAY
        assert [each.kind for each in page.changes] == ["merge", "hand_over"]
        assert lines[FIRST].posts["member"].name == "新网格"
    with cast.acting("other_reviewer") as by, pytest.raises(NotFound):
        grid_changes.merge(FIRST, THIRD, by=by, reason="不是我的")

    assert sorted(lines) == [FIRST, THIRD]
    assert lines[FIRST].households == 20
    assert (village.households, village.outside, village.grids, village.without_member) == (30, 0, 2, 1)
    assert village.percent == 100
    assert {each.said for each in make.rows(GridChange)} >= {"空缺换成旧网格", "旧网格换成新网格"}
    assert {each.name: each.until_on for each in make.rows(GridPost)} == {
        "旧网格": TODAY,
        "新网格": None,
        "马网格": TODAY,
    }
    assert [each.region_code for each in make.rows(Identity) if each.role == "GRID"] == [FIRST]


@pytest.mark.shows("monitoring.7", "B09")
def test_the_register_of_grid_members_says_who_was_trained(cast: Cast, three: list[int]) -> None:
    with cast.acting("town_op") as by:
        post = grid_changes.hand_over(FIRST, PostForm("member", "新网格"), by=by, reason="首次落实").id
        grid_changes.hand_over(SECOND, PostForm("member", "马网格"), by=by, reason="首次落实")
        training = publicity.note(PublicityForm("training", "怎样发现风险", TODAY, "网格员", 1), by=by).id
        talk = publicity.note(PublicityForm("talk", "上门宣讲", TODAY), by=by).id
        assert grid_pages.note_training(training, [post], by=by) == 1
        assert grid_pages.note_training(training, [post], by=by) == 0
        trained = {each.post.name: (each.trained_on, each.subject) for each in grid_pages.members(by=by)}
        for wrong in ((talk, [post]), (training, [])):
            with pytest.raises(Invalid):
                grid_pages.note_training(*wrong, by=by)

    assert trained == {"新网格": (TODAY, "怎样发现风险"), "马网格": (None, "")}
