"""Photos of a regular visit: wanted by nobody, announced with the visit, in once each, whatever the network does."""

import hashlib

import pytest
from flask import Flask

from backend.models import Household, StoredFile
from tests.api.photos import photo, sent
from tests.at_once import at_once
from tests.people import Cast, Maker
from tests.services.watching import households

pytestmark = pytest.mark.shows("client.3", "monitoring.2")

VISIT = {"way": "home", "conclusion": "fine"}


def household_of(app: Flask, make: Maker) -> int:
    households(app, 1)  # of the roster: it never had a case
    return int(make.rows(Household)[0].id)


def test_a_visit_to_a_family_without_a_case_takes_its_photos_one_by_one_and_each_once(
    app: Flask, make: Maker, cast: Cast
) -> None:
    household_id, village = household_of(app, make), cast.phone("village")
    pictures = [photo(60), photo(120)]
    announced = [hashlib.sha256(each).hexdigest() for each in pictures]

    filed = village.post(f"/households/{household_id}/rounds", **VISIT, photos=announced)
    missing = []
    for each in (pictures[0], pictures[0], pictures[1]):
        [listed] = village.get(f"/households/{household_id}/rounds").json["items"]
        missing.append(listed["missing_photos"])
        assert village.send(f"/rounds/{filed.json['id']}/files", file=sent(each)).status_code == 201
    [listed] = village.get(f"/households/{household_id}/rounds").json["items"]

    assert filed.status_code == 201, filed.json  # filed before any photo came: nothing waits for them
    assert missing == [2, 1, 1]
    assert (listed["missing_photos"], len(listed["photos"])) == (0, 2)
    shown = village.get(f"/files/{listed['photos'][0]['id']}")
    assert (shown.status_code, shown.headers["Cache-Control"]) == (200, "no-store")
    assert cast.phone("next_village").get(f"/files/{listed['photos'][0]['id']}").status_code == 404


def test_what_a_visit_did_not_announce_does_not_hang_on_it(app: Flask, make: Maker, cast: Cast) -> None:
    household_id, village = household_of(app, make), cast.phone("village")
    announced = [hashlib.sha256(photo(60)).hexdigest(), hashlib.sha256(b"no picture").hexdigest()]
    visit_id = village.post(f"/households/{household_id}/rounds", **VISIT, photos=announced).json["id"]

    answers = [village.send(f"/rounds/{visit_id}/files", file=sent(each)) for each in (photo(9), b"no picture")]

    assert [each.status_code for each in answers] == [422, 422]
    assert cast.phone("next_village").send(f"/rounds/{visit_id}/files", file=sent(photo(60))).status_code == 404
    assert make.rows(StoredFile) == []


def test_the_same_photo_of_a_visit_sent_five_times_at_once_is_one_file(app: Flask, make: Maker, cast: Cast) -> None:
    household_id, village = household_of(app, make), cast.phone("village")
    sha256 = hashlib.sha256(photo(60)).hexdigest()
    visit_id = village.post(f"/households/{household_id}/rounds", **VISIT, photos=[sha256]).json["id"]

    answers = at_once([lambda: village.send(f"/rounds/{visit_id}/files", file=sent(photo(60)))] * 5)

    assert {each.status_code for each in answers} == {201}
    assert len(make.rows(StoredFile)) == 1
