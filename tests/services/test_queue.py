"""The queue: forwards and backwards, narrowed, counted, searched, and done many at once."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import chain

import pytest
from flask import Flask
from sqlalchemy import update

from backend import clock
from backend.access.scope import as_system
from backend.db import db
from backend.errors import Invalid, NotAllowed, OutOfDate
from backend.models import Case, Task
from backend.services import cases, finding, many_at_once, queue_habits, queue_pages, tasks
from backend.services.many_at_once import Ticked
from backend.services.tasks import By, Cursor, Filters, Whose
from backend.workflow.states import Kind
from tests.people import NEXT_VILLAGE, OTHER_VILLAGE, VILLAGE, Cast, Maker, id_number

pytestmark = pytest.mark.shows("console.2")
KINDS = pytest.mark.parametrize("kind", ["sqlite", "mariadb"])


def declared(make: Maker, count: int, first: int = 100, **changes: object) -> list[int]:
    return [
        make.case(id_number=id_number(first + serial), openid=f"f{first + serial}", **changes)
        for serial in range(count)
    ]


def changed(app: Flask, *statements: object) -> None:
    with app.app_context(), as_system("a test changes"):
        for statement in statements:
            db.session.execute(statement)
        db.session.commit()


def leafed(cast: Cast, login: str, start: str, **asked: object) -> Iterator[list[int]]:
    """Every page from the first on, or back from behind the last."""
    with cast.acting(login) as by:
        at = {} if start == "after" else {"before": Cursor(clock.today() + timedelta(days=999), 1)}
        while True:
            page = tasks.queue(by=by, size=3, **at, **asked)
            yield [task.id for task in page.items]
            on = getattr(page, start)
            if on is None:
                return
            at = {start: on}


@KINDS
def test_whoever_leafs_back_meets_the_same_pages_as_on_the_way_there(app: Flask, make: Maker, cast: Cast) -> None:
    ids = declared(make, 11)
    today = clock.today()
    for place, case_id in enumerate(ids):
        due = today + timedelta(days=place % 3 - 1)
        pressing = {0: 0, 4: 1, 5: 1, 9: 0}.get(place, 2)
        changed(app, update(Task).where(Task.case_id == case_id).values(due_on=due, open_due=due, pressing=pressing))

    there = list(leafed(cast, "village", "after"))
    back = list(leafed(cast, "village", "before"))

    assert sorted([*chain(*there)]) == sorted(make.duty(each).id for each in ids)
    assert [*chain(*back[::-1])] == [*chain(*there)]
    assert [len(page) for page in there] == [3, 3, 3, 2]


@KINDS
def test_a_queue_is_narrowed_to_a_kind_a_place_and_a_due_date(app: Flask, make: Maker, cast: Cast) -> None:
    here, visited = declared(make, 2)
    [there] = declared(make, 1, first=110, village_code=NEXT_VILLAGE)
    make._accept(visited)
    past = clock.today() - timedelta(days=1)
    changed(app, update(Task).where(Task.case_id == here).values(due_on=past, open_due=past))

    def found(login: str, whose: Whose, **narrowed: object) -> set[int]:
        with cast.acting(login) as by:
            return {task.case_id for task in tasks.queue(by=by, whose=whose, filters=Filters(**narrowed)).items}

    assert found("village", Whose.MINE, kind=Kind.VISIT) == {visited}
    assert found("reviewer", Whose.ALL, kind=Kind.ACCEPT) == {here, there}
    assert found("reviewer", Whose.ALL, place=NEXT_VILLAGE) == {there}
    assert found("county_lead", Whose.ALL, place=VILLAGE[:9], kind=Kind.VISIT) == {visited}
    assert found("village", Whose.MINE, due=By.OVERDUE) == {here}
    assert found("village", Whose.MINE, due=By.WEEK) >= {visited} - {here}
    with cast.acting("reviewer") as by, pytest.raises(Invalid) as refused:
        tasks.queue(by=by, whose=Whose.ALL, filters=Filters(place=OTHER_VILLAGE))
    assert "place" in refused.value.fields


@KINDS
def test_what_no_index_finds_is_looked_for_a_stretch_at_a_time_and_nobody_is_missed(
    make: Maker, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_pages, "MOST_LOOKED_THROUGH", 4)
    ids = declared(make, 9)
    make._accept(ids[8])
    make._accept(ids[0])
    with cast.acting("reviewer") as by:
        whole = tasks.queue(by=by, whose=Whose.ALL).items
    wanted = [task.id for task in whole if task.kind == Kind.VISIT]

    there = list(leafed(cast, "reviewer", "after", whose=Whose.ALL, filters=Filters(kind=Kind.VISIT)))
    back = list(leafed(cast, "reviewer", "before", whose=Whose.ALL, filters=Filters(kind=Kind.VISIT)))

    assert [*chain(*there)] == [*chain(*back[::-1])] == wanted
    assert min(len(there), len(back)) >= 2


@KINDS
def test_duties_are_counted_by_kind_and_no_further_than_a_page_says(
    make: Maker, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = declared(make, 4)
    make._accept(ids[0])
    monkeypatch.setattr(tasks, "MOST_COUNTED", 2)
    tasks._counting.cache_clear()

    with cast.acting("village") as by:
        counted = tasks.counted_kinds(by=by)
    tasks._counting.cache_clear()

    assert counted == {Kind.ACCEPT: 2, Kind.VISIT: 1}


@KINDS
@pytest.mark.shows("console.2")
def test_a_family_is_found_by_name_initials_numbers_and_by_no_part_of_a_number(make: Maker, cast: Cast) -> None:
    declaration = make.declaration(id_number=id_number(31), head_name="张守金", phone="15400001234")
    make.declaration(id_number=id_number(32), head_name="张守银", openid="b", phone="15400004321")
    make.declaration(id_number=id_number(33), head_name="张守金", openid="c", village_code=OTHER_VILLAGE)
    [case] = [each for each in make.rows(Case) if each.id == declaration.case_id]

    def found(text: str, login: str = "reviewer") -> list[str]:
        with cast.acting(login) as by:
            return sorted(each.head_name for each in finding.find(text, by=by).items)

    assert found("张守金") == found("zsj") == found("ZSJ") == ["张守金"]
    assert found("张守") == found("zs") == ["张守金", "张守银"]
    assert found("守金") == []
    assert found("张守金", "county_lead") == ["张守金", "张守金"]
    assert found(id_number(31).lower()) == found("154 0000 1234") == found("+8615400001234") == ["张守金"]
    assert found(declaration.receipt_no) == found(case.number) == ["张守金"]
    assert found(id_number(31), "other_reviewer") == found("15400001234", "other_reviewer") == []
    for part, sentence in (("1540000123", "手机号"), (id_number(31)[:17] + "?", "请输入"), ("12345", "请输入")):
        with cast.acting("reviewer") as by, pytest.raises(Invalid, match=sentence):
            finding.find(part, by=by)


def ticked(make: Maker, case_id: int) -> Ticked:
    duty = make.duty(case_id)
    [case] = [each for each in make.rows(Case) if each.id == case_id]
    return Ticked(duty.id, duty.version, case.content_version)


def test_many_are_accepted_each_by_itself_and_each_says_what_became_of_it(make: Maker, cast: Cast) -> None:
    first, second, third = declared(make, 3)
    [elsewhere] = declared(make, 1, first=120, village_code=OTHER_VILLAGE)
    shown = [ticked(make, each) for each in (first, second, third, elsewhere)]
    with cast.acting("head") as by:
        cases.accept(second, by=by, version=shown[1].version)

    with cast.acting("village") as by:
        outcomes = many_at_once.do_many("accept", [*shown, shown[0]], by=by)

    assert [each.is_done for each in outcomes] == [True, False, True, False]
    assert outcomes[1].said == OutOfDate.sentence
    assert (outcomes[3].task, outcomes[3].said) == (None, "没有找到这条记录。")
    assert [make.state(each) for each in (first, second, third, elsewhere)] == ["accepted"] * 3 + ["declared"]


def test_one_opinion_passes_many_on_but_none_whose_file_has_grown_and_none_that_is_something_else(
    app: Flask, make: Maker, cast: Cast
) -> None:
    good = make.case("accept", "visit", id_number=id_number(51))
    grown = make.case("accept", "visit", id_number=id_number(52), openid="b")
    waiting = make.case(id_number=id_number(53), openid="c")
    shown = [ticked(make, each) for each in (good, grown, waiting)]
    changed(app, update(Case).where(Case.id == grown).values(content_version=Case.content_version + 1))

    with cast.acting("reviewer") as by:
        outcomes = many_at_once.do_many("pass_on", shown, by=by, opinion="情况属实，建议纳入。")

    assert [each.is_done for each in outcomes] == [True, False, False]
    assert "受理申报" in outcomes[2].said
    assert [make.state(each) for each in (good, grown, waiting)] == ["passed", "visited", "declared"]


def test_what_may_not_be_done_alone_may_not_be_done_to_many(make: Maker, cast: Cast) -> None:
    one = ticked(make, make.case())

    with cast.acting("village") as by:
        with pytest.raises(NotAllowed):
            many_at_once.do_many("pass_on", [one], by=by, opinion="好")
        with pytest.raises(Invalid, match="200"):
            many_at_once.do_many("accept", [Ticked(number, 1, 1) for number in range(201)], by=by)
        with pytest.raises(Invalid, match="勾选"):
            many_at_once.do_many("accept", [], by=by)
    with cast.acting("reviewer") as by, pytest.raises(Invalid) as refused:
        many_at_once.do_many("pass_on", [one], by=by, opinion=" ")
    assert "opinion" in refused.value.fields


def test_filters_and_columns_are_kept_for_one_person_in_one_identity(cast: Cast) -> None:
    with cast.acting("reviewer") as by:
        queue_habits.save_filter("今天", "tab=mine&due=today", by=by)
        queue_habits.save_filter("今天", "tab=all&due=today", by=by)
        queue_habits.choose_columns(["owner", "place"], by=by)
    with cast.acting("reviewer") as by:
        mine = queue_habits.habits_of(by)
        with pytest.raises(Invalid):
            queue_habits.choose_columns(["id_sealed"], by=by)
    with cast.acting("second_reviewer") as by:
        other = queue_habits.habits_of(by)

    assert ([*mine.filters], [*mine.columns]) == ([("今天", "tab=all&due=today")], ["place", "owner"])
    assert other == queue_habits.Habits()
