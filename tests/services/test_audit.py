"""Whatever is done to the audit behind the program's back is named, also to its last rows."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select

from backend import clock
from backend.access.scope import as_system
from backend.db import db, new_id
from backend.models import AuditBatch, AuditRow, Case
from backend.privacy.chain import mac_row
from backend.privacy.current import keys
from backend.services import audit, audit_roots
from backend.workflow import trail
from tests.people import Cast, Maker, id_number

pytestmark = pytest.mark.shows("story.5", "story.bad.reliability_40")


@pytest.fixture
def roots(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file of roots, fresh, and a sealer that waits for nobody."""
    path: Path = app.extensions["settings"].roots_path
    path.unlink(missing_ok=True)
    monkeypatch.setattr(audit, "SETTLED", timedelta(seconds=-2))
    yield path
    path.unlink(missing_ok=True)


@pytest.fixture
def cases(make: Maker) -> list[int]:
    return [make.case("accept", openid=f"of-{serial}", id_number=id_number(serial)) for serial in range(3)]


def sealed(app: Flask) -> int:
    with app.app_context():
        return audit.seal_new_rows()


def wrong(app: Flask, roots: Path) -> list[str]:
    with app.app_context():
        return audit.verify(roots)


def tamper(app: Flask, statement: str, *values: Any) -> None:
    """Write as somebody who holds the database and not our key."""
    with app.app_context(), db.engine.begin() as connection:
        mark = "?" if connection.dialect.name == "sqlite" else "%s"
        assert connection.exec_driver_sql(statement.replace("?", mark), values).rowcount >= 1


def rows(make: Maker, chain: str) -> list[AuditRow]:
    return sorted((row for row in make.rows(AuditRow) if row.chain == chain), key=lambda row: row.place)


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_an_untouched_trail_is_whole_on_both_databases(
    make: Maker, cast: Cast, app: Flask, cases: list[int], roots: Path, kind: str
) -> None:
    cast.phone("village").post(f"/cases/{cases[0]}/reveals", field="phone", reason="核对电话 😀 “急”")

    assert sealed(app) == len(make.rows(AuditRow))
    assert sealed(app) == 0
    assert wrong(app, roots) == []
    [*_, reveal] = rows(make, f"case:{cases[0]}")
    assert reveal.detail == {"field": "phone", "why": "核对电话 😀 “急”"}


CHANGES = {
    "action": "nothing",
    "actor_name": "别人",
    "actor_id": 5,
    "actor_role": "ADMIN",
    "detail": json.dumps({"to": "monitored"}),
    "happened_at": "2020-01-01 00:00:00.000000",
    "subject": "case:1",
    "county_code": "110101",
    "place": 9,
    "previous_mac": "0" * 64,
    "mac": "0" * 64,
    "key_id": "nokey",
}


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
@pytest.mark.parametrize("first", [True, False])
def test_a_changed_row_is_named_whatever_was_changed(
    make: Maker, app: Flask, cases: list[int], roots: Path, kind: str, first: bool
) -> None:
    sealed(app)
    chain = rows(make, f"case:{cases[1]}")
    row = chain[0 if first else -1]
    for column, value in CHANGES.items():
        before = getattr(row, column)
        kept = json.dumps(before) if column == "detail" else before
        kept = before.replace(tzinfo=None).isoformat(" ", "microseconds") if column == "happened_at" else kept
        tamper(app, f"UPDATE audit_rows SET {column} = ? WHERE id = ?", value, row.id)  # noqa: S608

        assert any(f"case:{cases[1]} " in line for line in wrong(app, roots)), column
        tamper(app, f"UPDATE audit_rows SET {column} = ? WHERE id = ?", kept, row.id)  # noqa: S608
    assert wrong(app, roots) == []


@pytest.mark.parametrize("which", [0, 1, -1])
@pytest.mark.parametrize("before_the_seal", [True, False])
def test_a_removed_row_is_named_also_the_last_one(
    make: Maker, app: Flask, cases: list[int], roots: Path, which: int, before_the_seal: bool
) -> None:
    if not before_the_seal:
        sealed(app)
    row = rows(make, f"case:{cases[2]}")[which]
    tamper(app, "DELETE FROM audit_rows WHERE id = ?", row.id)

    assert any(f"case:{cases[2]} 第{row.place}行" in line and "删除" in line for line in wrong(app, roots))


