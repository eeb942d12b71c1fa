"""Groups that meet, working groups, departments' yearly figures, articles and cards, and what inspection reads."""

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from flask import Flask

from backend import clock
from backend.db import db
from backend.errors import Invalid, NotAllowed, NotFound, OutOfDate
from backend.models import AlertBatch, AuditRow, Clue, Leaflet, SpokenOf
from backend.services import (
    articles,
    assessments,
    group_meetings,
    inspections,
    leaflets,
    office_meetings,
    offices,
    oversight,
    work_groups,
    work_records,
)
from backend.services.articles import ArticleForm
from backend.services.group_meetings import GroupMeetingForm, Spoken
from backend.services.leaflets import LeafletForm
from backend.services.office_meetings import Handed, OfficeMeetingForm
from backend.services.offices import OfficeForm
from backend.services.work_groups import MemberForm
from backend.workflow.daily_work import WORK_OF
from backend.workflow.states import Kind
from tests.imports.xlsx import read_back
from tests.jobs.ladder import signed_in
from tests.people import COUNTY, OTHER_TOWNSHIP, TOWNSHIP, VILLAGE, Cast, Maker
from tests.services.watching import households

TODAY = date(2026, 3, 6)
SEVEN = {"follow_up", "verify", "collect", "help", "liaise", "discuss", "report"}


@pytest.fixture(autouse=True)
def friday() -> Iterator[None]:
    with clock.at(datetime(2026, 3, 6, 1, tzinfo=UTC)):
        yield


@pytest.mark.shows("monitoring.7", "A23")
def test_a_groups_meeting_is_a_light_record_and_a_suspicion_becomes_a_clue(app: Flask, cast: Cast, make: Maker) -> None:
    quiet, troubled, *_ = households(app, 3)
    spoken = (Spoken(quiet), Spoken(troubled, "儿子住院，欠了三万", "illness"))
    with cast.acting("village") as by:
        held = group_meetings.record(
            GroupMeetingForm("第一组", TODAY, "申报政策；修路", 18, words="都到了", families=spoken), by=by
        )
        _, words, families = group_meetings.read_meeting(held.id, by=by)
        assert (words, len(families)) == ("都到了", 2)
    with cast.acting("next_village") as by:
        assert group_meetings.meetings_of(by=by) == []
        with pytest.raises(Invalid) as refused:
            group_meetings.record(
                GroupMeetingForm("", date(2026, 3, 9), "", 0, f"{VILLAGE}001", families=(Spoken(quiet),)), by=by
            )
    with cast.acting("county_op") as by, pytest.raises(NotAllowed):
        group_meetings.record(GroupMeetingForm("第一组", TODAY, "修路", 18), by=by)

    assert set(refused.value.fields) == {"group_name", "held_on", "topics", "people", "grid_code", "families"}
    [clue] = make.rows(Clue)
    assert (clue.household_id, clue.channel, clue.risk) == (troubled, "grid_find", "illness")
    assert {each.household_id: each.clue_id for each in make.rows(SpokenOf)} == {quiet: None, troubled: clue.id}


@pytest.mark.shows("monitoring.7", "A22")
def test_the_seven_kinds_of_daily_work_are_read_off_what_was_done(cast: Cast, make: Maker) -> None:
    make.case("accept", "visit")

    with cast.acting("village") as by:
        done = work_records.this_month(by=by)
        with pytest.raises(Invalid):
            work_records.mine(TODAY, date(2024, 3, 6), by=by)
    with cast.acting("reviewer") as by:
        nothing = work_records.this_month(by=by)

    assert set(WORK_OF) == set(Kind)
    assert set(done) == SEVEN
    assert (done["liaise"], done["verify"]) == (1, 1)
    assert not any(nothing.values())


@pytest.mark.shows("monitoring.7", "B16", "B17")
def test_the_countys_two_groups_are_lists_in_the_form_of_their_annexes(cast: Cast, app: Flask) -> None:
    with app.app_context():
        offices.ensure(COUNTY)
        place = offices.office_of(COUNTY, "education").code
    with cast.acting("county_op") as by:
        offices.name_liaison(place, OfficeForm("刘局长", "何联络", "0311-82520001"), by=by)
        policy, data = (read_back(work_groups.sheet(group, by=by)) for group in ("policy", "data"))
        with pytest.raises(NotFound):
            work_groups.units("party", by=by)

    assert policy[1] == ["序号", "单位名称", "分管负责人", "业务联络员", "备注"]
    assert policy[2][:4] == ["1", "教育局", "刘局长", "何联络"]
    assert (len(policy) - 2, len(data) - 2) == (16, 15)


