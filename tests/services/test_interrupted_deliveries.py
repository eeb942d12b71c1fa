"""A delivery's file is done with once its rows are matched: stopped in between it goes on, failing it blocks nobody."""

import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from backend import clock
from backend.access.actor import Actor
from backend.db import db
from backend.models import Alert, AlertBatch, AlertItem, Case, Clue, ImportBatch
from backend.services import alert_dispatch, alert_matching, alerts
from backend.services.imports import alert_rows, finishing, working
from backend.services.leaders import Lead
from tests.checks import following
from tests.imports.files import WANG, ZHANG, Office, as_csv, rows
from tests.people import VILLAGE, Cast, id_number
from tests.services.test_department_alerts import HEADING, MONDAY, acting, department, lines
from tests.services.test_leaders import let_leases_pass, take_away

__all__ = ["department"]
pytestmark = [pytest.mark.shows("monitoring.3", "scale.6")]
Department = Callable[[str], Actor]
TWO = lines(("张三", 1, 12_000), ("王五", 11, 13_000))
UNKNOWN = ["李五", id_number(31), VILLAGE, "12000", "", ""]


@pytest.fixture(params=["sqlite", "mariadb"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def by(app: Flask, cast: Cast, department: Department) -> Iterator[Actor]:
    """A department's liaison; two families are on the roster."""
    with following(app), clock.at(MONDAY):
        Office(app, cast).take(as_csv([*ZHANG, *WANG]))
        yield department("medical_insurance")


def _pushed(app: Flask, by: Actor, content: bytes, topic: str = "medical_watched") -> int:
    with acting(app, by):
        return alerts.push(topic, io.BytesIO(content), name="预警.csv", by=by).id


def _work(app: Flask) -> None:
    with app.app_context():
        working.carry_on()
        alert_dispatch.sweep()


def _stand(app: Flask) -> list[tuple[str, str]]:
    """Return how each delivery and its file stand."""
    files = {each.id: each for each in rows(app, ImportBatch)}
    return [(each.standing, files[each.import_id].standing) for each in rows(app, AlertBatch)]


def _break(patch: pytest.MonkeyPatch, place: Any, name: str, error: BaseException, *, at: int = 1) -> list[int]:
    """Let a function raise when it is called for the `at`th time; return its calls."""
    real, calls = getattr(place, name), list[int]()

    def breaking(*args: Any, **more: Any) -> Any:
        calls.append(1)
        if len(calls) == at:
            raise error
        return real(*args, **more)

    patch.setattr(place, name, breaking)
    return calls


def _killed(app: Flask, place: Any, name: str, *, at: int = 1) -> None:
    """Let a worker die where this function is called for the `at`th time."""
    with pytest.MonkeyPatch.context() as patch:
        _break(patch, place, name, KeyboardInterrupt(), at=at)
        with pytest.raises(KeyboardInterrupt):
            _work(app)


def _left_as(app: Flask, standing: str, **values: int) -> None:
    """Leave the delivery's file as an earlier release did, that counted it as done before it was matched."""
    with app.app_context():
        db.session.execute(update(ImportBatch).where(ImportBatch.kind == "alerts").values(standing=standing, **values))
        db.session.commit()


@pytest.mark.parametrize(
    ("place", "name", "at"),
    [
        (alert_matching, "_match_some", 1),
        (alert_matching, "_match_some", 2),
        (alert_matching, "put_down", 1),
        (alert_matching, "_match_known", 2),
        (alert_matching, "_end", 1),
        (finishing, "_be_done", 1),
    ],
)
def test_whoever_is_killed_while_matching_is_followed_by_one_who_finishes(
    app: Flask, by: Actor, monkeypatch: pytest.MonkeyPatch, place: Any, name: str, at: int
) -> None:
    monkeypatch.setattr(alert_matching, "AT_ONCE", 1)
    _pushed(app, by, TWO + as_csv([UNKNOWN], HEADING).splitlines(keepends=True)[1])
    _killed(app, place, name, at=at)

    staged = _break(monkeypatch, alert_rows._Taker, "_stage", AssertionError("they are in"))
    _work(app)

    assert _stand(app) == [("filed", "done")]
    assert sorted(each.head_name for each in rows(app, Alert)) == ["张三", "李五", "王五"]
    assert len(rows(app, AlertItem)) == len(rows(app, Clue)) == len(rows(app, Case)) == 3
    assert staged == []


@pytest.mark.parametrize("standing", ["done", "looked"])
def test_a_delivery_that_an_earlier_release_left_unmatched_heals(app: Flask, by: Actor, standing: str) -> None:
    _pushed(app, by, TWO)
    _killed(app, alert_matching, "match")
    _left_as(app, standing)

    _work(app)
    _work(app)

    assert _stand(app) == [("filed", "done")]
    assert len(rows(app, AlertItem)) == len(rows(app, Case)) == 2


def test_one_whose_file_is_gone_by_now_heals_without_whom_the_roster_does_not_know(app: Flask, by: Actor) -> None:
    _pushed(app, by, TWO + as_csv([UNKNOWN], HEADING).splitlines(keepends=True)[1])
    _killed(app, alert_matching, "match")
    _left_as(app, "useless", parts=0)

    _work(app)

    assert _stand(app) == [("filed", "done")]
    assert sorted(each.head_name for each in rows(app, Alert)) == ["张三", "王五"]


def test_a_match_that_fails_holds_up_no_other_file_and_is_tried_again_in_an_hour(
    app: Flask, by: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    _pushed(app, by, lines(("张三", 1, 12_000)))
    _pushed(app, by, lines(("王五", 11, 50_000)), topic="medical_ordinary")
    with monkeypatch.context() as patch:
        calls = _break(patch, alert_matching, "_match_some", ValueError("a bug"))
        _work(app)
        before = len(calls)
        _work(app)

    assert _stand(app) == [("reading", "taking"), ("filed", "done")]
    assert len(calls) == before
    assert [each.why for each in rows(app, ImportBatch) if each.standing == "taking"] == [finishing.UNFINISHED]
    with clock.at(MONDAY + timedelta(minutes=61)):
        _work(app)
    assert _stand(app) == [("filed", "done")] * 2
    assert {each.why for each in rows(app, ImportBatch)} == {""}
    assert len(rows(app, AlertItem)) == 2


def test_a_match_in_which_workers_die_lets_every_other_file_go_first(
    app: Flask, by: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    killing = _pushed(app, by, lines(("张三", 1, 12_000)))
    _killed(app, alert_matching, "_match_some")
    other = _pushed(app, by, lines(("王五", 11, 50_000)), topic="medical_ordinary")
    real, order = alert_matching.match, list[int]()
    monkeypatch.setattr(
        alert_matching, "match", lambda batch_id, *rest: (order.append(batch_id), real(batch_id, *rest))
    )

    _work(app)

    assert order == [other, killing]
    assert _stand(app) == [("filed", "done")] * 2


def test_matching_holds_on_to_the_work(app: Flask, by: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alert_matching, "AT_ONCE", 1)
    _pushed(app, by, TWO)
    held = list[Lead]()
    monkeypatch.setattr(Lead, "hold_on", lambda lead: held.append(lead))

    _work(app)

    assert len(held) >= 1 + 2


def test_who_loses_the_work_while_matching_leaves_the_rest_to_whoever_has_it(
    app: Flask, by: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alert_matching, "AT_ONCE", 1)
    _pushed(app, by, TWO)
    real = alert_matching._match_some

    def slow(batch_id: int, after: int) -> int | None:
        last = real(batch_id, after)
        take_away(app, "imports")
        return last

    with monkeypatch.context() as patch:
        patch.setattr(working, "LEASE", timedelta())
        patch.setattr(alert_matching, "_match_some", slow)
        _work(app)
    half = len(rows(app, AlertItem))
    with app.app_context():
        let_leases_pass()
    _work(app)

    assert (half, len(rows(app, AlertItem))) == (1, 2)
    assert _stand(app) == [("filed", "done")]


def test_the_same_file_at_the_console_again_leaves_what_is_done_as_it_is(app: Flask, by: Actor) -> None:
    batch_id = _pushed(app, by, TWO)
    _work(app)

    assert _pushed(app, by, TWO) == batch_id
    with app.app_context():
        [import_id] = [each.import_id for each in rows(app, AlertBatch)]
        working.try_now(import_id)

    assert _stand(app) == [("filed", "done")]
