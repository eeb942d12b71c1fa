"""The region scope lies below every query: there is no way to a family's row that it does not guard."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, exists, func, insert, literal, select, union_all, update
from sqlalchemy.orm import aliased, defer, joinedload

from backend.access.actor import Actor
from backend.access.scope import Everything, Nothing, Phone, Region, act_within, as_system
from backend.db import db, new_id
from backend.errors import NotFound, ScopeError
from backend.models import Case, CaseEvent, Declaration, Household, Leader, Message, Person, Task
from backend.models import Region as Place
from backend.models.places import place_of, same_place
from backend.services import files
from backend.workflow.engine import find_case
from tests.api.photos import photo
from tests.at_once import at_once
from tests.people import COUNTY, NEXT_VILLAGE, OTHER_TOWNSHIP, OTHER_VILLAGE, TOWNSHIP, VILLAGE, Cast, Maker, id_number

pytestmark = pytest.mark.shows("story.4")
ALIAS = aliased(Case)
QUIET = {"synchronize_session": False}
Within = Callable[[Any], None]


@pytest.fixture
def three(make: Maker) -> dict[str, int]:
    """One case here, one in the next village, one in another township."""
    places = (VILLAGE, NEXT_VILLAGE, OTHER_VILLAGE)
    return {
        place: make.case(openid=f"of-{place}", village_code=place, id_number=id_number(serial))
        for serial, place in enumerate(places)
    }


@pytest.fixture
def within(app: Flask, three: dict[str, int]) -> Iterator[Within]:
    """Give a session its scope; None leaves it without one."""
    with app.app_context():
        yield lambda scope: act_within(scope) if scope is not None else None
        db.session.rollback()


READS: dict[str, Callable[[], Any]] = {
    "rows": lambda: select(Case.id),
    "columns": lambda: select(Case.village_code, Case.head_name),
    "an alias": lambda: select(ALIAS.id),
    "a join": lambda: select(Task.id).join(Case, Case.id == Task.case_id),
    "a join from elsewhere": lambda: select(Place.code).join(Case, Case.village_code == Place.code),
    "an outer join": lambda: select(Case.id).outerjoin(Household, Household.id == Case.household_id),
    "a subquery": lambda: select(select(Case.id.label("id")).subquery().c.id),
    "a nested subquery": lambda: select(select(select(Case.id.label("id")).subquery().c.id).subquery().c.id),
    "a table expression": lambda: select(select(Case.id.label("id")).cte().c.id),
    "a union": lambda: union_all(select(Case.id), select(Case.id).where(literal(0) == 1)),
    "in": lambda: select(Place.code).where(Place.code.in_(select(Case.village_code))),
    "exists": lambda: select(Place.code).where(exists().where(Case.village_code == Place.code)),
    "a scalar subquery": lambda: select(Place.code).where(
        Place.code == select(Case.village_code).where(Case.village_code == Place.code).limit(1).scalar_subquery()
    ),
    "options": lambda: select(Case).options(defer(Case.head_name)),
}


@pytest.mark.parametrize("way", READS)
def test_every_way_to_read_ends_at_the_border(app: Flask, three: dict[str, int], way: str) -> None:
    inside = {Region(VILLAGE): 1, Region(TOWNSHIP): 2, Region(COUNTY): 3, Region("130126999999"): 0}
    for scope, seen in (inside | {Nothing(): 0, Phone(5): 0, Phone(5, (7,)): 0}).items():
        with app.app_context():
            act_within(scope)

            assert len(db.session.execute(READS[way]()).all()) == seen
    with app.app_context(), pytest.raises(ScopeError):
        db.session.execute(READS[way]())  # nobody said within what


@pytest.mark.parametrize(("scope", "seen"), [(VILLAGE, 1), (TOWNSHIP, 2), (COUNTY, 3)])
def test_counting_counts_only_what_is_inside(within: Within, scope: str, seen: int) -> None:
    within(Region(scope))

    assert db.session.scalar(select(func.count()).select_from(Case)) == seen
    assert db.session.scalar(select(func.count(Case.id))) == seen
    assert db.session.scalar(select(func.count()).select_from(select(Case.id).subquery())) == seen


def test_one_row_by_its_id_is_found_only_inside(within: Within, three: dict[str, int]) -> None:
    within(Region(VILLAGE))

    assert db.session.get(Case, three[VILLAGE]) is not None
    assert db.session.get(Case, three[NEXT_VILLAGE]) is None
    with pytest.raises(NotFound):
        find_case(three[OTHER_VILLAGE])


def test_an_eager_load_follows_nobody_across_the_border(within: Within) -> None:
    within(Region(VILLAGE))

    assert {case.village_code for case in db.session.scalars(select(Case).options(joinedload("*")))} == {VILLAGE}


def test_a_family_that_moved_away_is_not_found_again(within: Within, three: dict[str, int]) -> None:
    within(Region(VILLAGE))
    case = db.session.scalars(select(Case)).one()
    with as_system("a test moves a family"):
        db.session.execute(update(Case).where(Case.id == case.id).values(village_code=NEXT_VILLAGE))
    db.session.expire_all()

    assert db.session.scalars(select(Case)).all() == []


@pytest.mark.parametrize("model", [Case, Task, Household, Person, Declaration, CaseEvent])
def test_update_and_delete_stop_at_the_border(within: Within, model: Any) -> None:
    within(Region(VILLAGE))

    changed = db.session.execute(update(model).values(village_code=VILLAGE), execution_options=QUIET)
    gone = db.session.execute(delete(model).where(model.village_code != VILLAGE), execution_options=QUIET)

    assert changed.rowcount == 1
    assert gone.rowcount == 0


@pytest.mark.parametrize("scope", [None, Region(VILLAGE), Phone(5, (7,)), Nothing()])
def test_a_bulk_insert_of_families_is_for_jobs(within: Within, scope: Any) -> None:
    within(scope)

    with pytest.raises(ScopeError):
        db.session.execute(insert(Person), [{"id": 1, "name": "张三", "household_id": 1, **place_of(VILLAGE)}])


ON_THE_SIDE: tuple[Callable[[], Any], ...] = (
    lambda: insert(Leader).from_select(
        ["work", "holder", "until_at"], select(Case.number, Case.head_name, Case.entered_at)
    ),
    lambda: update(Place).values(phone=select(Case.number).limit(1).scalar_subquery()),
    lambda: delete(Message).where(Message.task_id.in_(select(Task.id))),
    lambda: update(Task).where(Task.case_id.in_(select(Case.id))).values(head_name="x"),
)


@pytest.mark.parametrize("statement", ON_THE_SIDE)
@pytest.mark.parametrize("scope", [None, Region(VILLAGE), Nothing()])
def test_a_change_does_not_read_families_on_the_side(within: Within, statement: Callable[[], Any], scope: Any) -> None:
    within(scope)

    with pytest.raises(ScopeError):
        db.session.execute(statement(), execution_options=QUIET)


@pytest.mark.parametrize("scope", [None, Region(VILLAGE), Nothing(), Phone(5)])
def test_a_table_without_its_class_is_not_a_way_round(within: Within, scope: Any) -> None:
    within(scope)

    with pytest.raises(ScopeError):
        db.session.execute(select(Case.__table__.c.id))


@pytest.mark.parametrize("scope", [None, Region(VILLAGE), Region(OTHER_TOWNSHIP), Phone(5, (8,)), Nothing()])
def test_a_row_of_elsewhere_is_not_written(within: Within, scope: Any) -> None:
    within(scope)
    db.session.add(Person(id=new_id(), name="张三", household_id=7, **place_of(NEXT_VILLAGE)))

    with pytest.raises(ScopeError):
        db.session.flush()


@pytest.mark.parametrize(("where", "to"), [(VILLAGE, NEXT_VILLAGE), (NEXT_VILLAGE, VILLAGE)])
def test_a_row_is_neither_pushed_out_nor_pulled_in(within: Within, where: str, to: str) -> None:
    within(Region(VILLAGE))
    with as_system("a test looks across"):
        row = db.session.scalars(select(Household).where(Household.village_code == where)).one()
    row.village_code = to

    with pytest.raises(ScopeError):
        db.session.flush()


def test_a_foreign_row_is_not_deleted(within: Within) -> None:
    within(Region(VILLAGE))
    with as_system("a test looks across"):
        foreign = db.session.scalars(select(Person).where(Person.village_code == NEXT_VILLAGE)).one()
    db.session.delete(foreign)

    with pytest.raises(ScopeError):
        db.session.flush()


def test_a_session_acts_for_one_actor_for_life(within: Within) -> None:
    within(Region(VILLAGE))

    with pytest.raises(ScopeError):
        within(Region(NEXT_VILLAGE))


@pytest.mark.parametrize("code", ["", "1", "13012610", "abcdef", "1301261000011"])
def test_an_empty_region_is_not_everything(code: str) -> None:
    with pytest.raises(ScopeError):
        Region(code)


def test_seeing_everything_needs_a_reason(app: Flask) -> None:
    with app.app_context(), pytest.raises(ScopeError), as_system(""):
        pass


def test_the_scope_comes_back_after_a_look_around_also_after_an_error(within: Within) -> None:
    within(Region(VILLAGE))
    with pytest.raises(KeyError), as_system("a test fails"):
        raise KeyError

    assert not isinstance(db.session.info["scope"], Everything)


def test_thirty_two_threads_never_mix_two_actors(cast: Cast, app: Flask, three: dict[str, int]) -> None:
    actors = [cast.actor(login) for login in ("village", "next_village", "other_village", "reviewer")]

    def look(actor: Actor) -> set[str]:
        seen: set[str] = set()
        for _ in range(40):
            with app.app_context():
                act_within(actor.scope)
                seen |= set(db.session.scalars(select(Case.village_code)))
        return seen

    work = [lambda actor=actors[number % 4]: look(actor) for number in range(32)]
    for number, seen in enumerate(at_once(work)):
        assert seen
        assert all(place.startswith(actors[number % 4].region_code) for place in seen)


KEPT_FOR_GOOD = select(Case.village_code)


def test_a_statement_that_is_kept_is_filtered_for_each_session_anew(app: Flask, three: dict[str, int]) -> None:
    inside = {Region(VILLAGE): 1, Region(NEXT_VILLAGE): 1, Region(TOWNSHIP): 2, Region(COUNTY): 3}
    for scope, seen in (inside | {Nothing(): 0, Phone(5): 0, Phone(5, (7,)): 0} | inside).items():
        with app.app_context():
            act_within(scope)
            found = db.session.scalars(KEPT_FOR_GOOD).all()

            assert len(found) == seen
            assert all(isinstance(scope, Region) and place.startswith(scope.code) for place in found)
            with as_system("a test looks across"):
                assert len(db.session.scalars(KEPT_FOR_GOOD).all()) == 3
            assert db.session.scalars(KEPT_FOR_GOOD).all() == found
    for _ in range(2):
        with app.app_context(), pytest.raises(ScopeError):
            db.session.execute(KEPT_FOR_GOOD)


def test_a_file_by_its_id_is_found_only_inside(make: Maker, cast: Cast) -> None:
    case_id = make.case("accept")
    with cast.acting("village") as village:
        row = files.add_file(case_id, photo(), kind="picture", by=village)

    with cast.acting("reviewer") as reviewer:
        assert files.read_file(row.id, by=reviewer)[0].id == row.id
    with cast.acting("next_village") as neighbour, pytest.raises(NotFound):
        files.read_file(row.id, by=neighbour)


def test_a_familys_place_is_copied_to_every_row_about_it(make: Maker) -> None:
    make.case()

    rows = [row for table in (Case, Task, Household, Person, Declaration) for row in make.rows(table)]
    assert all(same_place(row) == place_of(VILLAGE) for row in rows)
