"""The national system: a file to copy from, its columns as data, and receipts that come back in bulk."""

import csv
from io import StringIO

import pytest
from flask import Flask

from backend import clock
from backend.errors import Invalid, NotAllowed
from backend.models import Case, NationalEntry
from backend.privacy.receipts import spoken
from backend.services import national
from tests.people import Cast, Maker
from tests.services.test_full_procedure import preset  # noqa: F401 - a fixture
from tests.services.test_help import _categorise, family  # noqa: F401 - a fixture
from tests.services.watching import Watched

pytestmark = pytest.mark.shows("monitoring.9", "D37", "D40", "B58")


def rows(family: Watched, login: str = "town_op", **more: bool) -> list[dict[str, str]]:  # noqa: F811
    with family.cast.acting(login) as by, clock.at(family.now):
        return list(csv.DictReader(StringIO(national.export(by=by, **more).removeprefix("\ufeff"))))


def test_the_file_has_the_columns_of_the_mapping_and_no_id_number(family: Watched, make: Maker) -> None:  # noqa: F811
    _categorise(family, "marginal")
    family.plan("housing", "industry", risks=("housing", "illness"))
    family.deliver()

    [row] = rows(family)

    assert list(row) == list(national.names())
    assert (row["户主姓名"], row["监测对象类别"], row["风险类型1"], row["风险类型2"]) == (
        "张三",
        "边缘易致贫户",
        "住房安全",
        "因病",
    )
    assert (row["措施数"], row["已落实措施数"], row["风险是否已消除"]) == ("2", "2", "否")
    assert row["识别监测时间"] == family.today.strftime("%Y%m")
    assert rows(family, "next_village") == []


def test_receipts_come_back_in_bulk_and_a_bad_line_stops_nobody(family: Watched, cast: Cast) -> None:  # noqa: F811
    [case] = family.make.rows(Case)
    assert len(rows(family, waiting_only=True)) == 1
    day = family.today.isoformat()
    good, late = f"{spoken(case.number)}，G-2026-1，{day}", f"{case.number},G2,{day}"
    text = "\n".join([f"没有这个编号,G1,{day}", good, "只有一样", f"{case.number},G2,昨天", late])

    with cast.acting("town_op") as by, clock.at(family.now):
        said = [each.said for each in national.enter_receipts(text, by=by)]

    assert [bool(words) for words in said] == [True, False, True, True, True]
    assert [row.receipt_no for row in family.make.rows(NationalEntry)] == ["G-2026-1"]
    assert rows(family, waiting_only=True) == []
    assert rows(family)[0]["国家系统编号"] == "G-2026-1"


def test_only_the_township_enters_receipts(app: Flask, cast: Cast) -> None:
    with cast.acting("village") as by, pytest.raises(NotAllowed):
        national.enter_receipts("a,b,2026-01-01", by=by)
    with cast.acting("town_op") as by, pytest.raises(Invalid):
        national.enter_receipts("\n", by=by)
