"""The file of roots is written on from where it was left; what was taken out of it is never signed anew."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from structlog.testing import capture_logs

from backend import clock
from backend.db import db
from backend.models import AuditRow
from backend.privacy.chain import EMPTY_ROOT, merkle_root
from backend.services import audit, audit_roots
from tests.people import Maker, id_number
from tests.services.test_audit import sealed, tamper, wrong

pytestmark = pytest.mark.shows("story.5", "story.bad.reliability_40")

CUTS: dict[str, Callable[[Path], object]] = {
    "deleted": Path.unlink,
    "emptied": lambda path: path.write_bytes(b""),
    "cut": lambda path: path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1])),
    "cut within a line": lambda path: path.write_bytes(path.read_bytes()[:-9]),
}


@pytest.fixture
def roots(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of roots of a fresh installation, whose sealer waits for nobody."""
    monkeypatch.setattr(audit, "SETTLED", timedelta(seconds=-2))
    path: Path = app.extensions["settings"].roots_path
    return path


@pytest.fixture
def case_id(app: Flask, make: Maker, roots: Path) -> int:
    """A case whose trail lies in two sealed batches."""
    case_id = make.case("accept")
    assert sealed(app)
    make._visit(case_id)
    assert sealed(app)
    assert len(roots.read_text().splitlines()) == 2
    return case_id


def forge(app: Flask, case_id: int) -> None:
    """Remove a trail with its head and make all seals fit, as somebody can who has the database and not our keys."""
    tamper(app, "DELETE FROM audit_rows WHERE chain = ?", f"case:{case_id}")
    tamper(app, "UPDATE cases SET audit_count = 0, audit_head = '' WHERE id = ?", case_id)
    previous, change = EMPTY_ROOT, "UPDATE audit_batches SET count = ?, root = ?, previous_root = ? WHERE number = ?"
    for number in (1, 2):
        with app.app_context():
            rows = select(AuditRow.mac).where(AuditRow.batch_no == number).order_by(AuditRow.id)
            macs = db.session.scalars(rows).all()
        tamper(app, change, len(macs), merkle_root(macs), previous, number)
        previous = merkle_root(macs)


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
@pytest.mark.parametrize("cut", CUTS)
def test_what_was_taken_out_of_the_file_is_not_signed_anew(
    app: Flask, make: Maker, case_id: int, roots: Path, kind: str, cut: str
) -> None:
    forge(app, case_id)
    CUTS[cut](roots)
    left = roots.read_bytes() if roots.exists() else None

    make.case(openid="other", id_number=id_number(2))
    with capture_logs() as logs:
        sealed(app)

    assert (roots.read_bytes() if roots.exists() else None) == left
    assert [each["log_level"] for each in logs if each["event"] == "audit_roots_not_as_left"] == ["error"]
    assert any("最后写进去的那一批不在里面" in line for line in wrong(app, roots))


def test_a_batch_that_does_not_follow_the_last_one_is_not_signed(
    app: Flask, make: Maker, case_id: int, roots: Path
) -> None:
    tamper(app, "UPDATE audit_batches SET root = ? WHERE number = 2", "0" * 64)
    make._pass_on(case_id)
    sealed(app)

    assert len(roots.read_text().splitlines()) == 2


def test_a_file_that_is_away_is_missed_by_the_gauge_and_goes_on_when_it_is_back(
    app: Flask, make: Maker, case_id: int, roots: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = roots.rename(roots.with_name("unmounted"))
    make._pass_on(case_id)
    sealed(app)
    later = clock.real_now() + timedelta(hours=2)
    with monkeypatch.context() as patched, app.app_context():
        patched.setattr(clock, "real_now", lambda: later)
        age = audit.unsealed_seconds()
    elsewhere.rename(roots)
    sealed(app)

    assert age > 7000
    assert wrong(app, roots) == []
    assert len(roots.read_text().splitlines()) == 3


@pytest.mark.parametrize("died", ["before the file", "before the note"])
def test_what_a_crash_left_unwritten_is_written_by_the_next(
    app: Flask, make: Maker, case_id: int, roots: Path, died: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make._pass_on(case_id)
    with monkeypatch.context() as patched:
        patched.setattr(audit_roots, "write_on" if died == "before the file" else "_note", lambda *_: None)
        sealed(app)
    make.case(openid="other", id_number=id_number(2))
    sealed(app)

    assert wrong(app, roots) == []
    assert len(roots.read_text().splitlines()) == 4


def test_a_person_who_knows_what_became_of_the_file_lets_it_be_written_on(
    app: Flask, make: Maker, case_id: int, roots: Path
) -> None:
    runner = app.test_cli_runner()
    roots.unlink()
    make._pass_on(case_id)
    sealed(app)

    asked = runner.invoke(args=["audit", "carry-on"])
    between = roots.exists()
    done = runner.invoke(args=["audit", "carry-on", "--yes"])

    assert (asked.exit_code, "查清" in asked.output, between) == (1, True, False)
    assert (done.exit_code, "补了 3 批" in done.output) == (0, True)
    assert wrong(app, roots) == []