@pytest.mark.shows("monitoring.7", "B14")
def test_a_townships_group_has_a_leader_and_shows_the_lines_without_anybody(cast: Cast) -> None:
    with cast.acting("town_op") as by:
        work_groups.add(TOWNSHIP, MemberForm("leader", "party", "旧书记", "党委书记"), by=by)
        work_groups.add(TOWNSHIP, MemberForm("member", "health", "钱院长", "卫生院", "0311-82520002"), by=by)
        work_groups.add(TOWNSHIP, MemberForm("leader", "party", "新书记", "党委书记"), by=by)
        now = [(each.post, each.name) for each in work_groups.members(TOWNSHIP, by=by)]
        missing = work_groups.empty_lines(TOWNSHIP, by=by)
        sheet = read_back(work_groups.sheet_of_town(TOWNSHIP, by=by))
        with pytest.raises(Invalid) as refused:
            work_groups.add(TOWNSHIP, MemberForm("king", "moon", ""), by=by)
        with pytest.raises(Invalid):
            work_groups.add(OTHER_TOWNSHIP, MemberForm("member", "health", "钱院长"), by=by)
        with pytest.raises(NotFound):
            work_groups.members(OTHER_TOWNSHIP, by=by)

    assert now == [("leader", "新书记"), ("member", "钱院长")]
    assert {"财政", "妇联"} <= set(missing)
    assert not {"卫生", "党（工）委"} & set(missing)
    assert sheet[2][1:5] == ["组长", "党（工）委", "新书记", "党委书记"]
    assert set(refused.value.fields) == {"post", "line", "name"}


@pytest.mark.shows("monitoring.7", "B63", "D48", "D49")
def test_a_departments_year_is_figures_with_the_rows_that_they_count(app: Flask, cast: Cast, make: Maker) -> None:
    with app.app_context():
        offices.ensure(COUNTY)
        place = offices.office_of(COUNTY, "medical_insurance").code
        for due, filed, standing in (
            (date(2026, 2, 1), date(2026, 2, 1), "filed"),
            (date(2026, 2, 11), date(2026, 2, 13), "empty"),
            (date(2026, 2, 21), None, "owed"),
            (date(2026, 4, 1), None, "owed"),
        ):
            batch = AlertBatch(county_code=COUNTY, office_code=place, topic="medical_watched", key=due.isoformat())
            batch.period_from = batch.due_on = due
            batch.standing, batch.filed_on, batch.policy_version = standing, filed, 1
            batch.import_id = batch.filed_by = batch.matched_at = batch.task_id = None
            db.session.add(batch)
        db.session.commit()
    handed = (Handed("核实三户的费用", TOWNSHIP, TODAY, "medical_insurance"),)
    with cast.acting("county_op") as by:
        office_meetings.record(OfficeMeetingForm("quarterly", TODAY, "调度", handed=handed), by=by)
    with clock.at(datetime(2026, 3, 9, 1, tzinfo=UTC)), cast.acting("county_op") as by:
        [line] = [each for each in assessments.lines(2026, by=by) if each.department == "medical_insurance"]
        rows = assessments.counted(2026, by=by, department="medical_insurance", figure="pushed")
        book = assessments.sheet(2026, by=by)
        with pytest.raises(Invalid):
            assessments.lines(2027, by=by)
    with cast.acting("town_lead") as by, pytest.raises(NotAllowed):
        assessments.lines(2026, by=by)

    pushed, answered = line.figures["pushed"], line.figures["answered"]
    assert (pushed.due, pushed.in_time, pushed.late, pushed.missing, pushed.percent) == (3, 1, 1, 1, 33)
    assert [row.how for row in rows] == ["in_time", "late", "missing", "not_yet"]
    assert (answered.due, answered.missing) == (1, 1)
    assert line.figures["given"].percent is None
    assert ["医保局", "3", "1", "1", "1"] in [row[:5] for row in read_back(book)]
    behind = zipfile.ZipFile(io.BytesIO(book)).read("xl/worksheets/sheet2.xml").decode()
    assert behind.count("<row ") == 1 + 5
    assert "核实三户的费用" in behind


