"""Regular visits: made once a month, spread over its days, closed by one visit of anybody; what a visit sets going."""

from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from backend import clock
from backend.access.actor import staff_actor
from backend.access.permissions import Role
from backend.access.scope import act_within, as_system
from backend.db import db
from backend.errors import Invalid, NotAllowed, NotFound, NotPossibleNow, OutOfDate
from backend.models import (
    Case,
    Clue,
    Declaration,
    Hazard,
    Household,
    MemberChange,
    Person,
    RegularVisit,
    Task,
    VisitTurn,
)
from backend.services import hazards, member_changes, removals, round_traits, round_turns, rounds
from backend.services.member_changes import ChangeForm
from backend.services.round_forms import RoundForm, Topic
from backend.services.round_traits import TraitsForm
from backend.workflow.states import Kind
from tests.people import VILLAGE, Cast, Maker
from tests.services.desks import Desks
from tests.services.test_full_procedure import preset  # noqa: F401 - a fixture
from tests.services.watching import FINE, REMOVAL, Watched, households

pytestmark = pytest.mark.shows("monitoring.2")
MARCH = datetime(2026, 3, 2, 1, tzinfo=UTC)
APRIL = datetime(2026, 4, 1, 1, tzinfo=UTC)


def owed(app: Flask) -> list[Task]:
    with app.app_context(), as_system("a test looks"):
        return list(db.session.scalars(select(Task).where(Task.kind == Kind.REGULAR_VISIT).order_by(Task.id)))


def sweep(app: Flask, moment: datetime = MARCH) -> int:
    with app.app_context(), clock.at(moment):
        return round_turns.make_month()


def visit(
    cast: Cast, household_id: int, form: RoundForm = FINE, *, login: str = "village", at: datetime = MARCH
) -> Any:
    with cast.acting(login) as by, clock.at(at):
        return rounds.file_round(household_id, form, by=by)


@pytest.fixture
def family(app: Flask, cast: Cast, make: Maker, preset: Any) -> Watched:  # noqa: F811
    preset("NATIONAL")
    watched = Watched(app, cast, make)
    watched.include()
    return watched


@pytest.mark.shows("A10", "A17", "C03", "D06")
def test_a_months_visits_are_made_once_and_spread_evenly_over_its_days_and_grids(app: Flask, cast: Cast) -> None:
    households(app, 66)

    assert sweep(app) == 66
    assert sweep(app) == 0

    tasks = owed(app)
    assert len({task.household_id for task in tasks}) == 66
    assert {task.due_on.month for task in tasks} == {3}
    assert all(task.due_on.weekday() < 5 for task in tasks)
    a_day = Counter((task.grid_code, task.due_on) for task in tasks)
    assert max(a_day.values()) == 1
    assert len({task.due_on for task in tasks}) == 22


@pytest.mark.shows("D04", "D06", "B20", "A17")
def test_a_turn_comes_by_the_class_of_the_household(app: Flask, cast: Cast) -> None:
    seen = date(2026, 3, 10)
    kinds = {
        "V_MUST": {"tags": ["disabled"]},
        "V_LIFTED": {"is_lifted": True},
        "V_AWAY": {"is_away": True},
        "V_ORDINARY": {},
    }
    made = {key: households(app, 1, last_on=seen, **turn)[0] for key, turn in kinds.items()}

    def due(month: int) -> dict[int, str]:
        sweep(app, datetime(2026, month, 1, 1, tzinfo=UTC))
        return {task.household_id: task.limit_key for task in owed(app) if task.due_on.month == month}

    assert due(4) == {made["V_MUST"]: "V_MUST"}
    assert due(6) == {made[key]: key for key in ("V_LIFTED", "V_AWAY", "V_ORDINARY")}


@pytest.mark.shows("A17")
def test_families_away_are_visited_at_home_around_the_spring_festival(app: Flask) -> None:
    away = households(app, 1, is_away=True, last_on=date(2026, 1, 20))[0]

    assert sweep(app, datetime(2026, 2, 2, 1, tzinfo=UTC)) == 1
    assert [task.household_id for task in owed(app)] == [away]


