"""What whoever decides on a case should not overlook: put together from the page itself, each with where it stands."""

from collections.abc import Iterator, Mapping
from typing import Any

Page = Mapping[str, Any]


def attention_of(page: Page) -> list[tuple[str, str]]:
    """Return each hint with the section it leads to; hints only, people decide."""
    return [*_of_the_check(page), *_of_others(page), *_of_the_village(page), *_of_papers(page)]


def glance_of(page: Page) -> list[tuple[str, str, str]]:
    """Return the few figures that stay in sight: a name, its words, and whether it should be looked at."""
    found: list[tuple[str, str, str]] = []
    for each in page["checks"][:1]:
        below = "低于监测线" if each["is_below"] else "高于监测线"
        found.append(("人均收入参考值", f"{each['reference']}元，{below}", "strong" if each["is_below"] else ""))
    if page["removal"]:
        below = "低于监测线" if page["removal"]["is_below"] else "高于监测线"
        tone = "strong" if page["removal"]["is_below"] else ""
        found.append(("人均纯收入", f"{page['removal']['per_head']}元，{below}", tone))
    if page["proposed"]:
        found.append(("类别", page["proposed"], ""))
    if page["hits"]:
        found.append(("比对", f"{len(page['hits'])}项“有”", "strong"))
    if page["objections"]:
        found.append(("异议", f"{len(page['objections'])}件", "strong"))
    return found


def _of_the_check(page: Page) -> Iterator[tuple[str, str]]:
    for words in page["checks"][0]["warnings"] if page["checks"] else ():
        yield "checked", words
    for each in page["checks"][:1]:
        if each["is_confirmed"] is False:
            yield "checked", "同行人看到的情况和核实表不一样。"
        if each["differs"]:
            yield "checked", f"建议的类别是{each['category']}，程序提出的是{each['proposed']}。"
        if not each["is_on_site"]:
            yield "checked", "这一次是非现场核实。"
    if page["sides"] and page["sides"].different:
        yield "sides", f"和上一次核实比，有{page['sides'].different}项不一样。"


def _of_others(page: Page) -> Iterator[tuple[str, str]]:
    unheard = sum(not each["explanation"] for each in page["hits"])
    if unheard:
        yield "compared", f"信息比对有{unheard}项结果是“有”，还没有听家里人说明。"
    for each in page["departments"]:
        if not each["is_confirmed"]:
            yield "departments", f"{each['name']}的核查意见是“{each['opinion']}”。"
    waiting = sum(each["due_on"] is not None for each in page["objections"])
    if waiting:
        yield "objections", f"有{waiting}件异议还没有答复。"


def _of_the_village(page: Page) -> Iterator[tuple[str, str]]:
    for each in page["sittings"]:
        if each["is_against"]:
            yield "village", f"{each['name']}的结果是“{each['outcome']}”。"
    if any(duty["says_no"] for duty in page["duties"]):
        yield "village", "村里不同意纳入，请乡镇研判。"


def _of_papers(page: Page) -> Iterator[tuple[str, str]]:
    without = [each["name"] for each in page["members"] if not each["is_valid"]]
    if without and page["procedure"] == "full" and not page["is_closed"]:
        yield "authorizations", f"{len(without)}位家人没有有效的授权，不比对，不影响接着办：{'、'.join(without[:5])}。"
    if page["missing_photos"]:
        yield "files", f"附件还有{page['missing_photos']}件在路上，不影响接着办。"
    unwritten = sum(not each["written"] for each in page["recordings"])
    if unwritten:
        yield "files", f"有{unwritten}段录音还没有写成文字，请听一听，把说了什么写下来。"
    for each in page["opinions"]:
        if each["phoned_by"] and not each["signed_by"]:
            yield "green", f"{each['phoned_by']}电话同意的，还没有补签。"
