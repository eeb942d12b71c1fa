"""The file that a county hands to a family: everything held about it, to be read on any telephone (PIPL 45)."""

import html
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import or_, select

from backend import clock
from backend.access.actor import system_actor
from backend.access.permissions import ROLE_NAMES, Role
from backend.access.scope import as_system
from backend.db import Base, Sealed, db, use_case
from backend.errors import NotFound, NotPossibleNow
from backend.models import AuditRow, Case, Declaration, Household, StoredFile
from backend.policy.county import current_policy
from backend.privacy.current import keys
from backend.privacy.receipts import clean_receipt_no
from backend.privacy.seal import Place, SealBroken, unseal
from backend.services import erasures, files
from backend.services.looks import TOLD_TO_FAMILIES
from backend.services.subject_sections import OF_OTHERS, SECTIONS, WITHHELD, Section
from backend.services.subject_speakers import Own, own_words, said_by
from backend.workflow.states import STATE_NAMES, State
from backend.workflow.trail import record_on_case

HANDED_OUT = "hand_out_data"
MOST_DIGITS = 18
ENDINGS = {"image/jpeg": ".jpg", "application/pdf": ".pdf", "audio/mpeg": ".mp3", "audio/mp4": ".m4a"}
PAGE = (
    '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    "<title>本人信息</title><style>body{{font-size:18px;line-height:1.6;margin:1em}}table{{border-collapse:collapse}}"
    "td,th{{border:1px solid #888;padding:.3em .5em;text-align:left;vertical-align:top}}</style>{body}</html>"
)


def household_of(number: str) -> int:
    """Return the family that a receipt number or a household's id means; `NotFound`, `Invalid`."""
    with as_system("which family does a number mean?"):
        known = (
            select(Household.id).where(Household.id == int(number))
            if number.isascii() and number.isdigit() and len(number) <= MOST_DIGITS
            else None
        )
        if known is not None and db.session.scalar(known) is not None:
            return int(number)
        wanted = clean_receipt_no(number, field="number")
        by_receipt = select(Case.household_id).join(Declaration, Declaration.case_id == Case.id)
        found = db.session.scalar(by_receipt.where(Declaration.receipt_no == wanted).limit(1))
        found = found or db.session.scalar(select(Case.household_id).where(Case.number == wanted))
    if found is None:
        raise NotFound("没有这个受理编号，请再看看。")
    return found


@use_case
def hand_out(household_id: int, to: Path) -> int:
    """Write everything held about a family into a ZIP file, note it in the trail, and return how many pieces it holds.

    What others said of it stays out: whoever speaks for a neighbour is not named to them.
    Errors: `NotFound`; `NotPossibleNow` where the file cannot be written.
    """
    with as_system("a family gets what is held about it"):
        household = db.session.scalars(select(Household).where(Household.id == household_id)).one_or_none()
        if household is None:
            raise NotFound("没有这一户。")
        traces = erasures.traces_of(household)
        names = current_policy(household.county_code).dictionaries
        own = own_words(traces)
        tables = [(each, list(_rows(each, traces, own, names))) for each in SECTIONS]
        try:
            _write(to, household, [*tables, (_LOOKS, list(_looks(traces)))], traces, own)
        except OSError as error:
            raise NotPossibleNow(f"{to} 写不进去：{error.strerror}。") from error
        by = system_actor(household.county_code, "a family gets what is held about it")
        for case in db.session.scalars(select(Case).where(Case.id.in_(traces.cases)).with_for_update()):
            record_on_case(case, by=by, action=HANDED_OUT, detail={})
    return sum(len(rows) for _, rows in tables)


_LOOKS = Section("谁看过", "audit_rows", {"happened_at": "日期", "actor_role": "岗位", "action": "看了什么"})


def _rows(section: Section, traces: erasures.Traces, own: Own, names: Mapping[str, Any]) -> Iterator[list[str]]:
    [model] = [each.class_ for each in Base.registry.mappers if each.class_.__tablename__ == section.table]
    mine = erasures.of_family(model, traces)
    if mine is None:
        return
    for row in db.session.scalars(select(model).where(mine, said_by(own, model)).order_by(model.id)):
        told = [_told(row, column, names) for column in section.columns]
        # The family's own number may be that of a neighbour who declared: nobody knew another one.
        yield ["" if text in own.numbers_of_others else text for text in told]


def _told(row: Any, column: str, names: Mapping[str, Any]) -> str:
    name, _, dictionary = column.partition("/")
    value = getattr(row, name)
    if value is not None and isinstance(type(row).__mapper__.columns[name].type, Sealed):
        return _opened(row, name, value)
    if name == "to_state":
        return STATE_NAMES[State(value)]
    if dictionary:
        return str(names.get(dictionary, {}).get(value, value))
    return _plain(value)


def _opened(row: Any, name: str, token: str) -> str:
    try:
        return unseal(token, keys=keys(), place=Place(row.__tablename__, name, row.id))
    except SealBroken:
        return "（打不开）"


def _plain(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "是" if value else "否"
        case datetime():
            here = clock.local(value)
            return f"{here:%Y-%m-%d}" if clock.is_whole_day(value) else f"{here:%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
        case _:
            return str(value)


def _looks(traces: erasures.Traces) -> Iterator[list[str]]:
    """Yield who looked, by post and day as the family's own phone tells it."""
    query = select(AuditRow).where(
        AuditRow.subject.in_([f"case:{each}" for each in traces.cases]), AuditRow.action.in_(list(TOLD_TO_FAMILIES))
    )
    for row in db.session.scalars(query.order_by(AuditRow.id)):
        day = clock.local(row.happened_at).date()
        yield [day.isoformat(), ROLE_NAMES[Role(row.actor_role)], TOLD_TO_FAMILIES[row.action]]


def _write(
    to: Path, household: Household, tables: list[tuple[Section, list[list[str]]]], traces: erasures.Traces, own: Own
) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    to.touch(0o600)
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("本人信息.html", _page(household, tables))
        mine = or_(StoredFile.case_id.in_(traces.cases), StoredFile.household_id.in_(traces.households))
        query = select(StoredFile).where(mine, said_by(own, StoredFile)).order_by(StoredFile.id)
        for row in db.session.scalars(query):
            try:
                made.writestr(
                    f"附件/{row.id}{ENDINGS.get(row.media_type, '')}", files.store().get(row.id, files.ORIGINAL)
                )
            except (NotFound, SealBroken):
                made.writestr(f"附件/{row.id}.txt", "这个附件的内容找不到了，请联系管理员。")


def _page(household: Household, tables: list[tuple[Section, list[list[str]]]]) -> str:
    told = [
        f"<h1>{html.escape(household.head_name)} 户：本系统里保存的信息</h1>",
        f"<p>生成日期 {clock.today().isoformat()}。不对的请提出更正；不明白的请打县里的咨询电话。</p>",
        *(_table(section, rows) for section, rows in tables if rows),
        "<h2>没有列出的</h2><ul>",
        *(f"<li>{html.escape(why)}</li>" for why in (OF_OTHERS, *WITHHELD.values())),
        "</ul>",
    ]
    return PAGE.format(body="\n".join(told))


def _table(section: Section, rows: list[list[str]]) -> str:
    def line(cells: Any, tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells) + "</tr>"

    lines = [line(section.columns.values(), "th"), *(line(row, "td") for row in rows)]
    return f"<h2>{section.title}</h2><table>{''.join(lines)}</table>"
