"""Units outside the national list, and a village that goes into another: usable everywhere at once (P49)."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from backend.access.permissions import Role
from backend.db import db
from backend.models import CaseEvent, Grid, GridPost, Household, Identity, Region, RegionChange, Task
from backend.services import region_merges, staff
from backend.services.staff import NewStaff
from tests.admin.desk import Desk
from tests.imports.files import WANG, ZHANG, Office, as_csv, rows
from tests.people import FORM, NEXT_VILLAGE, OTHER_VILLAGE, TOWNSHIP, VILLAGE, Cast, Maker

Enter = Callable[[str], Desk]
pytestmark = [pytest.mark.shows("console.6")]
ZONE, ESTATE = "130126900", "130126900900"
GRID_HEADING = ["村", "网格名称", "村民小组", "农户数", "网格员姓名", "网格员身份"]


@pytest.fixture
def kind() -> str:
    return "sqlite"


def hire(app: Flask, cast: Cast, login: str, role: Role, place: str) -> None:
    with app.app_context():
        made, _ = staff.add_staff(NewStaff(login, "开发区人", role, place))
        cast.members[login] = made.id


def families_seen_by(cast: Cast, login: str) -> set[str]:
    with cast.acting(login):
        return set(db.session.scalars(db.select(Task.head_name).where(Task.open_due.is_not(None))))


@pytest.fixture(autouse=True)
def _places_as_they_were(app: Flask) -> Iterator[None]:
    """Regions are kept between tests: whatever a test made of them is taken back."""
    yield
    with app.app_context():
        db.session.execute(db.delete(Region).where(Region.code.startswith(ZONE)))
        for digits, level in ((12, "village"), (15, "grid")):
            former = Region.leads_to.is_not(None), db.func.length(Region.code) == digits
            db.session.execute(db.update(Region).where(*former).values(level=level, leads_to=None))
        db.session.commit()


def test_a_zone_of_our_own_is_declared_in_imported_into_and_seen_by_its_own_office_alone(
    console: Enter, app: Flask, cast: Cast
) -> None:
    desk = console("county_op")
    zone = {"parent_code": "130126", "name": "经济开发区", "reason": "县政府文件"}
    wrong = desk.press(desk.get("/console/places/"), "/units", **{**zone, "name": " "})
    made = desk.press(desk.get("/console/places/"), "/units", **zone)
    twice = desk.press(desk.get("/console/places/"), "/units", **zone)
    desk.press(desk.get("/console/places/"), "/units", **{**zone, "parent_code": ZONE, "name": "幸福里安置社区"})
    hire(app, cast, "zone_op", Role.TOWN_OP, ZONE)
    hire(app, cast, "estate", Role.VILLAGE, ESTATE)

    village = cast.farmer().get(f"/villages/{ESTATE}").json
    declared = cast.farmer().post("/declarations", **{**FORM, "village_code": ESTATE})
    taken = Office(app, cast, "zone_op").take(as_csv([[*("幸福里安置社区",), *row[1:]] for row in WANG]))
    phone = cast.phone("estate")

    assert wrong.status == twice.status == 422
    assert f"代码{ZONE}" in made.text
    assert "已经有叫这个名字的" in twice.text
    assert (village["name"], village["township_name"]) == ("幸福里安置社区", "经济开发区")
    assert declared.status_code == 201, declared.json
    assert taken.counts == {"new": 2}
    assert [each["head_name"] for each in phone.get("/tasks").json["items"]] == ["张三"]
    assert families_seen_by(cast, "zone_op") == {"张三"}
    assert families_seen_by(cast, "town_op") == set()


def test_a_village_goes_into_one_of_another_township_with_all_that_is_its_own(
    console: Enter, app: Flask, cast: Cast, make: Maker
) -> None:
    for login in ("village", "other_village", "other_reviewer"):
        cast.staff_id(login)
    Office(app, cast).take(as_csv([[VILLAGE, "第一网格", "第一组", "32", "王大山", "党员"]], GRID_HEADING), "grids")
    Office(app, cast).take(as_csv([*ZHANG, *WANG]))
    case_id = make.case("accept")
    desk = console("county_lead")
    form = {"from_code": VILLAGE, "into": OTHER_VILLAGE, "reason": "撤并"}

    unsure = desk.press(desk.get("/console/places/"), "/merges", **form)
    begun = desk.press(desk.get("/console/places/"), "/merges", **form, sure="yes")
    with app.app_context():
        moved, again = region_merges.carry_on(), region_merges.carry_on()
    asked = cast.farmer("late").get(f"/villages/{VILLAGE}").json
    late = {**FORM, "village_code": VILLAGE, "head_name": "赵六", "id_number": None, "phone": "13800000009"}
    declared = cast.farmer("late").post("/declarations", **late)

    assert "请先勾上" in unsure.text
    assert "开始合并了" in begun.text
    assert (moved, again) == (2, 0)
    assert {each.village_code for each in rows(app, Household)} == {OTHER_VILLAGE}
    assert {each.village_code for each in rows(app, CaseEvent)} == {OTHER_VILLAGE}
    assert make.duty(case_id).owner_region == OTHER_VILLAGE
    assert asked["code"] == OTHER_VILLAGE
    assert declared.status_code == 201, declared.json
    assert families_seen_by(cast, "other_reviewer") == {"张三", "赵六"}
    assert families_seen_by(cast, "reviewer") == set()
    with app.app_context():
        post, grid = db.session.execute(db.select(GridPost, Grid).join(Grid, Grid.code == GridPost.grid_code)).one()
        hat = db.session.scalars(db.select(Identity).where(Identity.staff_id == cast.staff_id("village"))).one()
        change = db.session.scalars(db.select(RegionChange)).one()
        assert (post.name, grid.parent_code, hat.region_code) == ("王大山", OTHER_VILLAGE, OTHER_VILLAGE)
        assert (change.standing, change.households) == ("done", 2)
    report = Office(app, cast).look(as_csv(ZHANG))
    assert report.counts == {"changed": 3}, "a list that still names the old village finds the family where it is now"


def test_a_name_changes_with_its_history_and_only_the_county_merges(console: Enter, app: Flask, cast: Cast) -> None:
    desk = console("admin")
    page = desk.get("/console/places/")
    with app.app_context():
        before = db.session.get_one(Region, NEXT_VILLAGE).name

    renamed = desk.press(page, "/names", code=NEXT_VILLAGE, name="新名字村", reason="民政批复")
    back = desk.press(page, "/names", code=NEXT_VILLAGE, name=before, reason="批复撤回")
    foreign = desk.press(page, "/names", code="110101001", name="哪里", reason="试试")
    merged = desk.send("/console/places/merges", from_code=VILLAGE, into=NEXT_VILLAGE, reason="x", sure="yes")

    assert f"{before}改名新名字村" in renamed.text
    assert f"新名字村改名{before}" in back.text
    assert foreign.status == 422
    assert merged.status_code == 403
    assert TOWNSHIP in console("county_op").get("/console/places/").html
