"""A family gets what is held about it, and is erased: nothing names it any more, and the trail stays whole."""

import io
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import inspect, select

from backend import clock
from backend.access.scope import Scoped, as_system
from backend.db import Base, db, new_id
from backend.models import (
    AccountHousehold,
    Alert,
    AlertBatch,
    AlertItem,
    AuditRow,
    Case,
    Clue,
    Declaration,
    GroupMeeting,
    Household,
    Message,
    OfficeMeeting,
    OneTimeCode,
    Person,
    SignIn,
    SpokenOf,
    StoredFile,
    Task,
    Watch,
)
from backend.models.places import same_place
from backend.policy import retention as kept
from backend.policy.presets import load_preset
from backend.privacy.ciphers import SealBroken
from backend.privacy.current import keys
from backend.privacy.seal import Place, seal, unseal
from backend.services import audit, erasures, files, offices, retention, rotation
from backend.services.backups import erased
from backend.services.subject_sections import SECTIONS, WITHHELD
from backend.workflow.duties import REGULAR_VISIT
from backend.workflow.outbox import owe
from backend.workflow.states import Kind
from backend.workflow.tasks import open_lone_duty
from jobs.schedule import SCHEDULE
from tests.api.photos import photo
from tests.people import COUNTY, FORM, Cast, Maker, id_number
from tests.services.desks import Desks
from tests.services.test_full_procedure import preset  # noqa: F401 - a fixture

NAME, PHONE, NUMBER, DECLARER = "欧阳可寻", "13871239876", id_number(77), "欧阳代劳"
PLANTED = {NAME, PHONE, NUMBER, DECLARER}


@pytest.fixture
def desks(app: Flask, cast: Cast, make: Maker, preset: Any) -> Desks:  # noqa: F811 - the fixture imported above
    preset("NATIONAL")
    return Desks(app, cast, make)


@pytest.fixture
def over(desks: Desks) -> int:
    """A family that was looked into, written about and not included, with a neighbour on the same meeting's minutes."""
    case_id = desks.family(NAME, id_number=NUMBER, phone=PHONE, hardship=f"{NAME}家漏雨", openid="own phone")
    with clock.at(desks.now):
        desks.make.declaration(
            head_name=NAME,
            id_number=NUMBER,
            phone=PHONE,
            openid="cousin",
            relation="relative",
            declarer_name=DECLARER,
        )
    with desks.as_("village") as village:
        files.add_file(case_id, photo(), kind="picture", by=village)
    desks.to_the_township()
    desks.refuse()
    with desks.app.app_context(), as_system("a test writes minutes"):
        case = db.session.scalars(select(Case).where(Case.id == case_id)).one()
        held, words = new_id(), f"说到{NAME}和李四，电话{PHONE}。"
        said = seal(words, keys=keys(), place=Place("group_meetings", "words_sealed", held))
        told = {"held_on": clock.today(), "topics": "天气", "people": 12, "recorded_at": clock.now()}
        who = {"recorded_by": 1, "recorded_by_name": "王村干", "group_name": "一组"}
        db.session.add(GroupMeeting(id=held, words_sealed=said, **told, **who, **same_place(case)))
        db.session.flush()
        spoken = {"group_meeting_id": held, "household_id": case.household_id, "head_name": NAME}
        db.session.add(SpokenOf(**spoken, **same_place(case)))
        db.session.commit()
    return case_id


def everything(app: Flask) -> dict[str, list[str]]:
    """Return every text of every table as it is stored, and every sealed one opened."""
    found: dict[str, list[str]] = {}
    sealed = {(model.__tablename__, name) for model, name in rotation.sealed_columns()}
    with app.app_context(), as_system("a test reads everything"):
        for mapper in Base.registry.mappers:
            name = mapper.class_.__tablename__
            for row in db.session.execute(select(mapper.local_table)).mappings():
                key = tuple(row[column.name] for column in inspect(mapper.class_).primary_key)
                texts = [str(value) for value in row.values() if value is not None]
                texts += [
                    unseal(row[column], keys=keys(), place=rotation._place(mapper.class_, column, key))
                    for table, column in sealed
                    if table == name and row[column] is not None
                ]
                found.setdefault(name, []).append(" ".join(texts))
    return found


