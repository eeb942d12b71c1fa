"""At the desk: a correction that a family asks for is answered, and a voice note is heard and written down."""

import hashlib
from collections.abc import Callable

import pytest

from backend.models import AuditRow, RecordingText
from backend.services import files
from tests.admin.desk import Desk
from tests.admin.pages import read
from tests.api.photos import sent
from tests.people import Cast, Maker

Enter = Callable[[str], Desk]
VOICE = b"ID3\x03\x00\x00\x00\x00\x00\x00" + bytes(300)
SPOKEN = "屋顶漏雨，老伴住院花了三万块，听不清一句"


@pytest.fixture
def kind() -> str:
    """One database is enough: the API's tests of both read the same tables on the other."""
    return "sqlite"


@pytest.mark.shows("client.2", "client.5")
def test_a_correction_is_reached_from_the_queue_opened_on_record_and_answered(
    console: Enter, cast: Cast, make: Maker
) -> None:
    declaration = make.declaration(openid="sender")
    phone = cast.farmer("sender")
    phone.post("/me/corrections", declaration_id=str(declaration.id), fact="name", right="应该是张叁")
    desk = console("reviewer")
    [link] = {each for each in desk.get("/console/queue/").links if "/correction-requests/" in each}

    links_before = desk.get(f"/console/cases/{declaration.case_id}").links
    opened = desk.get(link)
    silent = desk.press(opened, "/answers", outcome="declined", words=" ")
    neither = desk.press(opened, "/answers", words="改了")
    done = desk.press(opened, "/answers", outcome="corrected", words="已改成张叁")
    late = desk.press(opened, "/answers", outcome="corrected", words="再答")

    assert link in links_before
    assert "应该是张叁" in opened.text
    assert "还没有确认是这一家的" in opened.text
    assert (silent.status, neither.status, late.status) == (422, 422, 409)
    assert "没有改的，请写明为什么" in silent.text
    assert "已答复" in done.text
    [mine] = phone.get("/me/data").json["corrections"]
    assert (mine["status_name"], mine["answer"]) == ("已经改好", "已改成张叁")
    assert "read_correction" in [row.action for row in make.rows(AuditRow)]
    assert "应该是张叁" not in console("reviewer").get("/console/correction-requests/").text
    assert console("village").get("/console/correction-requests/").status == 403


@pytest.mark.shows("client.2", "story.5")
def test_a_voice_note_is_heard_at_the_desk_and_its_words_stand_beside_it_on_screen_and_paper(
    console: Enter, cast: Cast, make: Maker
) -> None:
    digest = hashlib.sha256(VOICE).hexdigest()
    declaration = make.declaration(openid="sender", hardship="", voice_sha256=digest)
    case_id = declaration.case_id
    address, desk = f"/console/cases/{case_id}", console("reviewer")
    on_its_way = desk.get(address)
    voice = cast.farmer("sender").send(f"/declarations/{declaration.id}/files", file=sent(VOICE), kind="recording")

    before = desk.get(address)
    heard = desk.client.get(f"/console/files/{voice.json['id']}/original")
    empty = desk.press(before, "/words", words=" ")
    desk.press(before, "/words", words=SPOKEN)
    after = desk.press(desk.get(address), "/words", words=SPOKEN + "，共两个孩子")
    masked = read(desk.send(f"/console/family-files/{case_id}"))
    whole = read(desk.send(f"/console/family-files/{case_id}", reason="上级检查要看原件"))

    assert "一段录音，还在路上" in on_its_way.text
    assert "还没有写成文字" in before.text
    assert "有1段录音还没有写成文字" in before.text
    assert (heard.data, heard.headers["Cache-Control"]) == (VOICE, "no-store")
    assert heard.headers["X-Content-Type-Options"] == "nosniff"
    assert empty.status == 422
    assert after.text.count(SPOKEN + "，共两个孩子") >= 2  # with the declaration, and with the recording
    assert "周研判" in after.text
    assert "还没有写成文字" not in after.text
    assert "录音1段" in masked.text
    assert SPOKEN not in masked.text
    assert f"文字：{SPOKEN}，共两个孩子" in whole.text
    rows = make.rows(RecordingText)
    assert len(rows) == 2  # the first wording stays on file
    assert not [row for row in rows if "屋顶" in row.words_sealed]


@pytest.mark.shows("story.4")
def test_who_has_not_the_family_in_their_place_neither_hears_nor_writes(
    console: Enter, cast: Cast, make: Maker
) -> None:
    case_id = make.case()
    with cast.acting("village") as by:
        voice = files.add_file(case_id, VOICE, kind="recording", by=by)
    path = f"/console/cases/{case_id}/recordings/{voice.id}/words"

    tried = {who: console(who).send(path, words="好").status_code for who in ("next_village", "other_reviewer")}
    heard = console("next_village").client.get(f"/console/files/{voice.id}/original").status_code
    county = console("county_op")
    page = county.get(f"/console/cases/{case_id}")
    county.send(path, words="好")

    assert (tried, heard) == ({"next_village": 404, "other_reviewer": 404}, 404)
    assert f'src="/console/files/{voice.id}/original"' in page.html  # the county hears it, and writes nothing
    assert "/words" not in page.html
    assert make.rows(RecordingText) == []
