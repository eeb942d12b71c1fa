"""What a sitting says of one family: checked, its words sealed, and read again."""

from dataclasses import dataclass, field

from sqlalchemy import select

from backend import clock
from backend.db import db, new_id
from backend.errors import Complaints
from backend.models import Case, Meeting, MeetingItem
from backend.models.places import same_place
from backend.policy.county import policy_of
from backend.privacy.current import keys
from backend.privacy.seal import Place, seal, unseal
from backend.privacy.texts import clean_text
from backend.services.sittings import CONSULTATION, MEETING
from backend.workflow.voting import Votes

PROPOSED, AGREED, REFUSED, NO_QUORUM = "proposed", "agreed", "refused", "failed"
OUTCOME_NAMES = {PROPOSED: "已提出建议", AGREED: "通过", REFUSED: "没有通过", NO_QUORUM: "人数不够"}
MOST_WORDS = 1000
MOST_GROUP = 20
MOST_PEOPLE = 30


@dataclass(frozen=True)
class ItemForm:
    """What a sitting says of one family, and the version of the duty that was on the screen.

    `recused` are names from the attendance; `words` an opinion, or why the meeting did not agree (the family reads it).
    """

    case_id: int
    version: int
    category: str = ""
    risks: tuple[str, ...] = ()
    help: str = ""
    words: str = ""
    group_name: str = ""
    people: int | None = None
    votes: Votes = field(default_factory=Votes)
    recused: tuple[str, ...] = ()


def texts_of(item: MeetingItem) -> tuple[str, str]:
    """Return the help proposed and the words said of a family, in clear."""
    return _opened(item, "help_sealed", item.help_sealed), _opened(item, "words_sealed", item.words_sealed)


def latest_item(case_id: int, *kinds: str) -> MeetingItem | None:
    """Return what the last sitting of these kinds said of a family."""
    query = select(MeetingItem).where(MeetingItem.case_id == case_id, MeetingItem.kind.in_(kinds))
    return db.session.scalars(query.order_by(MeetingItem.id.desc()).limit(1)).first()


def new_item(meeting: Meeting, case: Case, form: ItemForm) -> MeetingItem:
    """Return the row of a family, completed from what an earlier sitting proposed; raises `Invalid`."""
    policy, complaints = policy_of(case.county_code, case.policy_version), Complaints()
    words = complaints.take(lambda: _words(form.words, "words"), "")
    helped = complaints.take(lambda: _words(form.help, "help"), "")
    before = latest_item(case.id, CONSULTATION, MEETING)
    group = form.group_name.strip() or (before.group_name if before else "")
    people = form.people or (before.people if before else None)
    if form.category and form.category not in policy.dictionaries["categories"]:
        complaints.add("category", "请从列出的类别里选一项。")
    if any(risk not in policy.dictionaries["risks"] for risk in form.risks):
        complaints.add("risks", "请从列出的风险里选。")
    if len(group) > MOST_GROUP:
        complaints.add("group_name", f"村民小组的名称最多{MOST_GROUP}个字。")
    if people is not None and not 1 <= people <= MOST_PEOPLE:
        complaints.add("people", f"家庭人口要在1到{MOST_PEOPLE}人之间。")
    complaints.raise_if_any()
    item_id = new_id()
    return MeetingItem(
        id=item_id,
        meeting_id=meeting.id,
        case_id=case.id,
        household_id=case.household_id,
        kind=meeting.kind,
        category=form.category or (before.category if before else str(case.marks.get("category", ""))),
        risks=list(form.risks or (before.risks if before else ())),
        group_name=group,
        people=people,
        help_sealed=_sealed(item_id, "help_sealed", helped),
        words_sealed=_sealed(item_id, "words_sealed", words),
        votes_for=form.votes.agree,
        votes_against=form.votes.against,
        votes_abstained=form.votes.abstained,
        recused=[name.strip() for name in form.recused],
        decided_at=clock.now(),
        **same_place(case),
    )


def _words(text: str, field: str) -> str:
    return clean_text(text, most=MOST_WORDS, field=field) if text.strip() else ""


def _sealed(item_id: int, column: str, text: str) -> str | None:
    return seal(text, keys=keys(), place=Place("meeting_items", column, item_id)) if text else None


def _opened(item: MeetingItem, column: str, sealed: str | None) -> str:
    return unseal(sealed, keys=keys(), place=Place("meeting_items", column, item.id)) if sealed else ""