def naming(app: Flask) -> dict[str, int]:
    """Return the tables that still hold a planted word, and in how many rows."""
    tables = {
        table: sum(any(word in text for word in PLANTED) for text in rows) for table, rows in everything(app).items()
    }
    return {table: count for table, count in tables.items() if count}


@pytest.mark.shows("scale.4")
def test_an_erased_family_is_named_nowhere_and_the_trail_stays_whole(
    app: Flask, desks: Desks, over: int, tmp_path: Path
) -> None:
    neighbour = desks.family("李四", id_number=id_number(78), hardship="看病")
    with app.app_context():
        before = naming(app)
        stored = _stored(app)
        receipt = _receipt(app, over)
        audit.seal_new_rows()

    said = app.test_cli_runner().invoke(args=["family", "erase", receipt, "--yes"])

    assert {"people", "declarations", "cases", "households", "group_meetings", "tasks"} <= set(before)
    assert said.exit_code == 0, said.output
    assert naming(app) == {}
    with app.app_context():
        assert not [each for each in stored if list(files.store()._variants(each))]
        roots = app.extensions["settings"].roots_path
        assert audit.verify(roots) == []
        assert [row.detail for row in desks.make.rows(AuditRow) if row.action == erasures.ERASED] == [
            {"because": erasures.ASKED}
        ]
    minutes = " ".join(everything(app)["group_meetings"])
    assert f"说到{erasures.GONE}和李四" in minutes
    assert any("李四" in text for text in everything(app)["people"])
    assert desks.make.state(neighbour) == "declared"


def _stored(app: Flask) -> list[int]:
    with app.app_context(), as_system("a test looks"):
        return list(db.session.scalars(select(StoredFile.id)))


def _receipt(app: Flask, case_id: int) -> str:
    with app.app_context(), as_system("a test looks"):
        return db.session.scalars(select(Declaration.receipt_no).where(Declaration.case_id == case_id)).first() or ""


@pytest.mark.shows("scale.4")
def test_a_family_is_handed_all_that_is_held_about_it_and_nothing_about_others(
    app: Flask, desks: Desks, over: int, tmp_path: Path
) -> None:
    desks.family("李四", id_number=id_number(78), hardship="看病")

    said = app.test_cli_runner().invoke(args=["family", "export", _receipt(app, over), str(tmp_path / "out.zip")])

    assert said.exit_code == 0, said.output
    with zipfile.ZipFile(io.BytesIO((tmp_path / "out.zip").read_bytes())) as made:
        page = made.read("本人信息.html").decode()
        pictures = [made.read(name) for name in made.namelist() if name.endswith(".jpg")]
    assert {word for word in PLANTED if word not in page} == {DECLARER}
    assert f"{NAME}家漏雨" in page
    assert "李四" not in page
    assert [picture[:2] for picture in pictures] == [b"\xff\xd8"]


