"""Keys that were changed between two backups: a moment is restored with those of its time, or not begun."""

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from backend import clock
from backend.privacy import keys as key_file
from backend.privacy.seal import SealBroken
from backend.services.backups import erased, folders
from backend.services.backups.erased import Erased
from tests import mariadb
from tests.operations.backing import LOGGED, Host, Hosts, empty_database, hosts

pytestmark = pytest.mark.shows("scale.4")


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosts]:
    with hosts(tmp_path_factory.mktemp("hosts")) as made:
        yield made


@pytest.fixture
def pair(kind: str, make: Hosts) -> Iterator[tuple[Host, Host]]:
    """Return a county and a new machine on this kind of database."""
    if kind == "sqlite":
        yield make(""), make("", county=False)
        return
    with mariadb.running(options=LOGGED) as server:
        yield make(empty_database(server, "at_work")), make(empty_database(server, "elsewhere"), county=False)


def _seal_key(host: Host) -> str:
    return key_file.load(host.app.extensions["settings"].keys_path).seal.current


def _settle(host: Host) -> None:
    """Let the key file look as if it had been changed an hour ago."""
    path = host.app.extensions["settings"].keys_path
    past = path.stat().st_mtime - 3600
    os.utime(path, (past, past))


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_a_moment_before_keys_were_changed_wants_the_keys_of_then_before_anything_is_touched(
    pair: tuple[Host, Host], tmp_path: Path
) -> None:
    (lost, fresh), shelf, keys, newer = pair, tmp_path / "backup", tmp_path / "keys", tmp_path / "newer"
    lost.declare("张三", with_photo=True)
    lost.type("backup", shelf, "--keys", keys)
    before, pictures, earlier = lost.counts(), lost.open_files(), _seal_key(lost)
    time.sleep(1.1)  # MariaDB's log knows whole seconds
    moment = clock.local(clock.real_now()).strftime("%Y-%m-%d %H:%M:%S")
    time.sleep(1.1)
    lost.type("keys", "rotate", "seal")
    _settle(lost)
    retired = lost.type("keys", "retire", "seal")
    lost.type("backup", "between", shelf, "--keys", newer)

    refused = fresh.type("restore", shelf, "--to", moment, "--keys", newer)
    untouched = fresh.tables()
    shutil.copytree(newer, keys, dirs_exist_ok=True)
    restored = fresh.type("restore", shelf, "--to", moment, "--keys", keys)
    then, opened, verified = fresh.counts(), fresh.open_files(), fresh.type("audit", "verify")
    newest = fresh.type("restore", shelf, "--replace", "--keys", newer)

    assert earlier in retired[1], retired
    assert (refused[0], earlier in refused[1], "--keys" in refused[1], untouched) == (1, True, True, []), refused
    assert (restored[0], then, opened) == (0, before, pictures), restored
    assert verified == (0, "审计记录完整。\n")
    assert (newest[0], fresh.open_files()) == (0, pictures), newest


def test_a_key_stays_until_a_whole_backup_was_made_after_it_was_changed(
    make: Hosts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host, shelf = make(""), tmp_path / "backup"
    known = replace(host.app.extensions["settings"], backup_dir=str(shelf))
    monkeypatch.setitem(host.app.extensions, "settings", known)
    host.type("backup", shelf)
    host.type("keys", "rotate", "seal")
    host.type("backup", "between", shelf)
    _settle(host)

    refused = host.type("keys", "retire", "seal")
    host.type("backup", shelf)
    retired = host.type("keys", "retire", "seal")

    assert (refused[0], "完整的备份" in refused[1]) == (1, True), refused
    assert (retired[0], "已停用旧密钥" in retired[1]) == (0, True), retired


def test_a_step_names_every_key_that_was_there_while_it_was_made(
    make: Hosts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host, shelf = make(""), tmp_path / "backup"
    host.type("backup", shelf)
    earlier, write = _seal_key(host), erased.write

    def meanwhile(folder: Path, target: Path) -> None:
        host.type("keys", "rotate", "seal")
        _settle(host)
        host.type("keys", "retire", "seal")
        write(folder, target)

    monkeypatch.setattr(erased, "write", meanwhile)
    host.type("backup", "between", shelf)

    [step] = folders.steps(folders.wholes(shelf)[0])
    assert step.manifest.keys["seal"] == (earlier, _seal_key(host))


def test_a_family_whose_seals_do_not_open_is_named_and_the_others_are_erased_again(
    make: Hosts, monkeypatch: pytest.MonkeyPatch
) -> None:
    host, said, done = make(""), list[str](), list[int]()

    def erase(household_id: int, **_: object) -> int:
        if household_id == 1:
            raise SealBroken
        done.append(household_id)
        return 1

    monkeypatch.setattr(erased.erasures, "erase", erase)
    monkeypatch.setattr(erased, "_cases_of", lambda household_id: [household_id])
    with host.inside():
        count = erased.erase_again([Erased(each, True, frozenset({each})) for each in (1, 2)], said.append)

    assert (count, done) == (1, [2])
    assert "农户 1 " in said[0]
    assert "打不开" in said[0]
