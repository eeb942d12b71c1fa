"""The roster (花名册): a row a member, twenty-five columns; households are found by their members' blind index."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from backend.access.permissions import Action
from backend.errors import Invalid
from backend.services.imports import columns as read
from backend.services.imports.columns import Column, Reader, chosen, dictionary, some_of
from backend.services.imports.household_content import HouseholdRow, complaints, content_of, second_looks
from backend.services.imports.household_matching import Match, match_all
from backend.services.imports.household_writing import Book
from backend.services.imports.runs import DOUBT, HINT, WRONG, Kind, Line, Note, Outcome, Run, Unit, village

CODE = "households"


def grid(text: str, run: Run) -> str:
    """Read a grid by its code, or by its name where only one is called so."""
    named = [code for code, name in run.regions.items() if len(code) == 15 and text in (code, name)]
    inside = [code for code in named if code.startswith(run.within)]
    if len(inside) != 1:
        raise Invalid("没有找到这个网格，请先导入网格，或者写15位的网格代码。")
    return inside[0]


def _one(key: str, title: str, name: str, **more: Any) -> Column:
    reader, choices = chosen(name)
    return Column(key, title, reader, choices=choices, **more)


def _some(key: str, title: str, name: str, **more: Any) -> Column:
    return Column(key, title, some_of(dictionary(name)), choices=dictionary(name), **more)


_SHORT: Reader = read.words(40)

COLUMNS = (
    Column(
        "village",
        "村",
        village,
        required=True,
        example="大东关村",
        hint="村名，或12位村代码",
        also=("村（社区）", "行政村"),
    ),
    Column("group", "村民小组", _SHORT, example="第一组"),
    Column("grid", "网格", grid, example="", hint="网格名称或15位代码"),
    Column("head_name", "户主姓名", read.person_name, required=True, example="张三"),
    Column("head_id", "户主身份证号", read.id_number, example="", hint="同一户的每一行都填户主的"),
    _one("standing", "户类型", "household_kinds", example="一般农户"),
    Column("national_no", "国家系统户编号", read.words(40), also=("户编号",)),
    Column("address", "家庭住址", read.words(120)),
    Column("phone", "联系电话", read.phone),
    Column("name", "姓名", read.person_name, required=True, example="张三", also=("成员姓名",)),
    _one("relation", "与户主关系", "relations", required=True, example="户主"),
    Column("id_number", "证件号码", read.id_number, hint="这个人自己的", also=("身份证号", "身份证号码", "证件号")),
    _one("no_document", "无证件原因", "no_document"),
    Column("nation", "民族", read.words(20), example="汉族"),
    _one("education", "文化程度", "education"),
    _one("student", "在校状况", "students"),
    _some("health", "健康状况", "health", hint="几样之间用顿号隔开"),
    Column("disability_kind", "残疾类别", read.words(20)),
    Column("disability_level", "残疾等级", read.words(10)),
    _one("labour", "劳动能力", "labour"),
    Column("work_place", "务工地点", read.words(60)),
    Column("work_months", "务工月数", read.whole(0, 12)),
    _one("medical_insurance", "医疗保险", "medical_insurance"),
    _one("pension", "养老保险", "pension"),
    _some("allowances", "享受政策", "allowances", hint="几样之间用顿号隔开"),
)
"""Domain 3.1 and 3.2, as the third-party tables of the national forms have them; the county's remarks are not asked."""


class _Taker:
    """Remembers which households and numbers the file has spoken of, and which known households those are."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._began: dict[str, int] = {}
        self._numbers: dict[str, int] = {}
        self._known: dict[int, int] = {}

    def see(self, line: Line) -> str | None:
        values = line.values
        if values.get("head_id"):
            return str(values["head_id"])
        if values.get("village") and values.get("head_name"):
            return f"{values['village']}:{values['head_name']}"
        return None

    def settle(self, units: Sequence[Unit], *, write: bool) -> list[Outcome]:
        settled: dict[int, Outcome] = {}
        good: list[tuple[Unit, HouseholdRow]] = []
        for unit in units:
            notes = self._complaints(unit)
            if notes:
                settled[unit.number] = Outcome(unit, WRONG, notes)
            else:
                good.append((unit, content_of(unit)))
        book = Book(self._run.batch)
        for (unit, content), match in zip(good, match_all(self._run, good), strict=True):
            settled[unit.number] = self._outcome(unit, content, self._once(unit, match), book)
        if write:
            book.write()
        return [settled[unit.number] for unit in units]

    def _complaints(self, unit: Unit) -> list[Note]:
        key = self.see(unit.lines[0]) or ""
        before = self._began.get(key)
        if before not in (None, unit.number):
            return [Note(unit.number, "head_name", WRONG, f"这一户的人要写在一起，第{before}行已经有这一户。")]
        self._began[key] = unit.number
        notes = complaints(unit, lambda number: self._row_of(number, unit))
        for line in unit.lines:
            if line.values.get("id_number"):
                self._numbers.setdefault(line.values["id_number"], line.number)
        return notes

    def _row_of(self, number: str, unit: Unit) -> int:
        row = self._numbers.get(number, 0)
        return row if row < unit.number else 0

    def _once(self, unit: Unit, match: Match) -> Match:
        """Let the first household of a file be the known one; another that is the same is a family that has split."""
        if match.household_id is None or match.what == DOUBT:
            return match
        first = self._known.setdefault(match.household_id, unit.number)
        return match if first == unit.number else match.of_several()

    def _outcome(self, unit: Unit, content: HouseholdRow, match: Match, book: Book) -> Outcome:
        notes = second_looks(unit, self._run)
        if match.said:
            column, weight = ("id_number", DOUBT) if match.what == DOUBT else ("", HINT)
            notes.append(Note(unit.number, column, weight, match.said))
        _PUT[match.what](book, unit, content, match)
        return Outcome(unit, match.what, notes)


_PUT: Mapping[str, Callable[[Book, Unit, HouseholdRow, Match], None]] = {
    "new": lambda book, unit, content, match: book.add(content, match),
    "changed": lambda book, unit, content, match: book.change(content, match),
    "doubt": lambda book, unit, content, match: book.doubt(unit.number, content, match),
    "same": lambda book, unit, content, match: None,
}

HOUSEHOLDS = Kind(
    CODE,
    "农户花名册（一人一行）",
    Action.IMPORT_ROSTER,
    COLUMNS,
    _Taker,
    chunk=120,
    said="一个人一行，同一户的人写在一起。已经有的户按家里人的证件号码对上，不会重复。",
)
