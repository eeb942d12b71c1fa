"""What the holders of registers answer (比对), item by item: of members of a case who allowed it, and nobody else."""

from sqlalchemy import select

from backend import clock
from backend.access.permissions import Action
from backend.db import db, new_id
from backend.errors import Invalid
from backend.models import Case, ComparisonAnswer, Person, PersonDigest, Task
from backend.models.places import same_place
from backend.services.authorizations import Member, members_of
from backend.services.comparisons import HIT, NO_HIT, without_amounts
from backend.services.imports import columns as read
from backend.services.imports.columns import Column, chosen, one_of
from backend.services.imports.one_by_one import Verdict, one_by_one
from backend.services.imports.runs import CHANGED, NEW, SAME, Kind, Line, Run
from backend.services.known import index_of
from backend.services.sealing import Sealer
from backend.workflow.states import Kind as Duty

_ITEM, _ITEMS = chosen("compare_items")
REMARK = 200


def _results(run: Run) -> dict[str, str]:
    known = run.policy.dictionaries["compare_results"]
    return {code: known[code] for code in (HIT, NO_HIT)}


COLUMNS = (
    Column("village", "村", read.words(80), hint="可以不填"),
    Column("name", "姓名", read.person_name, required=True, example="张三"),
    Column("id_number", "身份证号", read.id_number, required=True, also=("证件号码", "身份证号码")),
    Column("item", "比对项目", _ITEM, required=True, choices=_ITEMS, example="车辆"),
    Column("result", "有或没有", one_of(_results), required=True, choices=_results, example="没有"),
    Column("remark", "说明", read.words(REMARK), hint="存款只写有或没有，不写数目"),
)


def _judge(run: Run, line: Line) -> Verdict:
    values = line.values
    case, member = _covered(run, line)
    try:
        remark = without_amounts(values["item"], values.get("remark") or "", "remark")
    except Invalid as error:
        raise Invalid.field("remark", error.message) from error
    query = select(ComparisonAnswer).where(
        ComparisonAnswer.case_id == case.id,
        ComparisonAnswer.person_id == member.person.id,
        ComparisonAnswer.item == values["item"],
    )
    known = db.session.scalars(query).one_or_none()
    if known is None:
        return Verdict(NEW, lambda: _add(run, line, case, member, remark))
    before = Sealer("comparison_answers", known.id).open("remark_sealed", known.remark_sealed)
    if (known.result, before) == (values["result"], remark):
        return Verdict(SAME)
    return Verdict(CHANGED, lambda: _change(run, known, values["result"], remark))


def _covered(run: Run, line: Line) -> tuple[Case, Member]:
    """Return the case in which this member waits to be compared and allowed it; nothing is kept of anybody else."""
    digests = tuple(index_of(line.values["id_number"]).values())
    query = (
        select(Case, Person.id)
        .join(Person, Person.household_id == Case.household_id)
        .join(PersonDigest, PersonDigest.person_id == Person.id)
        .join(Task, Task.case_id == Case.id)
        .where(
            PersonDigest.county_code == run.county_code,
            PersonDigest.digest.in_(digests),
            Task.kind == Duty.COMPARE,
            Task.open_due.is_not(None),
        )
    )
    found = db.session.execute(query.limit(1)).first()
    if found is None:
        raise Invalid.field("id_number", "这个人现在没有在等比对，这一行没有保存。")
    case, person_id = found
    member = next(each for each in members_of(case) if each.person.id == person_id)
    if not member.is_valid:
        raise Invalid.field("id_number", "这个人没有有效的授权，不能比对，这一行没有保存。")
    if member.person.name != line.values["name"]:
        raise Invalid.field("name", "姓名和证件号码对不上，请核对，这一行没有保存。")
    return case, member


def _add(run: Run, line: Line, case: Case, member: Member, remark: str) -> None:
    row_id, authorization = new_id(), member.authorization
    if authorization is None:
        raise Invalid.field("id_number", "这个人没有有效的授权，不能比对，这一行没有保存。")
    db.session.add(
        ComparisonAnswer(
            id=row_id,
            case_id=case.id,
            household_id=case.household_id,
            person_id=member.person.id,
            item=line.values["item"],
            result=line.values["result"],
            remark_sealed=Sealer("comparison_answers", row_id).keep("remark_sealed", remark),
            authorization_id=authorization.id,
            import_id=run.batch.id,
            answered_at=clock.now(),
            **same_place(case),
        )
    )
    db.session.flush()


def _change(run: Run, known: ComparisonAnswer, result: str, remark: str) -> None:
    known.result, known.import_id, known.answered_at = result, run.batch.id, clock.now()
    known.remark_sealed = Sealer("comparison_answers", known.id).keep("remark_sealed", remark)


REGISTERS = Kind(
    "registers",
    "比对结果",
    Action.FILE_COMPARISON,
    COLUMNS,
    one_by_one(_judge),
    chunk=200,
    said="车辆、房产、工商、社保等，一人一项一行。只收正在等比对、而且本人授权过的人，别人的不保存。",
)
