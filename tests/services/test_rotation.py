"""Keys change while people work: everything stays readable, nobody exists twice, and the old key really goes."""

import os
import shutil
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from backend.access.scope import as_system
from backend.db import db
from backend.errors import NotPossibleNow
from backend.models import Case, Household, IdempotencyKey, Person, PersonDigest
from backend.privacy import current
from backend.privacy import keys as key_file
from backend.privacy.keys import KeyRing
from backend.services import audit, declarations, files, finding, rotation
from backend.services.leaders import Lead
from tests.api.photos import photo
from tests.at_once import at_once
from tests.people import FORM, Cast, Maker, id_number
from tests.services.test_leaders import let_leases_pass, take_away

pytestmark = pytest.mark.shows("story.5", "story.bad.reliability_41")


@pytest.fixture
def keys_path(app: Flask) -> Iterator[Path]:
    """The key file, given back as it was: other tests' rows are gone, other applications' keys are not."""
    path: Path = app.extensions["settings"].keys_path
    before = path.read_bytes()
    with app.app_context():
        shelves = [shelf.root for shelf in rotation.shelves()]
    for shelf in shelves:
        shutil.rmtree(shelf)
    yield path
    path.write_bytes(before)
    current.use(path)
    for shelf in shelves:
        shutil.rmtree(shelf, ignore_errors=True)


def _settle(path: Path) -> None:
    """Let the key file look as if it had been changed an hour ago."""
    past = path.stat().st_mtime - 3600
    os.utime(path, (past, past))


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_everything_sealed_follows_the_new_key_and_the_old_one_goes(
    make: Maker, cast: Cast, app: Flask, keys_path: Path, kind: str
) -> None:
    farmer = cast.farmer()
    first = farmer.post("/declarations", key="6f0d8a52-2222-4000-8000-000000000001", **FORM)
    case_id = make.case("accept", "visit", openid="other", id_number=id_number(2))
    with cast.acting("village") as village:
        row = files.add_file(case_id, photo(), kind="picture", by=village)
    before = cast.phone("village").get(f"/cases/{case_id}").json

    with app.app_context():
        old = current.keys().seal.current
        new = rotation.begin("seal")
        progress = rotation.carry_on("seal")
        again = rotation.carry_on("seal")
        _settle(keys_path)
        assert rotation.retire("seal") == [old]

    assert progress.damaged == []
    assert progress.changed >= 12
    assert again.changed == 0
    assert list(current.keys().seal.keys) == [new]
    assert cast.phone("village").get(f"/cases/{case_id}").json == before
    assert farmer.post("/declarations", key="6f0d8a52-2222-4000-8000-000000000001", **FORM).json == first.json
    assert cast.phone("village").get(f"/files/{row.id}").status_code == 200
    with app.app_context():
        tokens = [
            getattr(each, name)
            for model, name in rotation.sealed_columns()
            for each in make.rows(model)
            if getattr(each, name)
        ]
    assert len(tokens) >= 10
    assert all(f".{new}." in token for token in tokens)


def test_reading_goes_on_while_keys_are_rotated(make: Maker, cast: Cast, app: Flask, keys_path: Path) -> None:
    for serial in range(30):
        make.declaration(openid="busy" if serial < 3 else f"of-{serial}", id_number=id_number(serial))
    phone, stop, seen = cast.farmer("busy"), threading.Event(), set()

    def read() -> None:
        while not stop.is_set():
            seen.add(phone.get("/declarations").status_code)

    reader = threading.Thread(target=read)
    reader.start()
    with app.app_context():
        rotation.begin("seal")
        progress = rotation.carry_on("seal")
    stop.set()
    reader.join()

    assert seen == {200}
    assert progress.changed >= 120


def test_a_rotation_goes_on_where_it_was_interrupted(make: Maker, app: Flask, keys_path: Path) -> None:
    for serial in range(5):
        make.declaration(id_number=id_number(serial))
    with app.app_context():
        rotation.begin("seal")
        half = rotation.Progress()
        rows = rotation._under_earlier_key(Person, "id_sealed", None)
        rotation._reseal_batch(Person, "id_sealed", rows, half)

        rest = rotation.carry_on("seal")

    assert half.changed == 5
    assert rest.changed > 0
    assert rest.damaged == []


def test_what_does_not_open_is_named_and_keeps_the_old_key(make: Maker, app: Flask, keys_path: Path) -> None:
    make.declaration()
    with app.app_context():
        db.session.connection().exec_driver_sql("UPDATE households SET phone_sealed = CONCAT(phone_sealed, 'AAAA')")
        db.session.commit()
        rotation.begin("seal")
        progress = rotation.carry_on("seal")
        _settle(keys_path)

        assert len(progress.damaged) == 1
        assert "households.phone_sealed" in progress.damaged[0]
        with pytest.raises(NotPossibleNow):
            rotation.retire("seal")


