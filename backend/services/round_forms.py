"""What a regular visit says: its form, its checks, and the whole picture made of last time's and what changed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from backend import clock
from backend.access.actor import Actor
from backend.db import db, new_id
from backend.errors import Complaints, Invalid
from backend.models import Household, RegularVisit
from backend.models.places import same_place
from backend.policy import Policy
from backend.privacy.texts import clean_text
from backend.services.sealing import Sealer
from backend.services.watches import day_done

SAME, CONCERN, UNSAFE = "same", "concern", "unsafe"
NOBODY = "nobody"
MOST_WORDS, MOST_PHOTOS = 300, 9


@dataclass(frozen=True)
class Topic:
    """How one topic stands now, in a code and, if there is something to say, in words."""

    state: str
    words: str = field(default="", repr=False)


@dataclass(frozen=True)
class RoundForm:
    """One visit: `changes` holds only what is not as last time; none is "nothing changed", with one tap.

    `reports`: a suspected risk goes on at once, as a clue or a warning. `key` is the phone's own, one a visit.
    """

    way: str
    conclusion: str
    changes: Mapping[str, Topic] = field(default_factory=dict)
    visited_on: date | None = None
    reports: bool = False
    risk: str = "other"
    photos: tuple[str, ...] = ()
    key: str = ""


@dataclass(frozen=True)
class Picture:
    """What is known of a family from its last visit: each topic as it then was, and when that was."""

    topics: Mapping[str, Topic]
    visited_on: date | None


def last_visit(household_id: int) -> RegularVisit | None:
    """Return the last visit at which somebody was met."""
    query = select(RegularVisit).where(RegularVisit.household_id == household_id, RegularVisit.met)
    return db.session.scalars(query.order_by(RegularVisit.id.desc()).limit(1)).first()


def words_of(visit: RegularVisit) -> dict[str, str]:
    """Return what was said of each topic, in clear."""
    told = Sealer("regular_visits", visit.id).open("words_sealed", visit.words_sealed)
    words: dict[str, str] = json.loads(told) if told else {}
    return words


def checked(
    form: RoundForm, household: Household, before: RegularVisit | None, policy: Policy, by: Actor
) -> RegularVisit:
    """Return the visit with the whole picture, not yet written; `Invalid` names each field."""
    words, complaints = policy.dictionaries, Complaints()
    visited_on = complaints.take(lambda: day_done(form.visited_on, "visited_on"), clock.today())
    if form.way not in words["visit_ways"]:
        complaints.add("way", "请选择入户、电话还是视频。")
    if form.conclusion not in words["round_conclusions"]:
        complaints.add("conclusion", "请选择走访结论。")
    if form.risk not in words["risks"]:
        complaints.add("risk", "请从列出的困难里选。")
    if len(form.photos) > MOST_PHOTOS:
        complaints.add("photos", f"照片最多{MOST_PHOTOS}张。")
    if form.conclusion == NOBODY and (form.changes or form.reports):
        complaints.add("conclusion", "没有见到人的，不填变化。听别人说有风险，请报线索。")
    states = dict.fromkeys(words["round_topics"], SAME) | (_settled(before.states) if before else {})
    said = words_of(before) if before else {}
    for name, topic in form.changes.items():
        states[name], said[name] = complaints.take(
            lambda name=name, topic=topic: _topic(name, topic, policy),  # type: ignore[misc]
            (SAME, ""),
        )
    if form.reports and not any(topic.words.strip() for topic in form.changes.values()):
        complaints.add("changes", "请写一句是什么风险，再上报。")
    complaints.raise_if_any()
    visit_id = new_id()
    kept = {name: text for name, text in said.items() if text and name in states}
    return RegularVisit(
        id=visit_id,
        client_key=form.key.lower(),
        household_id=household.id,
        visited_on=visited_on,
        way=form.way,
        met=form.conclusion != NOBODY,
        conclusion=form.conclusion,
        changed=[name for name in words["round_topics"] if name in form.changes],
        states=states,
        words_sealed=Sealer("regular_visits", visit_id).keep(
            "words_sealed", json.dumps(kept, ensure_ascii=False) if kept else ""
        ),
        kinds=[],
        announced=list(form.photos),
        by_id=by.id,
        by_name=by.name,
        by_role=by.role,
        filed_at=clock.now(),
        **same_place(household),
    )


def _settled(states: Mapping[str, str]) -> dict[str, str]:
    """Take what was better or worse last time as it is now; a danger stays one until somebody says otherwise."""
    return {name: state if state in {CONCERN, UNSAFE} else SAME for name, state in states.items()}


def _topic(name: str, topic: Topic, policy: Policy) -> tuple[str, str]:
    if name not in policy.dictionaries["round_topics"]:
        raise Invalid.field("changes", "没有这一项，请重新打开表格。")
    if topic.state not in policy.dictionaries["round_states"]:
        raise Invalid.field(f"changes.{name}", "请选择这一项现在怎样。")
    said = topic.words.strip()
    text = clean_text(said, most=MOST_WORDS, field=f"changes.{name}") if said else ""
    if topic.state != SAME and not text:
        raise Invalid.field(f"changes.{name}", "有变化的，请写一句是什么变化。")
    return topic.state, text
