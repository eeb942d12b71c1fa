"""The papers of a family's file, part by part, in words: what each step wrote down on the way in."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select

from backend import clock
from backend.access.permissions import Action
from backend.db import db
from backend.models import Clue
from backend.privacy.receipts import spoken
from backend.services import (
    cases,
    check_consents,
    check_history,
    check_words,
    clues,
    judgements,
    meeting_items,
    recordings,
    sittings,
)
from backend.services.family_folders_after import measures_of, plan_of, removal_of, visits_of
from backend.services.family_gaps import CONSULTATION, MEETING
from backend.services.family_papers import Paper, Source, day_of, facts, many
from backend.services.files import RECORDING
from backend.services.recordings import Written
from backend.workflow.archive import Part
from backend.workflow.sentences import ACTION_NAMES


def _recordings(source: Source) -> list[Paper]:
    """Return a sheet for each recording with what it says: paper cannot be listened to."""
    files = [each for each in source.file.files if each.kind == RECORDING]
    written = recordings.written_of(files)
    return [
        Paper(
            "录音1段",
            facts(
                ("收到", day_of(clock.local(row.stored_at).date())),
                ("写成文字", _writing_of(written.get(row.id)) or "还没有，请在系统里听"),
            ),
            f"文字：{written[row.id].words}" if row.id in written else "",
        )
        for row in files
    ]


def _writing_of(written: Written | None) -> str:
    return f"{written.who}，{day_of(clock.local(written.written_at).date())}" if written else ""


def _application(source: Source) -> list[Paper]:
    words, names = cases.words_of(source.file), source.names
    found = [
        Paper(
            "申报书",
            facts(
                ("申报时间", day_of(clock.local(row.declared_at).date())),
                ("户主", row.head_name),
                ("困难", names["risks"].get(row.risk, row.risk)),
                ("谁申报", names["relations_for_others"].get(row.relation, "本人")),
                ("回执号", spoken(row.receipt_no)),
            ),
            words[row.id],
        )
        for row in source.file.declarations
    ] + _recordings(source)
    # A clue that a declaration brought along says nothing that the declaration does not.
    own = select(Clue).where(Clue.case_id == source.case.id, Clue.declaration_id.is_(None))
    signs = db.session.scalars(own.order_by(Clue.id)).all()
    return found + [
        Paper(
            "线索登记",
            facts(
                ("发现日期", day_of(row.discovered_on)),
                ("渠道", names["channels"].get(row.channel, row.channel)),
                ("来文编号", row.source_no),
                ("困难", names["risks"].get(row.risk, row.risk)),
            ),
            clues.words_of(row),
        )
        for row in signs
    ]


def _authorization(source: Source) -> list[Paper]:
    names = source.names
    return [
        Paper(
            f"{each.person.name}的承诺授权",
            facts(
                ("关系", names["relations"].get(each.person.relation, "")),
                ("方式", names["authorization_ways"].get(each.authorization.way or "", "没有联系上，不比对")),
                ("签字日期", day_of(each.authorization.signed_on)),
                ("有效到", day_of(each.authorization.until_on)),
                ("收回日期", day_of(each.authorization.withdrawn_on)),
                ("见证", "、".join(one["name"] for one in each.authorization.witnesses)),
                ("监护人", each.authorization.guardian),
            ),
        )
        for each in source.dossier.members
        if each.authorization is not None
    ]


def _check(source: Source) -> list[Paper]:
    words, names = cases.words_of(source.file), source.names
    found = [
        Paper(
            "入户走访记录",
            facts(
                ("日期", day_of(row.visited_on)),
                ("方式", names["visit_ways"].get(row.way, "")),
                ("走访人", "、".join(each for each in (row.visitor_name, row.companion) if each)),
                ("结论", names["visit_conclusions"].get(row.conclusion, "")),
            ),
            words[row.id],
        )
        for row in source.file.visits
    ]
    word = check_consents.word_of(source.case)
    rows = check_history.checks_of_household(source.case, by=source.by)
    return found + [
        _form(check_words.home_check(each.row, names, word=word))
        for each in reversed(rows)
        if each.row.case_id == source.case.id
    ]


def _form(each: Mapping[str, Any]) -> Paper:
    said = [
        f"{one['name']}（{one['relation']}）：健康{one['health'] or '未填'}；{one['allowances']}".rstrip("；")
        for one in each["members"]
    ]
    known = facts(
        ("共同生活", f"{each['heads']}人"),
        *((label, f"{yuan}元") for label, yuan in each["income"]),
        ("人均纯收入", f"{each['net_per_head']}元"),
        ("人均收入参考值", f"{each['reference']}元"),
        (f"{each['line_of_year']}年监测线", f"{each['line']}元"),
        *each["assessed"],
        *((name, state) for name, _, state, _ in each["safety"]),
        ("建议类别", each["category"]),
        ("同行人", {True: "已确认", False: "看到的不一样", None: "还没有确认"}[each["is_confirmed"]]),
    )
    return Paper("入户核实表", known, "\n".join([*said, each["assessed_note"], each["wishes"]]).strip())


def _sat(kind: str, title: str) -> Callable[[Source], list[Paper]]:
    def papers(source: Source) -> list[Paper]:
        names = source.names
        return [
            Paper(
                title,
                facts(
                    ("日期", day_of(each.meeting.held_on)),
                    ("地点", each.meeting.place),
                    ("主持", each.meeting.chair),
                    ("记录", each.meeting.recorder),
                    ("形式", names["meeting_form"].get(each.meeting.form, "")),
                    ("表决", _votes(each.item)),
                    ("类别", names["categories"].get(each.item.category, "")),
                    ("风险", many(names["risks"], each.item.risks)),
                ),
                "\n".join(
                    words for words in (*meeting_items.texts_of(each.item), sittings.minutes_of(each.meeting)) if words
                ),
            )
            for each in source.records.sittings
            if each.item.kind == kind
        ]

    return papers


def _votes(item: Any) -> str:
    if not item.voters:
        return ""
    votes = f"同意{item.votes_for}，反对{item.votes_against}，弃权{item.votes_abstained}"
    return f"应到{item.voters}人，实到{item.present}人，{votes}"


def _notice(source: Source) -> list[Paper]:
    return [
        Paper(
            "公示",
            facts(
                ("张贴", day_of(each.notice.posted_on)),
                ("贴满到", day_of(each.notice.until)),
                ("地点", each.notice.place),
                ("见证", each.notice.witness),
                ("取下", day_of(each.notice.taken_down_on)),
                ("公示上的序号", each.number),
            ),
        )
        for each in source.records.sheets
        if each.notice.posted_on
    ]


def _approval(source: Source) -> list[Paper]:
    names = source.names
    return [
        Paper(
            ACTION_NAMES[Action(row.action)],
            facts(
                ("日期", day_of(clock.local(row.judged_at).date())),
                ("审核人", row.by_name),
                ("类别", names["categories"].get(row.category or "", "")),
                ("文号", source.records.batch_number if row.batch_id else ""),
            ),
            judgements.words_of(row)["opinion"],
        )
        for row in source.dossier.judgements
    ]


def _announcement(source: Source) -> list[Paper]:
    found = [
        Paper("公告", facts(("文号", row.number), ("发布", day_of(row.announced_on)), ("发布人", row.by_name)))
        for row in source.dossier.announcements
    ]
    return found + [
        Paper(
            "国家系统录入", facts(("编号", row.receipt_no), ("日期", day_of(row.entered_on)), ("录入人", row.by_name))
        )
        for row in source.records.entries
    ]


PAPERS: Mapping[Part, Callable[[Source], list[Paper]]] = {
    Part.APPLICATION: _application,
    Part.AUTHORIZATION: _authorization,
    Part.CHECK: _check,
    Part.CONSULTATION: _sat(CONSULTATION, "村两委会商记录"),
    Part.MEETING: _sat(MEETING, "民主评议记录"),
    Part.NOTICE: _notice,
    Part.APPROVAL: _approval,
    Part.ANNOUNCEMENT: _announcement,
    Part.PLAN: plan_of,
    Part.MEASURES: measures_of,
    Part.VISITS: visits_of,
    Part.REMOVAL: removal_of,
}
"""How each part's papers are read, in the order of the archive."""
