import csv
from datetime import date
from itertools import islice
from pathlib import Path

import pytest

from backend.demo.people import AS_OF, InventedPerson, check_digit, households, id_number, phone
from backend.policy import load_preset

VILLAGES = ("130126100001", "130126100002", "130126101201")
REGIONS = Path(__file__).parents[2] / "backend" / "regions_data"
CROWD = list(households(7, 2000, VILLAGES))
PEOPLE = [person for household in CROWD for person in household.members]


def county_codes():
    rows = [row for file in REGIONS.glob("*.csv") for row in csv.DictReader(file.read_text("utf-8").splitlines())]
    return {row["code"][:6] for row in rows if len(row["code"]) >= 6}


@pytest.mark.shows("story.1")
def test_every_id_number_is_its_owners_alone():
    assert len({person.id_number for person in PEOPLE}) == len(PEOPLE)


@pytest.mark.shows("story.1")
def test_every_id_number_is_valid_in_form():
    for person in PEOPLE:
        number = person.id_number
        assert len(number) == 18
        assert number[-1] == check_digit(number[:17])
        assert date.fromisoformat(f"{number[6:10]}-{number[10:12]}-{number[12:14]}") == person.born_on
        assert (int(number[16]) % 2 == 1) == (person.sex == "male")


def test_the_check_digit_is_that_of_the_standard():
    assert check_digit("11010519491231002") == "X"
    assert check_digit("44052418800101001") == "4"


@pytest.mark.shows("story.1")
def test_no_county_has_the_region_of_an_invented_id_number():
    known = county_codes()

    assert {"130126", "340321", "341502"} <= known
    assert not {person.id_number[:6] for person in PEOPLE} & known
    assert all(71 <= int(person.id_number[2:4]) <= 99 and person.id_number[2:4] != "90" for person in PEOPLE)


def test_no_city_prefecture_or_county_of_the_region_data_is_coded_as_invented_people_are():
    assert all(int(code[2:4]) <= 70 or code[2:4] == "90" for code in county_codes())


@pytest.mark.shows("story.1")
def test_telephones_have_eleven_digits_and_no_operator():
    phones = [person.phone for person in PEOPLE if person.phone]

    assert all(number.isdigit() and len(number) == 11 and number.startswith("154") for number in phones)
    assert len(set(phones)) == len(phones)
    assert all(household.head.phone for household in CROWD)


def test_the_same_seed_makes_the_same_people():
    assert list(households(7, 50, VILLAGES)) == CROWD[:50]
    assert list(households(8, 50, VILLAGES)) != CROWD[:50]


def test_families_are_spread_over_the_villages_and_are_families():
    assert {household.village_code for household in CROWD} == set(VILLAGES)
    for household in CROWD:
        relations = [person.relation for person in household.members]
        assert relations[0] == "head"
        assert relations.count("head") == 1
        assert relations.count("spouse") <= 1
        assert all(person.born_on < AS_OF for person in household.members)


def test_some_names_are_those_that_break_old_systems():
    names = [person.name for person in PEOPLE]

    assert any("·" in name for name in names)
    assert any(len(name) == 1 for name in names)
    assert any(ord(sign) > 0xFFFF for name in names for sign in name)


def test_people_are_described_in_the_policys_words():
    words = load_preset("NATIONAL").dictionaries

    assert {person.relation for person in PEOPLE} <= set(words["relations"])
    assert {person.health for person in PEOPLE} == set(words["health"])
    assert {person.labour for person in PEOPLE} == set(words["labour"])
    assert {household.risk for household in CROWD} == set(words["risks"])


def test_a_trouble_fits_the_family():
    for household in CROWD:
        ill = {person.health for person in household.members}
        assert household.risk != "disability" or "disabled" in ill
        assert household.risk != "illness" or ill & {"chronic", "serious_illness"}
        assert household.hardship


def test_numbers_stay_apart_when_a_county_runs_into_the_next():
    serials = [0, 498, 499, 499 * 99, 499 * 99 * 28, 499 * 99 * 28 * 5 - 1]

    numbers = {id_number(serial, date(1960, 5, 1), "male") for serial in serials}

    assert len(numbers) == len(serials)
    with pytest.raises(ValueError, match="impossible"):
        id_number(499 * 99 * 28 * 5, date(1960, 5, 1), "male")


def test_the_first_million_telephones_differ():
    assert len({phone(serial) for serial in range(1_000_000)}) == 1_000_000


def test_nobody_is_invented_without_a_village():
    with pytest.raises(ValueError, match="village"):
        list(islice(households(1, 1, ()), 1))


def test_a_person_is_a_plain_record():
    assert isinstance(PEOPLE[0], InventedPerson)
    with pytest.raises(AttributeError):
        PEOPLE[0].name = "x"