@pytest.mark.shows("scale.4")
def test_whoever_spoke_of_a_family_is_not_handed_to_it(app: Flask, desks: Desks, tmp_path: Path) -> None:
    told = {"head_name": NAME, "id_number": NUMBER, "hardship": "邻居看见墙裂了", "phone": "13900001111"}
    with clock.at(desks.now):
        neighbour, claimed = desks.cast.farmer("neighbour"), desks.cast.farmer("claimed")
        first = neighbour.post("/declarations", **FORM | told, relation="neighbour", declarer_name="钱好心").json
        voice = {"hardship": "我说是本人", "phone": "13900002222", "relation": "self"}
        claimed.post("/declarations", **FORM | told | voice)
        mine = {"hardship": "自家说的", "phone": "13900003333"}
        own = desks.cast.farmer("own phone").post("/declarations", **FORM | told | mine).json
        shown = neighbour.send(
            f"/declarations/{first['id']}/files", kind="picture", file=(io.BytesIO(photo()), "a.jpg")
        )
    assert shown.status_code == 201, shown.json
    _confirm(app, own["id"])

    said = app.test_cli_runner().invoke(args=["family", "export", own["receipt_no"], str(tmp_path / "out.zip")])

    assert said.exit_code == 0, said.output
    with zipfile.ZipFile(io.BytesIO((tmp_path / "out.zip").read_bytes())) as made:
        page = made.read("本人信息.html").decode()
        assert [name for name in made.namelist() if name.startswith("附件/")] == []
    hidden = {"钱好心", "邻居看见墙裂了", "13900001111", first["receipt_no"], "我说是本人", "13900002222"}
    assert {word for word in hidden if word in page} == set()
    assert "自家说的" in page
    assert "别人替您家申报的内容" in page


def _confirm(app: Flask, declaration_id: int) -> None:
    """Let the phone of a declaration be one that a cadre confirmed as the family's."""
    with app.app_context(), as_system("a test confirms a phone"):
        row = db.session.scalars(select(Declaration).where(Declaration.id == declaration_id)).one()
        case = db.session.scalars(select(Case).where(Case.id == row.case_id)).one()
        phone = AccountHousehold(account_id=row.account_id, household_id=case.household_id, confirmed_by=1)
        phone.confirmed_at = clock.now()
        db.session.add(phone)
        db.session.commit()


@pytest.mark.shows("scale.4")
def test_a_family_whose_case_is_open_is_not_erased(app: Flask, desks: Desks) -> None:
    case_id = desks.family(NAME, id_number=NUMBER)

    said = app.test_cli_runner().invoke(args=["family", "erase", _receipt(app, case_id), "--yes"])

    assert (said.exit_code, "没办完" in said.output) == (1, True)
    assert "people" in naming(app)


@pytest.mark.shows("scale.4")
def test_no_duty_that_nobody_can_answer_any_more_stays_behind_an_erased_family(
    app: Flask, cast: Cast, make: Maker
) -> None:
    first, second = cast.farmer("first"), cast.farmer("second")
    own = first.post("/declarations", **FORM).json
    assert second.post("/declarations", **FORM).status_code == 201
    assert first.post(f"/declarations/{own['id']}/withdrawals").status_code == 201

    said = app.test_cli_runner().invoke(args=["family", "erase", own["receipt_no"], "--yes"])

    [joins] = [each for each in make.rows(Task) if each.kind == Kind.JOIN]
    assert said.exit_code == 0, said.output
    assert (joins.open_due, joins.next_rung_at, joins.closed_how) == (None, None, erasures.ERASED)


@pytest.mark.shows("scale.4")
def test_what_was_kept_long_enough_goes_by_itself_and_not_a_day_before(app: Flask, desks: Desks, over: int) -> None:
    months = load_preset("NATIONAL").numbers["not_included_kept_months"]

    with app.app_context():
        with clock.at(desks.now + timedelta(days=months * 30)):
            early = retention.erase_due()
        held = naming(app)
        with clock.at(desks.now + timedelta(days=months * 31)):
            late, again = retention.erase_due(), retention.erase_due()

    assert (early, late, again) == (0, 1, 0)
    assert "declarations" in held
    assert "declarations" not in naming(app)