def test_busy_weeks_are_kept_free_of_visits(app: Flask, cast: Cast) -> None:
    households(app, 30)
    with cast.acting("village") as by, clock.at(MARCH):
        round_traits.add_busy_time(VILLAGE, date(2026, 3, 9), date(2026, 3, 20), "春耕", by=by)
        with pytest.raises(Invalid):
            round_traits.add_busy_time("130126101", date(2026, 3, 9), date(2026, 3, 20), "春耕", by=by)
        with pytest.raises(Invalid):
            round_traits.add_busy_time(VILLAGE, date(2026, 3, 9), date(2026, 3, 2), "春耕", by=by)

    sweep(app)

    assert not [task for task in owed(app) if date(2026, 3, 9) <= task.due_on <= date(2026, 3, 20)]


@pytest.mark.shows("A10", "A18", "B21", "C21", "D07")
def test_one_tap_says_that_nothing_changed_and_closes_the_duty(app: Flask, cast: Cast, make: Maker) -> None:
    [household] = households(app, 1)
    sweep(app)

    kept = visit(cast, household)

    assert (kept.changed, kept.kinds) == ([], ["regular_visit"])
    [task] = owed(app)
    assert (task.open_due, task.closed_how, task.closed_by_name) == (None, "file_round", "王村干")
    [turn] = make.rows(VisitTurn)
    assert turn.last_on == date(2026, 3, 2)


@pytest.mark.shows("A17", "B24", "D43")
def test_a_visit_by_anybody_closes_what_the_village_owes(app: Flask, cast: Cast) -> None:
    """A grid member's visit too, within their own grid; of the neighbour's grid there is no household for them."""
    first, second, _ = households(app, 3)
    sweep(app)
    grid = staff_actor(
        staff_id=7,
        role=Role.GRID,
        region_code=f"{VILLAGE}000",
        name="网格员",
        title="",
        account_id=None,
        session_id=None,
    )

    with app.app_context(), clock.at(MARCH):
        act_within(grid.scope)
        rounds.file_round(first, FINE, by=grid)
        with pytest.raises(NotFound):
            rounds.file_round(second, FINE, by=grid)

    assert [task.open_due is None for task in owed(app)] == [True, False, False]


def test_meeting_nobody_is_kept_and_closes_nothing(app: Flask, cast: Cast, make: Maker) -> None:
    [household] = households(app, 1)
    sweep(app)

    visit(cast, household, RoundForm("home", "nobody"))

    assert owed(app)[0].open_due is not None
    assert [row.met for row in make.rows(RegularVisit)] == [False]
    with pytest.raises(Invalid):
        visit(cast, household, RoundForm("home", "nobody", {"housing": Topic("worse", "漏雨")}))


@pytest.mark.shows("A18", "B21", "B22", "C06", "D07", "D08", "D11")
def test_the_form_begins_with_last_times_picture_and_asks_only_what_changed(app: Flask, cast: Cast) -> None:
    [household] = households(app, 1)
    visit(
        cast,
        household,
        RoundForm(
            "home", "concern", {"industry": Topic("better", "多养了十只羊"), "water": Topic("concern", "冬天会冻")}
        ),
    )
    visit(cast, household, RoundForm("phone", "fine", {"migrant_work": Topic("worse", "儿子回来了")}), at=APRIL)

    with cast.acting("village") as by:
        picture = rounds.picture(household, by=by)

    assert picture.visited_on == date(2026, 4, 1)
    assert picture.topics["industry"] == Topic("same", "多养了十只羊")
    assert picture.topics["water"] == Topic("concern", "冬天会冻")
    assert picture.topics["migrant_work"] == Topic("worse", "儿子回来了")
    assert len(picture.topics) == 13


def test_what_is_wrong_with_a_visit_is_said_at_once(app: Flask, cast: Cast) -> None:
    [household] = households(app, 1)
    form = RoundForm(
        "car",
        "well",
        {"industry": Topic("better", ""), "moon": Topic("same", "")},
        visited_on=date(2026, 3, 9),
        risk="x",
    )
    with pytest.raises(Invalid) as refused:
        visit(cast, household, form)

    assert set(refused.value.fields) == {"way", "conclusion", "visited_on", "risk", "changes", "changes.industry"}


def test_a_visit_sent_twice_is_one(app: Flask, cast: Cast, make: Maker) -> None:
    [household] = households(app, 1)
    form = RoundForm("home", "fine", key="3f0e2a52-7c5b-4a39-9b0a-1f6f8b6f3d10")

    assert visit(cast, household, form).id == visit(cast, household, form).id
    assert len(make.rows(RegularVisit)) == 1


