"""A wrong fact put right from a farmer's own phone: asked for by touch, and the answer read where it was asked."""

from collections.abc import Callable

import pytest
from flask import Flask

from backend.models import CorrectionRequest, Task
from backend.services import correction_answers
from tests.e2e.phone import Handset, elder_faults
from tests.e2e.test_farmer import declared_on
from tests.people import Cast, Maker

pytestmark = pytest.mark.shows("client.2")


@pytest.mark.parametrize("scale", [1.0, pytest.param(1.4, marks=pytest.mark.slow)])
def test_a_farmer_asks_for_a_correction_sees_where_it_stands_and_reads_the_answer(
    scale: float, handset: Callable[..., Handset], app: Flask, cast: Cast, make: Maker
) -> None:
    phone = handset(scale=scale)
    declared_on(app, phone)

    phone.open("pages/mydata/mydata")
    phone.tap("张三家：申请更正", exact=False)
    phone.sees("哪一项不对")
    phone.tap("身份证号")
    phone.type("对的身份证号是", "130126")
    phone.tap("交上去")
    phone.sees("身份证号是 18 位")
    phone.tap("姓名")
    phone.type("对的姓名是", "张叁")
    phone.picture("correct")
    wrong = elder_faults(phone, "correct")
    phone.tap("交上去")
    phone.sees("答复写在“我的信息”里")
    phone.tap("看我的信息")
    phone.sees("更正姓名：正在核实")
    [row] = make.rows(CorrectionRequest)
    version = next(each.version for each in make.rows(Task) if each.id == row.task_id)
    with cast.acting("reviewer") as by:
        correction_answers.answer(row.id, corrected=False, by=by, version=version, words="身份证上就是张三，看过证件")

    phone.open("pages/mydata/mydata")
    phone.sees("更正姓名：没有改")
    phone.sees("身份证上就是张三，看过证件")
    phone.picture("mydata-corrections")
    assert wrong + elder_faults(phone, "mydata-corrections") == []
    phone.open("pages/inbox/inbox")
    phone.sees("更正申请：没有改")
