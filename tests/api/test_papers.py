"""Papers of a case: PDF, Word and Excel, told by content, sealed, the same once, served to whoever may see them."""

import hashlib
import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from backend.models import AuditRow, StoredFile
from tests.api.photos import photo, sent
from tests.people import Cast, Maker, Phone

pytestmark = pytest.mark.shows("story.5")
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def docx(*parts: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        for part in ("[Content_Types].xml", "word/document.xml", *parts):
            package.writestr(part, "<x/>")
    return made.getvalue()


def bring(phone: Phone, path: str, content: bytes = PDF, **form: Any) -> TestResponse:
    return phone.send(f"{path}/files", file=(io.BytesIO(content), "张三的诊断书.pdf"), kind="document", **form)


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
@pytest.mark.parametrize(
    ("content", "media_type", "ending"), [(PDF, "application/pdf", ".pdf"), (docx(), DOCX, ".docx")]
)
def test_a_paper_is_kept_once_sealed_and_served_so_that_no_browser_guesses(
    make: Maker, cast: Cast, app: Flask, kind: str, content: bytes, media_type: str, ending: str
) -> None:
    case_id, village = make.case("accept"), cast.phone("village")

    first, again = (bring(village, f"/cases/{case_id}", content, what="medical") for _ in range(2))
    served = village.get(f"/files/{first.json['id']}")

    assert (first.status_code, again.status_code, first.json) == (201, 201, again.json)
    assert (first.json["kind"], first.json["what"], first.json["media_type"]) == ("document", "medical", media_type)
    assert first.json["sha256"] == hashlib.sha256(content).hexdigest()
    assert len(make.rows(StoredFile)) == 1
    assert served.data == content
    assert served.mimetype == media_type
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    assert served.headers["Cache-Control"] == "no-store"
    assert served.headers["Content-Disposition"] == f'attachment; filename="{first.json["id"]}{ending}"'
    shelf: Path = app.extensions["settings"].files_path
    assert not any(content[:8] in path.read_bytes() for path in shelf.rglob("*") if path.is_file())
    assert "add_file" in [row.action for row in make.rows(AuditRow)]
    assert cast.phone("next_village").get(f"/files/{first.json['id']}").status_code == 404


def test_every_office_of_the_place_brings_papers_and_nobody_elsewhere(make: Maker, cast: Cast) -> None:
    case_id = make.case("accept")

    answers = {
        login: bring(cast.phone(login), f"/cases/{case_id}", PDF + login.encode() + b"\n%%EOF\n").status_code
        for login in ("village", "reviewer", "county_op", "next_village", "other_reviewer", "auditor")
    }

    assert answers == {
        **dict.fromkeys(("village", "reviewer", "county_op"), 201),
        **dict.fromkeys(("next_village", "other_reviewer"), 404),
        "auditor": 403,
    }


def test_whoever_declared_adds_a_paper_to_the_receipt(make: Maker, cast: Cast) -> None:
    declaration, farmer = make.declaration(openid="sender"), cast.farmer("sender")

    answer = bring(farmer, f"/declarations/{declaration.id}")

    assert (answer.status_code, answer.json["what"]) == (201, "other")
    [shown] = cast.phone("village").get(f"/cases/{declaration.case_id}").json["files"]
    assert (shown["kind"], shown["what"]) == ("document", "other")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"MZ\x90\0", "PDF"),
        (b"", "PDF"),
        (photo(), "PDF"),
        (PDF[:-10], "打不开"),
        (PDF.replace(b"/Catalog", b"/Encrypt"), "密码"),
        (docx("word/vbaProject.bin"), "宏"),
    ],
)
def test_what_is_no_usable_paper_is_refused_with_what_to_do(make: Maker, cast: Cast, content: bytes, said: str) -> None:
    case_id = make.case("accept")

    answer = bring(cast.phone("village"), f"/cases/{case_id}", content)

    assert answer.status_code == 422
    assert said in answer.json["fields"]["file"]
    assert make.rows(StoredFile) == []


def test_a_kind_or_a_paper_that_nobody_knows_is_named(make: Maker, cast: Cast) -> None:
    case_id, village = make.case("accept"), cast.phone("village")

    odd = bring(village, f"/cases/{case_id}", what="secret")
    unknown = village.send(f"/cases/{case_id}/files", file=sent(photo()), kind="film")

    assert (odd.status_code, unknown.status_code) == (422, 422)
    assert "什么材料" in odd.json["fields"]["what"]
    assert "文件" in unknown.json["fields"]["kind"]


def test_a_signed_paper_is_announced_and_missing_until_its_scan_is_in(make: Maker, cast: Cast) -> None:
    case_id, village = make.case("accept"), cast.phone("village")
    [member] = village.get(f"/cases/{case_id}/authorizations").json["members"]
    scan = PDF + b"signed\n%%EOF\n"
    paper = {"person_id": member["person_id"], "way": "paper", "paper_sha256": hashlib.sha256(scan).hexdigest()}

    signed = village.post(f"/cases/{case_id}/authorizations", **paper)
    missing = [village.get(f"/cases/{case_id}").json["missing_photos"]]
    bring(village, f"/cases/{case_id}", scan, what="authorization")
    missing.append(village.get(f"/cases/{case_id}").json["missing_photos"])

    assert signed.status_code == 201
    assert missing == [1, 0]


def test_an_announced_voice_note_is_missing_until_it_is_in(make: Maker, cast: Cast) -> None:
    declaration = make.declaration(hardship="", voice_sha256="a" * 64)

    assert cast.phone("village").get(f"/cases/{declaration.case_id}").json["missing_photos"] == 1


def test_the_photos_of_a_visit_by_the_township_arrive(make: Maker, cast: Cast) -> None:
    case_id, reviewer, picture = make.case("accept"), cast.phone("reviewer"), photo(77)
    visit = {"version": make.duty(case_id).version, "findings": "属实", "conclusion": "risk"}
    announced = [hashlib.sha256(picture).hexdigest()]
    assert reviewer.post(f"/cases/{case_id}/visits", **visit, photos=announced).status_code == 201

    assert reviewer.send(f"/cases/{case_id}/files", file=sent(picture)).status_code == 201
    assert reviewer.get(f"/cases/{case_id}").json["missing_photos"] == 0