@pytest.mark.shows("scale.4")
def test_a_family_of_whom_something_does_not_open_keeps_none_of_the_others(
    app: Flask, desks: Desks, over: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, asked = retention.erasures.erase, list[int]()

    def erase(household_id: int, **more: Any) -> object:
        asked.append(household_id)
        if len(asked) == 1:
            raise SealBroken
        return real(household_id, **more)

    monkeypatch.setattr(retention.erasures, "erase", erase)
    first = retention._not_included
    monkeypatch.setattr(retention, "_not_included", lambda *given: [("kept long enough", -1, False), *first(*given)])
    with app.app_context(), clock.at(desks.now + timedelta(days=365 * 10)):
        gone = retention.erase_due()

    assert (asked[0], gone) == (-1, 1)
    assert "declarations" not in naming(app)


@pytest.mark.shows("scale.4")
@pytest.mark.parametrize("with_roster", [True, False])
def test_whatever_hangs_on_a_row_that_goes_goes_before_it(with_roster: bool) -> None:
    traces = erasures.Traces(*([each] for each in range(1, 8)))
    models = {each.class_.__tablename__: each.class_ for each in Base.registry.mappers}
    clauses = {
        name: str(clause)
        for name, model in models.items()
        if (clause := erasures.of_family(model, traces, with_roster)) is not None
    }
    hanging = [
        (f"{name}.{column.name}", clauses.get(name, ""))
        for name, model in models.items()
        for column in model.__table__.columns
        for key in column.foreign_keys
        if key.column.table.name in clauses.keys() - {name, *erasures.SKELETON}
    ]

    assert len(hanging) > 20
    assert [column for column, clause in hanging if column not in clause] == []


@pytest.mark.shows("scale.4")
@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_a_family_of_the_roster_that_a_department_had_pointed_at_goes_in_its_time_too(
    app: Flask, desks: Desks, over: int, kind: str
) -> None:
    with app.app_context(), as_system("a test lets a department have pointed at it"):
        offices.ensure(COUNTY)
        case = db.session.scalars(select(Case).where(Case.id == over)).one()
        household = db.session.scalars(select(Household).where(Household.id == case.household_id)).one()
        household.is_provisional = False
        person = db.session.scalars(select(Person).where(Person.household_id == household.id)).first()
        clue = db.session.scalars(select(Clue).where(Clue.case_id == over)).first()
        assert person is not None
        assert clue is not None
        when, here = clock.today(), same_place(case) | {"household_id": household.id}
        batch = {
            "county_code": case.county_code,
            "office_code": offices.office_of(case.county_code, "medical_insurance").code,
        }
        batch |= {"topic": "medical_costs", "key": "x", "period_from": when, "standing": "filed", "policy_version": 1}
        db.session.add(AlertBatch(id=1, **batch))
        what = {"head_name": NAME, "colour": "red", "rank": 0, "risk": "illness", "standing": "closed", "made_on": when}
        db.session.add(Alert(id=2, case_id=case.id, clue_id=clue.id, **what, **here))
        db.session.flush()
        said = {"row_no": 1, "topic": "medical_costs", "person_id": person.id, "made_on": when}
        db.session.add(AlertItem(alert_id=2, batch_id=1, **said, **here))
        spoken = db.session.scalars(select(SpokenOf)).one()
        spoken.clue_id = clue.id
        db.session.commit()
        with clock.at(desks.now + timedelta(days=365 * 10)):
            gone = retention.erase_due()

    left = naming(app)
    assert gone == 1
    assert not {"alerts", "alert_items", "clues", "declarations", "cases"} & set(left)
    assert {"people", "households"} <= set(left)


@pytest.mark.shows("scale.4")
def test_who_was_watched_under_another_household_is_kept_as_long_as_the_watched_are(
    app: Flask, desks: Desks, over: int
) -> None:
    """Two households turned out to be one family: the time of the one counts for the other."""
    with app.app_context(), as_system("a test merges"):
        case = db.session.scalars(select(Case).where(Case.id == over)).one()
        other = {"id": new_id(), "head_name": NAME, "made_at": clock.now(), "merged_into_id": case.household_id}
        db.session.add(Household(household_id=other["id"], **other, **_levels(case)))
        ended = {"began_on": clock.today(), "removed_on": desks.now.date() + timedelta(days=900), "standing": "removed"}
        watch = {"case_id": over, "head_name": NAME, "changed_at": clock.now(), "household_id": other["id"]}
        db.session.add(Watch(**ended, **watch, **_levels(case)))
        db.session.commit()
        with clock.at(desks.now + timedelta(days=365 * 10)):
            early = retention.erase_due()
        with clock.at(desks.now + timedelta(days=365 * 13)):
            late = retention.erase_due()

    assert (early, late) == (0, 1)


def _levels(case: Case) -> dict[str, Any]:
    return {name: value for name, value in same_place(case).items() if name != "household_id"}


@pytest.mark.shows("scale.4")
def test_the_duties_about_a_family_that_is_erased_with_its_household_end(app: Flask, desks: Desks, over: int) -> None:
    with app.app_context(), as_system("a test owes a visit"):
        case = db.session.scalars(select(Case).where(Case.id == over)).one()
        place = _levels(case)
        owed = {"place": place, "owner_region": case.village_code, "name": NAME, "detail": {}}
        task = open_lone_duty(REGULAR_VISIT, **owed, household_id=case.household_id)
        db.session.commit()
        task_id = task.id

    said = app.test_cli_runner().invoke(args=["family", "erase", _receipt(app, over), "--yes"])

    assert said.exit_code == 0, said.output
    [left] = [each for each in desks.make.rows(Task) if each.id == task_id]
    assert (left.open_due, left.next_rung_at, left.closed_how) == (None, None, erasures.ERASED)


@pytest.mark.shows("scale.4")
def test_a_household_without_a_case_is_erased_stands_in_the_trail_and_stays_on_the_list_of_the_erased(
    app: Flask, desks: Desks
) -> None:
    case_id = desks.family(NAME, id_number=NUMBER)
    with app.app_context(), as_system("a test writes a household"):
        case = db.session.scalars(select(Case).where(Case.id == case_id)).one()
        household = {"id": new_id(), "head_name": DECLARER, "made_at": clock.now()}
        db.session.add(Household(household_id=household["id"], **household, **_levels(case)))
        db.session.commit()

    said = app.test_cli_runner().invoke(args=["family", "erase", str(household["id"]), "--yes"])

    assert said.exit_code == 0, said.output
    with app.app_context():
        [row] = db.session.scalars(select(AuditRow).where(AuditRow.chain == f"household:{household['id']}"))
        assert (row.subject, row.action, row.detail) == (row.chain, erasures.ERASED, {"because": erasures.ASKED})
        roots = app.extensions["settings"].roots_path
        assert audit.verify(roots) == []
        db.session.delete(row)
        assert audit.verify(roots) == [f"{row.chain} 第1行至第1行被删除"]
        db.session.rollback()
        [family] = erased.known_here()
        assert erased.Erased.read(family.line.rstrip("\n")) == family
        with as_system("a restore brings it back"):
            row = db.session.scalars(select(Household).where(Household.id == household["id"])).one()
            row.head_name = DECLARER
            db.session.commit()
        assert erased.erase_again([family], say=print) == 1
    assert not any(DECLARER in text for text in everything(app)["households"])


@pytest.mark.shows("scale.4")
def test_minutes_of_an_office_name_nobody_who_was_erased(app: Flask, desks: Desks, over: int) -> None:
    with app.app_context(), as_system("a test writes minutes"):
        case = db.session.scalars(select(Case).where(Case.id == over)).one()
        held, words = new_id(), f"{NAME}家不纳入，李四家再看。"
        said = seal(words, keys=keys(), place=Place("office_meetings", "minutes_sealed", held))
        told = {"kind": "monthly", "held_on": clock.today(), "subject": "月会商", "recorded_at": clock.now()}
        who = {"recorded_by": 1, "recorded_by_name": "周主任", "county_code": case.county_code}
        db.session.add(OfficeMeeting(id=held, region_code=case.county_code, minutes_sealed=said, **told, **who))
        db.session.commit()

    done = app.test_cli_runner().invoke(args=["family", "erase", _receipt(app, over), "--yes"])

    assert done.exit_code == 0, done.output
    [minutes] = everything(app)["office_meetings"]
    assert NAME not in minutes
    assert f"{erasures.GONE}家不纳入，李四家再看。" in minutes


@pytest.mark.shows("scale.4")
def test_rows_go_by_their_rule_and_the_young_ones_stay(app: Flask, cast: Cast) -> None:
    cast.farmer()
    with app.app_context():
        now, days = clock.real_now(), load_preset("NATIONAL").numbers
        staff = cast.staff_id("village")
        for digest, age in (("old", days["codes_kept_days"] + 1), ("young", days["codes_kept_days"] - 1)):
            expires = now - timedelta(days=age)
            db.session.add(OneTimeCode(digest=digest, purpose="bind", staff_id=staff, expires_at=expires))
        session = db.session.scalars(select(SignIn)).first()
        assert session
        session.address, session.expires_at = "10.0.0.1", now - timedelta(days=days["sign_ins_kept_days"] + 1)
        db.session.commit()

        retention.forget_by_rule()

        digests = set(db.session.scalars(select(OneTimeCode.digest)))
        assert ("old" in digests, "young" in digests) == (False, True)
        assert db.session.scalars(select(SignIn.address)).all() == [""]


@pytest.mark.shows("scale.4")
def test_a_message_that_only_ever_lay_in_an_inbox_goes_in_its_time_too(app: Flask) -> None:
    days = load_preset("NATIONAL").numbers["messages_kept_days"]
    with app.app_context():
        for subject, is_inbox_only in (("one", True), ("two", False)):
            owe(
                kind="duty",
                subject=subject,
                recipient="staff:1",
                county_code="130126",
                data={"what": NAME},
                is_inbox_only=is_inbox_only,
            )
        db.session.commit()
        with clock.at(clock.now() + timedelta(days=days - 1)):
            retention.forget_by_rule()
        early = set(db.session.scalars(select(Message.subject)))
        with clock.at(clock.now() + timedelta(days=days + 1)):
            retention.forget_by_rule()
        late = set(db.session.scalars(select(Message.subject)))

    assert (early, late) == ({"one", "two"}, {"two"})


@pytest.mark.shows("scale.4")
def test_every_table_has_a_time_that_it_is_kept_and_every_time_a_rule_and_a_job() -> None:
    named = [table for kind in kept.kinds() for table in kind.tables]
    jobs = {f"{beat.job.__module__.removeprefix('jobs.')}.{beat.job.__name__}" for beat in SCHEDULE}

    assert sorted(named) == sorted({table.name for table in Base.metadata.sorted_tables})
    assert {kind.keep for kind in kept.kinds() if kind.keep} <= set(load_preset("NATIONAL").numbers)
    assert {kind.by for kind in kept.kinds() if kind.by} <= jobs
    assert all(kind.by for kind in kept.kinds() if kind.keep)
    assert all(kind.source for kind in kept.kinds())


@pytest.mark.shows("scale.4")
def test_every_table_about_a_family_is_handed_out_or_withheld_with_a_reason() -> None:
    models = {each.class_.__tablename__: each.class_ for each in Base.registry.mappers}
    about = {name for name, model in models.items() if issubclass(model, Scoped)} | {"declarations", "receipt_lines"}
    told = {section.table for section in SECTIONS}
    columns = {(section.table, column.partition("/")[0]) for section in SECTIONS for column in section.columns}

    assert about - told - set(WITHHELD) == set()
    assert told & set(WITHHELD) == set()
    assert [each for each in columns if each[1] not in models[each[0]].__mapper__.columns] == []