@pytest.mark.shows("D11", "D53", "B23", "B22")
def test_a_suspected_risk_is_a_clue_with_one_tap(app: Flask, cast: Cast, make: Maker) -> None:
    [household] = households(app, 1)

    kept = visit(
        cast,
        household,
        RoundForm("home", "risk", {"medical": Topic("worse", "查出重病")}, reports=True, risk="illness"),
    )

    [clue] = make.rows(Clue)
    assert (kept.clue_id, clue.household_id, clue.channel) == (clue.id, household, "visit_find")
    assert len(make.rows(Case)) == 1
    with pytest.raises(Invalid):
        visit(cast, household, RoundForm("home", "risk", reports=True))


@pytest.mark.shows("C22", "C33")
def test_at_a_watched_family_the_same_tap_marks_a_warning(family: Watched) -> None:
    family.plan("housing")
    form = RoundForm("home", "risk", {"water": Topic("worse", "井干了")}, reports=True)

    kept = family.visit(form)

    case = family.case_of(kept.warning_id)
    assert (case.state, case.marks["items"]) == ("warned", ["water"])
    assert kept.clue_id is None


@pytest.mark.shows("B59", "B22", "D08")
def test_an_unsafe_item_stays_in_the_ledger_until_somebody_has_looked(app: Flask, cast: Cast, make: Maker) -> None:
    [household] = households(app, 1)
    unsafe = RoundForm("home", "concern", {"housing": Topic("unsafe", "后墙要塌")})
    visit(cast, household, unsafe)
    visit(cast, household, unsafe, at=APRIL)

    [hazard] = make.rows(Hazard)
    with cast.acting("village") as by, pytest.raises(NotAllowed):
        hazards.close(hazard.id, by=by, version=1, words="修好了")
    with cast.acting("town_op") as by, clock.at(APRIL):
        [(row, task)] = hazards.ledger(by=by)
        assert (task.role, row.item, hazards.words_of(row)[0]) == ("TOWN_REVIEW", "housing", "后墙要塌")
        hazards.close(row.id, by=by, version=task.version, words="后墙已加固，看过了")
        assert hazards.ledger(by=by) == []
        assert [hazards.words_of(each)[1] for each, _ in hazards.ledger(by=by, closed=True)] == ["后墙已加固，看过了"]
    with cast.acting("town_op") as by, pytest.raises(NotPossibleNow):
        hazards.close(hazard.id, by=by, version=1, words="又看了")


@pytest.mark.shows("B48", "A17")
def test_one_visit_closes_several_duties_of_a_family(family: Watched) -> None:
    family.plan("security", labour="none", risks=("no_labour",), needs_care=True)
    sweep(family.app, family.now)

    kept = family.visit()

    assert set(kept.kinds) == {"regular_visit", "care"}
    [care] = family.owed(Kind.CARE)
    assert care.opened_on == family.today
    assert family.owed(Kind.REGULAR_VISIT) == []


@pytest.mark.shows("B28", "B29", "B67", "C06")
def test_changes_of_members_are_proposals_that_the_village_confirms(app: Flask, cast: Cast, make: Maker) -> None:
    case_id = make.declaration().case_id
    household = next(row.household_id for row in make.rows(Case) if row.id == case_id)
    [person] = make.rows(Person)
    with cast.acting("reviewer") as by:
        birth = ChangeForm("birth", date(2026, 1, 2), name="张小宝", relation="son")
        born_id = member_changes.tell(household, birth, by=by).id
        with pytest.raises(Invalid) as refused:
            member_changes.tell(household, ChangeForm("death", date(2026, 1, 2), relation="x"), by=by)
        assert set(refused.value.fields) == {"person_id", "relation"}
    assert len(make.rows(Person)) == 1

    with cast.acting("village") as by:
        [(row, task)] = member_changes.waiting(by=by)
        member_changes.settle(row.id, True, by=by, version=task.version)
        gone = member_changes.tell(household, ChangeForm("death", date(2026, 1, 3), person.id), by=by)
        [(row, task)] = member_changes.waiting(by=by)
        member_changes.settle(gone.id, True, by=by, version=task.version)
        with pytest.raises(OutOfDate, match="王村干"):
            member_changes.settle(born_id, False, by=by, version=task.version)

    people = {row.name: row for row in make.rows(Person)}
    assert people["张三"].died_on == date(2026, 1, 3)
    assert people["张小宝"].relation == "head"
    assert [row.outcome for row in make.rows(MemberChange)] == ["confirmed", "confirmed"]
    assert next(row for row in make.rows(Household) if row.id == household).head_name == "张小宝"


