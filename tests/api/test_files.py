"""Photos and recordings: stored once, sealed, shown to whoever may see the case, and swept when nobody owns them."""

import hashlib
import os
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from structlog.testing import capture_logs

from backend.models import StoredFile
from backend.services import files
from tests.api.photos import photo, sent
from tests.at_once import at_once
from tests.people import Cast, Maker, id_number

pytestmark = pytest.mark.shows("story.5")


@pytest.fixture
def shelf(app: Flask) -> Path:
    path: Path = app.extensions["settings"].files_path
    return path


def stored(shelf: Path) -> list[Path]:
    return [path for path in shelf.glob("??/??/*") if path.is_file()]


def test_a_case_goes_on_without_its_photos_and_says_how_many_are_missing(make: Maker, cast: Cast) -> None:
    case_id, village = make.case("accept"), cast.phone("village")
    pictures = [photo(shade) for shade in (60, 120, 180)]
    announced = [hashlib.sha256(each).hexdigest() for each in pictures]
    visit = {"version": make.duty(case_id).version, "findings": "属实", "conclusion": "risk", "photos": announced}

    assert village.post(f"/cases/{case_id}/visits", **visit).status_code == 201
    missing = [village.get(f"/cases/{case_id}").json["missing_photos"]]
    for each in (*pictures, photo(240)):
        assert village.send(f"/cases/{case_id}/files", file=sent(each)).status_code == 201
        missing.append(village.get(f"/cases/{case_id}").json["missing_photos"])

    assert make.state(case_id) == "visited"
    assert missing == [3, 2, 1, 0, 0]


def test_the_same_photo_sent_ten_times_at_once_is_one_file(make: Maker, cast: Cast) -> None:
    case_id = make.case("accept")
    phones = [cast.phone("village") for _ in range(1)] * 10

    answers = at_once(
        [lambda phone=phone: phone.send(f"/cases/{case_id}/files", file=sent(photo(25))) for phone in phones]
    )

    assert {each.status_code for each in answers} == {201}
    assert len({each.json["id"] for each in answers}) == 1
    assert len(make.rows(StoredFile)) == 1


def test_the_same_photo_of_two_cases_is_two_files(make: Maker, cast: Cast) -> None:
    ids = [make.case("accept", openid=f"{serial}", id_number=id_number(serial)) for serial in (1, 2)]

    for case_id in ids:
        cast.phone("village").send(f"/cases/{case_id}/files", file=sent(photo(6)))

    assert sorted(row.case_id for row in make.rows(StoredFile)) == sorted(ids)


def test_a_file_is_served_so_that_no_browser_guesses_or_keeps_it(make: Maker, cast: Cast) -> None:
    case_id, village = make.case("accept"), cast.phone("village")
    file_id = village.send(f"/cases/{case_id}/files", file=sent(photo())).json["id"]

    served = village.get(f"/files/{file_id}")

    assert served.headers["X-Content-Type-Options"] == "nosniff"
    assert served.headers["Cache-Control"] == "no-store"
    assert served.headers["Content-Disposition"].startswith("attachment")
    assert served.mimetype == "image/jpeg"
    assert cast.farmer().get(f"/files/{file_id}").status_code == 403
    assert cast.phone("next_village").get(f"/files/{file_id}").status_code == 404
    assert cast.app.test_client().get(f"/api/v1/files/{file_id}").status_code == 401


def test_what_lies_on_the_disk_is_no_picture(make: Maker, cast: Cast, shelf: Path) -> None:
    case_id = make.case("accept")
    cast.phone("village").send(f"/cases/{case_id}/files", file=sent(photo()))

    assert stored(shelf)
    assert not any(b"\xff\xd8\xff" in path.read_bytes()[:200] for path in stored(shelf))
    assert {path.stat().st_mode & 0o077 for path in stored(shelf)} == {0}


def test_whoever_declared_adds_a_photo_and_learns_nothing_of_the_case(make: Maker, cast: Cast) -> None:
    declaration, farmer = make.declaration(openid="sender"), cast.farmer("sender")

    answer = farmer.send(f"/declarations/{declaration.id}/files", file=sent(photo(8)))

    assert answer.status_code == 201
    assert "case_id" not in answer.json
    assert str(declaration.case_id) not in answer.get_data(as_text=True)


def test_nothing_is_added_to_a_declaration_that_is_over(make: Maker, cast: Cast) -> None:
    declaration, farmer = make.declaration(openid="sender"), cast.farmer("sender")
    farmer.post(f"/declarations/{declaration.id}/withdrawals")

    answer = farmer.send(f"/declarations/{declaration.id}/files", file=sent(photo(8)))

    assert (answer.status_code, answer.json["code"]) == (409, "not_possible_now")


def test_content_without_a_row_is_swept_after_a_day_and_no_other(
    make: Maker, cast: Cast, app: Flask, shelf: Path
) -> None:
    case_id = make.case("accept")
    kept = cast.phone("village").send(f"/cases/{case_id}/files", file=sent(photo())).json["id"]
    with app.app_context():
        for orphan in (11, 12):
            files.store().put(orphan, "original", b"left by a crash")
        long_ago = time.time() - 25 * 3600  # noqa: TID251 - files carry the machine's own time
        for path in stored(shelf):
            if not path.name.startswith("12."):
                os.utime(path, (long_ago, long_ago))

        files.sweep_orphans()

    names = {path.name.split(".")[0] for path in stored(shelf)}
    assert kept in names
    assert "12" in names
    assert "11" not in names


@contextmanager
def files_no_longer_than(size: int) -> Iterator[None]:
    """A disk that is full after so many bytes, as far as this process can tell."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_said_and_nothing_is_half_written(make: Maker, cast: Cast, shelf: Path) -> None:
    case_id, village = make.case("accept"), cast.phone("village")
    before = stored(shelf)

    with capture_logs(), files_no_longer_than(100):
        answer = village.send(f"/cases/{case_id}/files", file=sent(photo(9)))
        still = village.get(f"/cases/{case_id}")

    assert (answer.status_code, answer.json["code"]) == (503, "try_later")
    assert answer.headers["Retry-After"]
    assert "附件" in answer.json["message"]
    assert still.status_code == 200
    assert stored(shelf) == before
    assert make.rows(StoredFile) == []
    assert village.send(f"/cases/{case_id}/files", file=sent(photo(9))).status_code == 201