def test_a_seal_whose_root_never_reached_its_file_is_as_old_as_it_is(
    app: Flask, make: Maker, roots: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.case("accept")
    sealed(app)
    kept = roots.read_bytes()
    with app.app_context():
        before = audit.unsealed_seconds()
    later = clock.real_now() + timedelta(hours=2)
    monkeypatch.setattr(clock, "real_now", lambda: later)

    ages = []
    for content in (kept, kept[:-5], b""):
        roots.write_bytes(content)
        with app.app_context():
            ages.append(audit.unsealed_seconds())

    assert before == 0
    assert (ages[0], min(ages[1:]) > 7000) == (0, True)


def test_a_whole_chain_and_its_case_cannot_vanish(make: Maker, app: Flask, cases: list[int], roots: Path) -> None:
    sealed(app)
    chain = f"case:{cases[2]}"
    tamper(app, "DELETE FROM audit_rows WHERE chain = ?", chain)
    tamper(app, "UPDATE cases SET audit_count = 0, audit_head = '' WHERE id = ?", cases[2])

    assert any("第1批应有" in line for line in wrong(app, roots))


def test_an_inserted_row_is_named(make: Maker, app: Flask, cases: list[int], roots: Path) -> None:
    sealed(app)
    [*_, last] = rows(make, f"case:{cases[0]}")
    copied = "chain, happened_at, county_code, actor_role, actor_id, actor_name, action, subject, detail, key_id, mac"
    tamper(
        app,
        f"INSERT INTO audit_rows (id, place, previous_mac, {copied}) "  # noqa: S608
        f"SELECT id + 1, place + 1, mac, {copied} FROM audit_rows WHERE id = ?",
        last.id,
    )

    assert any(f"case:{cases[0]} 第{last.place + 1}行" in line for line in wrong(app, roots))


def test_two_rows_in_each_others_place_are_named(make: Maker, app: Flask, cases: list[int], roots: Path) -> None:
    sealed(app)
    first, second = rows(make, f"case:{cases[0]}")[:2]
    for place, row_id in ((99, first.id), (1, second.id), (2, first.id)):
        tamper(app, "UPDATE audit_rows SET place = ? WHERE id = ?", place, row_id)

    assert len([line for line in wrong(app, roots) if f"case:{cases[0]} " in line]) >= 2


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace("v1 1 ", "v1 1 9", 1),
        lambda text: text[:-30] + "\n",
        lambda text: "",
        lambda text: "\ufffd\n" + text,
        lambda text: text.splitlines(keepends=True)[1],
        lambda text: "".join(reversed(text.splitlines(keepends=True))).replace("a", "b"),
    ],
)
def test_damage_to_the_file_of_roots_is_named(
    make: Maker, app: Flask, cases: list[int], roots: Path, damage: Callable[[str], str]
) -> None:
    sealed(app)
    make._visit(cases[0])
    sealed(app)
    assert wrong(app, roots) == []

    roots.write_text(damage(roots.read_text(encoding="utf-8")), encoding="utf-8")

    assert wrong(app, roots) != []


def test_a_batch_removed_with_its_rows_is_missed_outside(
    make: Maker, app: Flask, cases: list[int], roots: Path
) -> None:
    sealed(app)
    make._visit(cases[0])
    sealed(app)
    tamper(app, "DELETE FROM audit_batches WHERE number = 2")

    assert any("第2批" in line for line in wrong(app, roots))


def test_half_a_line_after_a_power_cut_takes_no_later_root_with_it(
    make: Maker, app: Flask, cases: list[int], roots: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(audit_roots, "_note", lambda _: None)  # it comes after the line is on the disk
        sealed(app)
    roots.write_text(roots.read_text(encoding="utf-8")[:-40], encoding="utf-8")
    make._visit(cases[0])
    sealed(app)

    assert wrong(app, roots) == ["根文件第1行被改动"]
    with app.app_context():
        assert len(db.session.scalars(select(AuditBatch)).all()) == 2


@pytest.mark.timeout(900)
@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
@pytest.mark.parametrize("count", [10_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_a_hundred_thousand_rows_are_verified_in_seconds(
    make: Maker, cast: Cast, app: Flask, roots: Path, kind: str, count: int
) -> None:
    case_id, actor = make.case(), cast.actor("village")
    with app.app_context(), as_system("a test fills the trail"):
        case = db.session.scalars(select(Case).where(Case.id == case_id)).one()
        made = []
        for serial in range(count):
            row = AuditRow(
                id=new_id(),
                chain=f"case:{case_id}",
                place=case.audit_count + 1,
                happened_at=clock.now(),
                county_code=case.county_code,
                actor_role=actor.role,
                actor_id=actor.id,
                actor_name=actor.name,
                action="reveal",
                subject=f"case:{case_id}",
                detail={"field": "phone", "why": f"第{serial}次", "codes": [], "n": None},
                previous_mac=case.audit_head,
            )
            row.key_id, row.mac = mac_row(keys=keys(), previous=case.audit_head, payload=trail.payload_of(row))
            case.audit_count, case.audit_head = row.place, row.mac
            made.append({key: value for key, value in vars(row).items() if not key.startswith("_")})
        db.session.execute(insert(AuditRow), made)
        db.session.commit()
    assert sealed(app) == len(make.rows(AuditRow)) >= count
    tamper(app, "UPDATE audit_rows SET actor_name = ? WHERE place = ?", "别人", 7_777)

    began = clock.monotonic()
    found = wrong(app, roots)

    assert clock.monotonic() - began < 30
    assert [line for line in found if "第7777行" in line]
    assert len(found) == 1