def test_a_change_of_keys_that_was_killed_goes_on_after_its_lease_and_holds_on_to_it(
    make: Maker, app: Flask, keys_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.declaration()
    held = list[Lead]()
    monkeypatch.setattr(Lead, "hold_on", lambda lead: held.append(lead))
    with app.app_context():
        rotation.begin("seal")
        assert Lead("key rotation", rotation.LEASE)  # killed: it never gives this back
        with pytest.raises(NotPossibleNow):
            rotation.carry_on("seal")
        let_leases_pass()

        assert rotation.carry_on("seal").changed > 0
        assert held


def test_a_change_of_keys_that_another_process_took_over_says_so_and_retires_nothing(
    make: Maker, app: Flask, keys_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.declaration()
    monkeypatch.setattr(rotation, "LEASE", timedelta())
    real = rotation._reseal_batch

    def slow(*args: Any) -> None:
        real(*args)
        take_away(app, "key rotation")

    monkeypatch.setattr(rotation, "_reseal_batch", slow)
    with app.app_context():
        rotation.begin("seal")
        _settle(keys_path)
        with pytest.raises(NotPossibleNow, match="另一个进程"):
            rotation.retire("seal")

        assert len(current.keys().seal.keys) == 2


def test_an_old_key_stays_for_ten_minutes(make: Maker, app: Flask, keys_path: Path) -> None:
    with app.app_context():
        rotation.begin("seal")
        rotation.carry_on("seal")

        with pytest.raises(NotPossibleNow):
            rotation.retire("seal")


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_a_person_exists_once_before_while_and_after_the_index_key_changes(
    make: Maker, app: Flask, keys_path: Path, kind: str
) -> None:
    def declare_again(openid: str) -> None:
        make.declaration(openid=openid)
        assert len(make.rows(Person)) == len(make.rows(Case)) == 1

    declare_again("before")
    with app.app_context():
        rotation.begin("index")
    declare_again("meanwhile")
    with app.app_context():
        assert rotation.carry_on("index").changed == 2  # the person, and the telephone on file
    assert len(make.rows(PersonDigest)) == 2
    declare_again("followed")
    _settle(keys_path)
    with app.app_context():
        assert len(rotation.retire("index")) == 1
    declare_again("after")

    assert len(make.rows(PersonDigest)) == 1


@pytest.mark.shows("console.2")
def test_a_telephone_is_found_under_a_new_key_and_one_from_before_its_index_is_too(
    app: Flask, make: Maker, cast: Cast, keys_path: Path
) -> None:
    def found() -> list[str]:
        with cast.acting("reviewer") as by:
            return [each.head_name for each in finding.find("15400007777", by=by).items]

    make.declaration(head_name="李四", phone="15400007777")
    with app.app_context(), as_system("a test changes"):
        db.session.execute(update(Household).values(phone_digest=None, phone_key_id=None))
        db.session.commit()
    before = found()

    with app.app_context():
        rotation.begin("index")
        rotation.carry_on("index")
    _settle(keys_path)
    with app.app_context():
        rotation.retire("index")

    assert (before, found()) == ([], ["李四"])


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_two_processes_of_which_only_one_knows_the_new_key_never_make_one_person_twice(
    make: Maker, cast: Cast, app: Flask, keys_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    behind = key_file.load(keys_path)
    key_file.rotate(keys_path, "index")
    ahead = key_file.load(keys_path)
    mine = threading.local()
    monkeypatch.setattr(declarations, "keys", lambda: mine.ring)  # two processes in one: each thread reads its own file

    def declare(ring: KeyRing, serial: int) -> None:
        mine.ring = ring
        make.declaration(openid=f"{serial}-{ring is ahead}", id_number=id_number(serial))

    for serial in range(8):
        at_once([lambda ring=ring, serial=serial: declare(ring, serial) for ring in (behind, ahead, behind, ahead)])

    assert len(make.rows(Person)) == len(make.rows(Household)) == len(make.rows(Case)) == 8
    with app.app_context():
        rotation.carry_on("index")
    assert len(make.rows(PersonDigest)) == 16


def test_a_number_under_another_name_is_a_doubt_and_not_a_second_person(make: Maker) -> None:
    first, second = make.declaration(), make.declaration(openid="other", head_name="李四")

    assert first.case_id != second.case_id
    assert len(make.rows(PersonDigest)) == 1
    assert len([each for each in make.rows(Person) if each.id_sealed]) == 2


def test_rows_of_the_audit_keep_their_key(make: Maker, app: Flask, keys_path: Path) -> None:
    case_id = make.case()
    with app.app_context():
        rotation.begin("audit")
        rotation.carry_on("audit")
    make._accept(case_id)

    with app.app_context():
        assert audit.verify(app.extensions["settings"].data_dir / "no-roots") == []


def test_a_file_from_a_clock_that_stood_ahead_follows_the_new_key_too(app: Flask, keys_path: Path) -> None:
    with app.app_context():
        files.store().put(7, "original", b"a roof")
        [path] = files.store().root.rglob("7.original")
        ahead = path.stat().st_mtime + 3600
        os.utime(path, (ahead, ahead))
        rotation.begin("seal")
        progress = rotation.carry_on("seal")
        _settle(keys_path)
        rotation.retire("seal")

        assert progress.changed == 1
        assert files.store().get(7, "original") == b"a roof"


def test_the_command_rotates_goes_on_and_retires(make: Maker, app: Flask, keys_path: Path) -> None:
    make.declaration()
    runner = app.test_cli_runner()

    assert "已换 5 处" in runner.invoke(args=["keys", "rotate", "seal"]).output
    assert "已换 0 处" in runner.invoke(args=["keys", "carry-on", "seal"]).output
    assert "十分钟" in runner.invoke(args=["keys", "retire", "seal"]).output
    _settle(keys_path)
    assert "已停用旧密钥" in runner.invoke(args=["keys", "retire", "seal"]).output


def test_an_answer_kept_for_a_key_is_bound_to_account_and_key(make: Maker, cast: Cast, app: Flask) -> None:
    for number in (1, 2):
        cast.farmer().post("/declarations", key=f"6f0d8a52-3333-4000-8000-00000000000{number}", **FORM)
    with app.app_context():
        one, two = db.session.query(IdempotencyKey).order_by(IdempotencyKey.key)
        one.answer_sealed = two.answer_sealed
        db.session.commit()

    swapped = cast.farmer().post("/declarations", key="6f0d8a52-3333-4000-8000-000000000001", **FORM)

    assert swapped.status_code == 500
