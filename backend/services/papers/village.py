"""The papers of a village: 公示 as it was checked, and the record of a sitting (民主评议、会商)."""

import io
from collections.abc import Sequence

import segno
from sqlalchemy import select

from backend.access.actor import Actor
from backend.access.permissions import Action
from backend.db import db
from backend.files.word_filling import Filling, Values
from backend.models import Case, Meeting, MeetingItem, Notice
from backend.policy.county import current_policy
from backend.services import meetings, notices
from backend.services.meeting_items import OUTCOME_NAMES, texts_of
from backend.services.notice_pages import page_address
from backend.services.papers.kinds import Facts, Paper
from backend.services.papers.lookups import NOTHING_WRITTEN, or_none, printed, telephones
from backend.services.sittings import KIND_NAMES, attendance_of, minutes_of
from backend.workflow.places import name_of
from backend.workflow.voting import OBSERVERS, Attendee

CAME = ("present", "remote")


def _notice(notice_id: int, by: Actor) -> Facts:
    """Collect the sheet line by line: what was checked and read out, and not a word besides."""
    notice = notices.read_notice(notice_id, by=by)
    title, *body, signature, day = notices.text_of(notice).splitlines()
    values = {
        "标题": title,
        "正文": "\n".join(body),
        "落款": signature,
        "日期": day,
        "村名": name_of(notice.village_code),
        "监督电话": telephones(notice.village_code),
    }
    return Facts(Filling(values, pictures={"二维码": _code(notice)}), str(notice.posts_on))


def _code(notice: Notice) -> bytes:
    """Return the sheet's code as a picture, readable in the rain (level Q)."""
    image = io.BytesIO()
    segno.make(page_address(notice), error="q", micro=False).save(image, kind="png", scale=8, border=2)
    return image.getvalue()


def _sitting(meeting_id: int, by: Actor) -> Facts:
    meeting, items = meetings.read_meeting(meeting_id, by=by)
    names = current_policy(by.county_code).dictionaries
    asked = attendance_of(meeting)
    came = [each for each in asked if each.presence in CAME]
    members = [each for each in asked if each.standing not in OBSERVERS]
    values = {
        "会议名称": KIND_NAMES[meeting.kind],
        "村名": name_of(meeting.village_code),
        "日期": printed(meeting.held_on),
        "地点": meeting.place,
        "形式": names["meeting_form"].get(meeting.form, ""),
        "主持人": meeting.chair,
        "记录人": meeting.recorder,
        "应到": str(len(members)),
        "实到": str(sum(each in came for each in members)),
        "缺席": "、".join(each.name for each in asked if each.presence not in CAME) or "无",
        "参会人员": _who(came, names["attendee_standings"], names["presences"]),
        "会议记录": minutes_of(meeting) or NOTHING_WRITTEN,
    }
    return Facts(Filling(values, {"各户": or_none(_families(items), "户主")}), _number(meeting))


def _number(meeting: Meeting) -> str:
    return f"{name_of(meeting.village_code)}{meeting.held_on}"


def _who(came: Sequence[Attendee], standings: Values, presences: Values) -> str:
    """Return who came, a line for each standing and way of being there."""
    groups: dict[str, list[str]] = {}
    for each in came:
        how = "" if each.presence == CAME[0] else f"（{presences.get(each.presence, each.presence)}）"
        groups.setdefault(f"{standings.get(each.standing, each.standing)}{how}", []).append(each.name)
    return "\n".join(f"{label}：{'、'.join(people)}" for label, people in groups.items())


def _families(items: Sequence[MeetingItem]) -> list[Values]:
    cases = select(Case).where(Case.id.in_([item.case_id for item in items]))
    found = {case.id: case for case in db.session.scalars(cases)}
    return [
        _family(number, item, found[item.case_id])
        for number, item in enumerate((each for each in items if each.case_id in found), start=1)
    ]


def _family(number: int, item: MeetingItem, case: Case) -> Values:
    helped, words = texts_of(item)
    voted = bool(item.voters)
    names = current_policy(item.county_code).dictionaries
    return {
        "序号": str(number),
        "户主": case.head_name,
        "组": item.group_name,
        "结果": OUTCOME_NAMES[item.outcome],
        "同意": str(item.votes_for) if voted else "",
        "反对": str(item.votes_against) if voted else "",
        "弃权": str(item.votes_abstained) if voted else "",
        "回避": "、".join(item.recused),
        "类别": names["categories"].get(item.category, ""),
        "帮扶需求": helped,
        "意见": words,
    }


VILLAGE_PAPERS = (
    Paper(
        code="notice",
        title="公示",
        whom="公众",
        about="notice",
        asks=Action.READ_PROCEEDINGS,
        facts=_notice,
        fields={
            "标题": "公示的标题",
            "正文": "核对过、念给农户听过的正文，一行一段",
            "落款": "村民委员会",
            "日期": "张贴的日期",
            "村名": "村的名称",
            "监督电话": "村、乡镇、县公布的电话，一行一个",
            "二维码": "扫码核对真假、提出意见的图，印在这一段的末尾",
        },
        needs=frozenset({"正文", "落款", "日期", "二维码"}),
        hangs=True,
    ),
    Paper(
        code="sitting",
        title="会议记录",
        whom="归档",
        about="meeting",
        asks=Action.READ_PROCEEDINGS,
        facts=_sitting,
        fields={
            "会议名称": "民主评议、两委会商，或没有开成的评议",
            "村名": "村的名称",
            "日期": "哪天开的",
            "地点": "在哪里开的",
            "形式": "村民代表会议等",
            "主持人": "谁主持",
            "记录人": "谁记录",
            "应到": "应到会、有表决权的人数",
            "实到": "其中到会的人数",
            "缺席": "没有到会的人",
            "参会人员": "到会的人，按身份一行一行列",
            "会议记录": "会议记录全文",
        },
        groups={
            "各户": {
                "序号": "第几户",
                "户主": "户主的姓名",
                "组": "村民小组",
                "结果": "这一户的结果",
                "同意": "票数",
                "反对": "票数",
                "弃权": "票数",
                "回避": "回避的人",
                "类别": "评议的类别",
                "帮扶需求": "需要的帮扶",
                "意见": "评议的意见",
            }
        },
        needs=frozenset({"日期", "各户.户主", "各户.结果"}),
    ),
)
