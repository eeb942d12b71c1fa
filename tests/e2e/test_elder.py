"""Every page of a family's, measured for old eyes and thick fingers at WeChat's normal and largest text."""

from collections.abc import Callable

import pytest
from flask import Flask

from backend.services import articles
from backend.services.articles import ArticleForm
from tests.e2e.phone import Handset, elder_faults
from tests.e2e.test_farmer import declared_on, fill
from tests.people import VILLAGE, Cast, Maker

pytestmark = pytest.mark.shows("client.4")
LISTED = {
    "pages/home/home": "主办单位：灵寿县",
    "pages/progress/progress": "待补充材料",
    "pages/inbox/inbox": "给我的消息",
    "pages/mydata/mydata": "张三家",
    "pages/correct/correct": "哪一项不对",
    "pages/complaints/complaints": "什么事",
    "pages/objections/objections": "扫公示单上的码",
    "pages/explain/explain": "风险消除",
    "pages/articles/articles": "申报明白卡",
}
BY_ID = {"pages/detail/detail": "还差一点", "pages/done/done": "接下来", "pages/article/article": "谁都可以申报"}


@pytest.mark.parametrize("scale", [1.0, 1.4])
def test_an_old_person_can_read_and_tap_everything(
    scale: float, handset: Callable[..., Handset], app: Flask, cast: Cast, make: Maker
) -> None:
    phone = handset(scale=scale)
    declared = declared_on(app, phone)
    returned = {"action": "return_for_information", "reasons": ["papers"], "words": "请补上住院票据"}
    cast.phone("village").post(
        f"/cases/{declared.case_id}/decisions", version=make.duty(declared.case_id).version, **returned
    )
    with cast.acting("county_op") as by:
        card = articles.publish(ArticleForm("declare_card", "申报明白卡", "谁都可以申报。\n材料不全也收。"), by=by).id
    wrong: list[str] = []

    def look(name: str) -> None:
        phone.picture(name)
        wrong.extend(elder_faults(phone, name))

    for path, words in (LISTED | BY_ID).items():
        named = {"id": str(card if "article" in path else declared.id)} if path in BY_ID else {"scene": VILLAGE}
        phone.open(path, **named)
        phone.sees(words)
        look(path.split("/")[1])
    phone.open(scene=VILLAGE)
    fill(phone, at_each=lambda step: look(f"apply-{step}"))

    assert wrong == []
    offered = {name for name in phone.page.evaluate("wxrun.pageNames") if name.startswith("pages/")}
    assert offered == {*LISTED, *BY_ID, "pages/apply/apply"}