@pytest.mark.shows("B22", "B67")
def test_households_split_and_merge_and_nobody_is_lost(app: Flask, cast: Cast, make: Maker) -> None:
    old, other = households(app, 2)

    def settle(kind: str, household: int, person_id: int | None = None, **more: Any) -> None:
        with cast.acting("village") as by:
            row = member_changes.tell(household, ChangeForm(kind, date(2026, 1, 2), person_id, **more), by=by)
            task = next(task for each, task in member_changes.waiting(by=by) if each.id == row.id)
            member_changes.settle(row.id, True, by=by, version=task.version)

    settle("married_in", old, name="老大", relation="head")
    settle("birth", old, name="老二", relation="son")
    eldest, second = make.rows(Person)
    settle("split", old, second.id)
    new = next(row for row in make.rows(Household) if row.id not in {old, other})
    assert (new.head_name, new.village_code) == ("老二", VILLAGE)
    settle("merged", new.id, second.id, other_household_id=other)
    settle("moved_out", old, eldest.id)

    where = {row.name: (row.household_id, row.left_on) for row in make.rows(Person)}
    assert where == {"老大": (old, date(2026, 1, 2)), "老二": (other, None)}


@pytest.mark.shows("B28")
def test_nobody_is_visited_where_nobody_lives_any_more(app: Flask, cast: Cast, make: Maker) -> None:
    lived_in, died_out, moved_out, gone_over, unknown = households(app, 5)

    def settle(kind: str, household: int, person_id: int | None = None, **more: Any) -> int:
        with cast.acting("village") as by, clock.at(MARCH):
            row = member_changes.tell(household, ChangeForm(kind, date(2026, 3, 2), person_id, **more), by=by)
            task = next(task for each, task in member_changes.waiting(by=by) if each.id == row.id)
            return member_changes.settle(row.id, True, by=by, version=task.version).person_id or 0

    people = {each: settle("moved_in", each, name="户主") for each in (lived_in, died_out, moved_out, gone_over)}
    sweep(app)
    first = {task.household_id for task in owed(app) if task.open_due}
    settle("death", died_out, people[died_out])
    settle("moved_out", moved_out, people[moved_out])
    settle("merged", gone_over, people[gone_over], other_household_id=lived_in)

    left = {task.household_id for task in owed(app) if task.open_due}
    sweep(app, datetime(2026, 9, 1, 1, tzinfo=UTC))

    assert first == {lived_in, died_out, moved_out, gone_over, unknown}
    assert left == {lived_in, unknown}
    assert {task.household_id for task in owed(app) if task.open_due} == {lived_in, unknown}


@pytest.mark.shows("D04")
@pytest.mark.parametrize(("last_on", "month", "due"), [((1, 30), 2, 1), ((2, 28), 3, 1), ((3, 1), 3, 0)])
def test_a_monthly_turn_comes_once_in_every_month(app: Flask, last_on: tuple[int, int], month: int, due: int) -> None:
    households(app, 1, tags=["disabled"], last_on=date(2026, *last_on))

    assert sweep(app, datetime(2026, month, 2, 1, tzinfo=UTC)) == due


def test_a_visit_that_is_typed_months_later_leaves_todays_duty_open(app: Flask, cast: Cast) -> None:
    [household] = households(app, 1)
    sweep(app, APRIL)
    evening = datetime(2026, 4, 20, 10, tzinfo=UTC)

    visit(cast, household, RoundForm("home", "fine", visited_on=date(2026, 1, 5)), at=evening)
    [still] = owed(app)
    visit(cast, household, RoundForm("home", "fine", visited_on=date(2026, 4, 18)), at=evening)

    assert still.open_due is not None
    assert [task.open_due for task in owed(app)] == [None]