@pytest.mark.shows("monitoring.7", "A05", "B68")
def test_articles_have_versions_and_guides_are_for_those_who_work_with_them(cast: Cast) -> None:
    with cast.acting("county_op") as by:
        first = articles.publish(ArticleForm("policy", "怎样申报", "有困难可以自己申报。"), by=by)
        series = first.id
        articles.publish(ArticleForm("guide", "识别流程", "先走访，再评议。"), by=by)
        second = articles.publish(
            ArticleForm("policy", "怎样申报", "新的一版。"), by=by, series_id=series, version=1
        ).id
        with pytest.raises(OutOfDate):
            articles.publish(ArticleForm("policy", "怎样申报", "迟了。"), by=by, series_id=series, version=1)
        with pytest.raises(Invalid) as refused:
            articles.publish(ArticleForm("song", "", "请打13812345678找张三"), by=by)
        kept = [each.version for each in articles.versions(series, by=by)]
        public = [(each.id, each.version) for each in articles.public(COUNTY)]
        with pytest.raises(NotFound):
            articles.read(series)
        articles.withdraw(series, by=by)
        assert articles.public(COUNTY) == []
    with cast.acting("village") as by:
        assert [each.title for each in articles.guides(by=by)] == ["识别流程"]
        with pytest.raises(NotAllowed):
            articles.publish(ArticleForm("policy", "村里的", "村里的"), by=by)

    assert public == [(second, 2)]
    assert kept == [2, 1]
    assert set(refused.value.fields) == {"kind", "title", "text"}


@pytest.mark.shows("monitoring.7", "A05", "B19")
def test_a_card_is_explained_grid_by_grid_once_and_nobody_signs(app: Flask, cast: Cast, make: Maker) -> None:
    families = households(app, 6)
    with cast.acting("county_op") as by:
        card = articles.publish(ArticleForm("declare_card", "申报明白卡", "谁都可以申报。"), by=by).id
    with cast.acting("village") as by:
        all_of_grid = LeafletForm(card, TODAY, "in_person", grid_code=f"{VILLAGE}001")
        counted = [leaflets.explain(all_of_grid, by=by), leaflets.explain(all_of_grid, by=by)]
        leaflets.explain(LeafletForm(card, TODAY, "phone", (families[0],)), by=by)
        reached = {each.code: (each.meant, each.reached) for each in leaflets.reached(card, by=by)}
        [(_, title)] = leaflets.of_family(families[0], by=by)
        with pytest.raises(Invalid) as refused:
            leaflets.explain(LeafletForm(card, date(2026, 3, 9), "song"), by=by)
    with cast.acting("next_village") as by, pytest.raises(Invalid):
        leaflets.explain(LeafletForm(card, TODAY, "phone", (families[0],)), by=by)

    assert counted == [2, 0]
    assert reached == {f"{VILLAGE}000": (2, 1), f"{VILLAGE}001": (2, 2), f"{VILLAGE}002": (2, 0)}
    assert title == "申报明白卡"
    assert set(refused.value.fields) == {"handed_on", "way", "household_ids"}
    assert not {"signature", "signed_on"} & set(Leaflet.__table__.columns.keys())


@pytest.mark.shows("monitoring.7", "C36")
def test_discipline_inspection_reads_masked_and_leaves_a_trace(app: Flask, cast: Cast, make: Maker) -> None:
    make.declaration(head_name="欧阳张三")
    households(app, 1)
    with cast.acting("town_op") as by:
        inspection = inspections.draw(1, 1, by=by)
        [drawn] = inspections.drawn(inspection.id, by=by)
        inspections.note(drawn.id, "good", by=by, words="看过")
    with clock.at(datetime(2026, 4, 6, 1, tzinfo=UTC)), signed_in(cast, "auditor") as by:
        [family] = oversight.families(by=by)
        seen = oversight.overview(by=by)
        [finding] = seen.findings
        late = [(each.place, each.count) for each in seen.late]
    with cast.acting("county_op") as by, pytest.raises(NotAllowed):
        oversight.overview(by=by)

    assert family.head_name == "欧**三"
    assert finding.head_name in {"户*0", "户**0", "欧**三"}  # whichever of the two was drawn
    assert late == [(TOWNSHIP, 1)]
    assert {row.subject for row in make.rows(AuditRow)} >= {"oversight:families", "oversight:overview"}
