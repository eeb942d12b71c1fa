"""A county goes over to the national ciphers (国密) while people work, and back again if it must."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from backend import clock
from backend.access.scope import as_system
from backend.db import db
from backend.models import Declaration, Person
from backend.privacy import current
from backend.services import audit, counties, files, rotation
from bench.copies import Desks, Stencil, copies
from bench.load import load
from tests.api.photos import photo
from tests.bench.conftest import desks as desks
from tests.bench.conftest import stencils as stencils
from tests.conftest import REGIONS
from tests.people import FORM, Cast, Maker, Phone, id_number
from tests.services.test_rotation import _settle
from tests.services.test_rotation import keys_path as keys_path

pytestmark = pytest.mark.shows("scale.7")
ROWS, WITHIN = 100_000, 600


@pytest.fixture
def choose(app: Flask, keys_path: Path) -> Iterator[Callable[[str], None]]:
    """Set CIPHERS for this application, and set it back."""
    before = app.extensions["settings"]

    def to(suite: str) -> None:
        app.extensions["settings"] = replace(before, ciphers=suite)

    yield to
    app.extensions["settings"] = before


def _change(app: Flask, path: Path) -> None:
    with app.app_context():
        for ring in ("seal", "index", "audit"):
            rotation.begin(ring)
            assert rotation.carry_on(ring).damaged == []
        for ring in ("seal", "index"):
            _settle(path)
            rotation.retire(ring)


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_everything_is_under_the_national_ciphers_and_everybody_reads_on(
    make: Maker, cast: Cast, app: Flask, keys_path: Path, choose: Callable[[str], None], kind: str
) -> None:
    farmer, key = cast.farmer(), "6f0d8a52-7777-4000-8000-000000000001"
    first = farmer.post("/declarations", key=key, **FORM)
    case_id = make.case("accept", "visit", openid="other", id_number=id_number(2))
    with cast.acting("village") as village:
        picture = files.add_file(case_id, photo(), kind="picture", by=village)
    before = cast.phone("village").get(f"/cases/{case_id}").json

    choose("sm")
    _change(app, keys_path)

    with app.app_context():
        tokens = [
            token
            for model, name in rotation.sealed_columns()
            for row in make.rows(model)
            if (token := getattr(row, name))
        ]
        listed = rotation.known_keys()
        assert audit.verify(app.extensions["settings"].data_dir / "no-roots") == []
    assert len(tokens) >= 10
    assert {token[:3] for token in tokens} == {"s1."}
    used = {(ring, algorithm) for ring, _, algorithm, is_current in listed if is_current}
    assert used == {("seal", "sm4-gcm"), ("index", "hmac-sm3"), ("audit", "hmac-sm3")}
    assert cast.phone("village").get(f"/cases/{case_id}").json == before
    assert cast.phone("village").get(f"/files/{picture.id}").status_code == 200
    assert farmer.post("/declarations", key=key, **FORM).json == first.json
    again = make.declaration(openid="again")
    assert [row.case_id for row in make.rows(Declaration) if str(row.id) == first.json["id"]] == [again.case_id]
    choose("aes")
    _change(app, keys_path)
    assert cast.phone("village").get(f"/cases/{case_id}").json == before


def test_the_command_says_which_keys_there_are_and_refuses_a_word_it_does_not_know(
    app: Flask, choose: Callable[[str], None]
) -> None:
    runner = app.test_cli_runner()
    choose("sm")
    runner.invoke(args=["keys", "rotate", "seal"])
    choose("des")
    refused = runner.invoke(args=["keys", "rotate", "seal"])
    listed = runner.invoke(args=["keys", "list"]).output.splitlines()

    assert (refused.exit_code, refused.output.count("\n")) == (1, 1)
    assert "CIPHERS=des" in refused.output
    assert len(listed) == 4
    assert [line.endswith("在用") for line in listed] == [False, True, True, True]
    assert "sm4-gcm" in listed[1]
    assert not [line for line in listed if current.keys().seal.key.secret.hex() in line]


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_a_hundred_thousand_values_change_cipher_while_people_read(
    app: Flask,
    cast: Cast,
    choose: Callable[[str], None],
    stencils: list[Stencil],
    desks: Desks,
    kind: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Reliability 41."""
    villages = [row["code"] for row in counties.read_regions(REGIONS) if row["level"] == "village"]
    with app.app_context():
        load(str(db.engine.url), copies(ROWS // 4, stencils, villages, until=clock.now()), desks)
        assert _sealed_values() >= ROWS
    reader, stop = cast.phone("village"), threading.Event()
    seen, slowest = Counter[int](), [0.0]
    thread = threading.Thread(target=lambda: _read(reader, stop, seen, slowest))
    thread.start()
    choose("sm")
    began = clock.monotonic()

    with app.app_context():
        rotation.begin("seal")
        progress = rotation.carry_on("seal")
    took = clock.monotonic() - began
    stop.set()
    thread.join()

    with capsys.disabled():
        told = f"{progress.changed} values in {took:.0f} s, {sum(seen.values())} pages read, slowest {slowest[0]:.2f} s"
        print(f"\n{kind}: {told}")  # noqa: T201 - the figure of the run
    assert progress.changed >= ROWS
    assert progress.damaged == []
    assert took <= WITHIN
    assert set(seen) == {200}
    assert sum(seen.values()) >= 100
    with app.app_context(), as_system("a test looks"):
        heads = db.session.scalars(select(func.substr(Person.id_sealed, 1, 3)).distinct()).all()
    assert {head for head in heads if head} == {"s1."}


def _read(phone: Phone, stop: threading.Event, seen: Counter[int], slowest: list[float]) -> None:
    while not stop.is_set():
        began = clock.monotonic()
        tasks = phone.get("/tasks", size="20")
        case_id = tasks.json["items"][0]["case_id"]
        seen.update([tasks.status_code, phone.get(f"/cases/{case_id}").status_code])
        slowest[0] = max(slowest[0], clock.monotonic() - began)


def _sealed_values() -> int:
    with as_system("a test counts"):
        return sum(
            db.session.scalar(select(func.count()).where(getattr(model, name).is_not(None))) or 0
            for model, name in rotation.sealed_columns()
        )