def test_the_dead_hear_nothing_more_and_their_name_stands_on_no_duty(app: Flask, cast: Cast, make: Maker) -> None:
    case_id = make.declaration().case_id
    [case], [person] = make.rows(Case), make.rows(Person)
    with cast.acting("village") as by:
        for form in (
            ChangeForm("birth", date(2026, 1, 2), name="张小宝", relation="son"),
            ChangeForm("death", date(2026, 1, 3), person.id),
        ):
            row = member_changes.tell(case.household_id, form, by=by)
            task = next(task for each, task in member_changes.waiting(by=by) if each.id == row.id)
            member_changes.settle(row.id, True, by=by, version=task.version)

    assert {row.head_name for row in make.rows(Task) if row.open_due} == {"张小宝"}
    assert [row.head_name for row in make.rows(Case) if row.id == case_id] == ["张小宝"]
    assert [row.account_id for row in make.rows(Declaration)] == [None]


def test_whoever_goes_over_to_another_household_goes_with_its_place_and_leads_it_no_more(
    app: Flask, cast: Cast, make: Maker
) -> None:
    old, other = households(app, 2)
    with cast.acting("village") as by:
        for household, name in ((old, "老大"), (other, "老二")):
            row = member_changes.tell(
                household, ChangeForm("moved_in", date(2026, 1, 2), name=name, relation="head"), by=by
            )
            task = next(task for each, task in member_changes.waiting(by=by) if each.id == row.id)
            member_changes.settle(row.id, True, by=by, version=task.version)
        eldest = next(row for row in make.rows(Person) if row.name == "老大")
        form = ChangeForm("merged", date(2026, 1, 3), eldest.id, relation="sibling", other_household_id=other)
        row = member_changes.tell(old, form, by=by)
        [(_, task)] = member_changes.waiting(by=by)
        member_changes.settle(row.id, True, by=by, version=task.version)

    moved = next(row for row in make.rows(Person) if row.name == "老大")
    there = next(row for row in make.rows(Household) if row.id == other)
    assert (moved.household_id, moved.grid_code, moved.relation) == (other, there.grid_code, "sibling")


@pytest.mark.shows("B20", "C40", "C03")
def test_whoever_nobody_reached_is_a_list_and_tags_are_the_villages(app: Flask, cast: Cast) -> None:
    first, second = households(app, 2)
    visit(cast, first)
    with cast.acting("village") as by:
        round_traits.set_traits(
            second, TraitsForm(tags=("disabled", "disabled"), difficulty="hard", best_time="evening"), by=by
        )
        with pytest.raises(Invalid) as refused:
            round_traits.set_traits(
                second, TraitsForm(tags=("rich",), difficulty="x", best_way="x", best_time="x"), by=by
            )
        assert set(refused.value.fields) == {"tags", "difficulty", "best_way", "best_time"}
        assert [row.id for row in round_traits.unreached(by=by, since=date(2026, 1, 1))] == [second]
        assert round_traits.traits_of(second, by=by).tags == ["disabled"]
    with cast.acting("next_village") as by, pytest.raises(NotFound):
        round_traits.set_traits(second, TraitsForm(), by=by)


def test_who_comes_in_the_middle_of_a_month_has_some_days_and_at_its_end_the_next(app: Flask) -> None:
    households(app, 3)
    sweep(app, datetime(2026, 3, 18, 1, tzinfo=UTC))
    late = households(app, 3)

    assert sweep(app, datetime(2026, 3, 30, 1, tzinfo=UTC)) == 0
    assert sweep(app, APRIL) == 3

    tasks = owed(app)
    assert {task.due_on.month for task in tasks if task.household_id in late} == {4}
    assert min(task.due_on for task in tasks) >= date(2026, 3, 21)


@pytest.mark.shows("B20")
def test_a_family_found_this_month_is_owed_no_other_visit_until_the_next(app: Flask, cast: Cast, make: Maker) -> None:
    declared = Desks(app, cast, make)
    declared.family("张三")
    [other] = households(app, 1)

    sweep(app, declared.now)
    first = [task.household_id for task in owed(app)]
    sweep(app, APRIL)

    assert first == [other]
    assert declared.case().household_id in [task.household_id for task in owed(app)], "its case still lies in April"


def test_a_check_at_home_is_a_visit_and_closes_the_months_duty(family: Watched) -> None:
    family.ready()
    family.today = date(2026, 12, 1)
    sweep(family.app, family.now)
    [before] = family.owed(Kind.REGULAR_VISIT)

    case_id = family.propose()
    with clock.at(family.now), family.cast.acting("village") as by:
        removals.file_check(case_id, REMOVAL, by=by, version=family.case_of(case_id).version)

    assert before.due_on.month == 12
    assert family.owed(Kind.REGULAR_VISIT) == []
    assert sweep(family.app, family.now) == 0
