"""What an office decides for many at once is in the audit: disasters opened and closed, batches prepared and signed."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from backend.db import db
from backend.models import AuditRow
from backend.services import audit, batches, disasters
from backend.services.batches import Proposal
from backend.services.disasters import EventForm
from tests.people import TOWNSHIP, Cast, Maker
from tests.services.desks import Desks
from tests.services.test_full_procedure import preset  # noqa: F401 - a fixture

pytestmark = pytest.mark.shows("procedure.10", "procedure.2")
FLOOD = EventForm("七月特大暴雨", "灵政〔2026〕7号", "natural", (TOWNSHIP,))


@pytest.fixture
def desks(app: Flask, cast: Cast, make: Maker, preset: Any) -> Desks:  # noqa: F811 - the fixture imported above
    preset("NATIONAL")
    desks = Desks(app, cast, make)
    desks.family()
    return desks


def about(make: Maker, subject: str) -> list[AuditRow]:
    return sorted((row for row in make.rows(AuditRow) if row.subject == subject), key=lambda row: row.place)


def test_who_opened_a_disaster_where_and_who_closed_it(desks: Desks, make: Maker) -> None:
    with desks.as_("county_op") as by:
        event = disasters.open_event(FLOOD, by=by)
    with desks.as_("county_lead") as by:
        disasters.close_event(event.id, "灵政〔2026〕9号", by=by)

    opened, closed = about(make, f"disaster:{event.id}")
    assert (opened.action, opened.actor_name, opened.detail) == (
        "open_disaster",
        "陈业务",
        {"number": "灵政〔2026〕7号", "area": [TOWNSHIP]},
    )
    assert (closed.action, closed.actor_name, closed.detail) == (
        "close_disaster",
        "褚县长",
        {"number": "灵政〔2026〕9号"},
    )


def test_who_prepared_a_batch_changed_it_and_signed_it(desks: Desks, make: Maker) -> None:
    desks.to_the_county()
    with desks.as_("county_op") as by:
        batch = batches.prepare("灵防贫〔2026〕3号", desks.today, by=by, proposals=[Proposal(desks.case_id)])
        batches.take_out(batch.id, desks.case_id, by=by)
        batches.put(batch.id, [Proposal(desks.case_id)], by=by)
    with desks.as_("county_lead") as by:
        batches.sign(batch.id, by=by)

    rows = about(make, f"batch:{batch.id}")
    assert [row.action for row in rows] == ["prepare_batch", "take_out_of_batch", "put_into_batch", "sign_batch"]
    assert [row.actor_name for row in rows] == ["陈业务"] * 3 + ["褚县长"]
    assert rows[0].detail == {"number": "灵防贫〔2026〕3号", "proposed": {str(desks.case_id): "approve"}}


def test_a_last_row_that_was_removed_is_missed(app: Flask, desks: Desks, tmp_path: Path) -> None:
    with desks.as_("county_op") as by:
        event = disasters.open_event(FLOOD, by=by)
    chain = f"disaster:{event.id}"
    with app.app_context():
        whole = [line for line in audit.verify(tmp_path / "roots") if chain in line]
    with app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM audit_rows")
    with app.app_context():
        torn = [line for line in audit.verify(tmp_path / "roots") if chain in line]

    assert whole == []
    assert torn == [f"{chain} 第1行至第1行被删除"]
