"""A county that was backed up comes back: rows, files, keys and trail, at its newest state or a moment in between."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

import pymysql
import pytest
from sqlalchemy.engine import make_url

from backend import clock
from backend.errors import NotPossibleNow
from backend.services import audit, files
from backend.services.backups import durable, erased, folders, making
from backend.services.backups.folders import Kept
from backend.services.backups.manifests import MANIFEST
from backend.services.backups.shelves import Copied
from tests import mariadb
from tests.operations.backing import LOGGED, Host, Hosts, empty_database, hosts

HOLDS = """
import fcntl, os, sys, time

fcntl.flock(os.open(sys.argv[1], os.O_RDONLY), fcntl.LOCK_EX)
print(flush=True)
sys.stdin.readline()
time.sleep(1)
"""
NUMBERS = count()
BOTH = pytest.mark.parametrize("kind", ["sqlite", "mariadb"])


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosts]:
    with hosts(tmp_path_factory.mktemp("hosts")) as made:
        yield made


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with mariadb.running(options=LOGGED) as url:
        yield url


@pytest.fixture(scope="module")
def lost(make: Hosts) -> Host:
    """A county at work on SQLite; the tests of this file write into it one after the other."""
    return make("")


@pytest.fixture
def fresh(make: Hosts) -> Host:
    """A new machine: no table, and keys of its own that open nothing."""
    return make("", county=False)


@pytest.fixture
def pair(kind: str, make: Hosts, request: pytest.FixtureRequest) -> tuple[Host, Host]:
    """Return a county and a new machine on this kind of database."""
    if kind == "sqlite":
        return request.getfixturevalue("lost"), request.getfixturevalue("fresh")
    server = request.getfixturevalue("server")
    at_work, elsewhere = (f"{name}_{next(NUMBERS)}" for name in ("at_work", "elsewhere"))
    return make(empty_database(server, at_work)), make(empty_database(server, elsewhere), county=False)


@pytest.mark.shows("scale.4")
@BOTH
def test_a_county_comes_back_on_another_machine_as_it_was_at_a_moment_between_two_backups(
    pair: tuple[Host, Host], tmp_path: Path
) -> None:
    (lost, fresh), shelf, keys = pair, tmp_path / "backup", tmp_path / "keys"
    lost.declare("张三", with_photo=True)
    made = lost.type("backup", shelf, "--keys", keys)
    lost.declare("李四", with_photo=True)
    steps = [lost.type("backup", "between", shelf)]
    before, pictures = lost.counts(), lost.open_files()
    time.sleep(1.1)  # MariaDB's log knows whole seconds
    moment = clock.local(clock.real_now()).strftime("%Y-%m-%d %H:%M:%S")
    time.sleep(1.1)
    for name in ("王五", "赵六"):  # a step whose log grew with the next is the one that the moment needs
        lost.declare(name)
        steps.append(lost.type("backup", "between", shelf))

    looked = fresh.type("backup", "check", shelf)
    refused = fresh.type("restore", shelf)
    restored = fresh.type("restore", shelf, "--to", moment, "--keys", keys)
    verified, then, opened = fresh.type("audit", "verify"), fresh.counts(), fresh.open_files()
    again = fresh.type("restore", shelf)
    untouched = fresh.counts()
    newest = fresh.type("restore", shelf, "--replace")

    assert [made[0], *(status for status, _ in steps), looked[0]] == [0, 0, 0, 0, 0], (made, steps, looked)
    assert (refused[0], "--keys" in refused[1]) == (1, True), refused
    assert restored[0] == 0, restored
    assert (then, opened) == (before, pictures)
    assert verified == (0, "审计记录完整。\n")
    assert (again[0], "--replace" in again[1], untouched) == (1, True, before)
    assert (newest[0], fresh.counts()) == (0, lost.counts()), newest
    assert before != lost.counts()
    assert not [path for path in shelf.rglob("*") if "keys" in path.name]


@pytest.mark.shows("scale.4")
def test_sealing_goes_on_after_a_restore_to_an_earlier_moment(
    make: Hosts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "SETTLED", timedelta(seconds=-2))
    host, shelf, keys = make(""), tmp_path / "backup", tmp_path / "keys"
    host.declare("张三")
    host.type("backup", shelf, "--keys", keys)
    host.declare("李四")

    restored = host.type("restore", shelf, "--replace")
    host.declare("王五")

    assert restored[0] == 0, restored
    assert len((host.data / "audit-roots.txt").read_text().splitlines()) == 2
    assert host.type("audit", "verify") == (0, "审计记录完整。\n")


@pytest.mark.shows("scale.4")
@BOTH
def test_a_step_that_was_killed_takes_nothing_from_those_before_it(
    pair: tuple[Host, Host], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (lost, fresh), shelf, keys = pair, tmp_path / "backup", tmp_path / "keys"
    lost.declare("张三")
    lost.type("backup", shelf, "--keys", keys)
    lost.declare("李四")
    lost.type("backup", "between", shelf)
    before = lost.counts()
    lost.declare("王五")

    with monkeypatch.context() as patched:
        patched.setattr(making.shelves, "copy_since", _killed)
        killed = lost.type("backup", "between", shelf)
    looked = fresh.type("backup", "check", shelf)
    restored = fresh.type("restore", shelf, "--keys", keys)

    assert (killed[0], looked[0], restored[0]) == (1, 0, 0), (killed, looked, restored)
    assert fresh.counts() == before


@pytest.mark.shows("scale.4")
@BOTH
def test_steps_go_on_while_a_whole_backup_is_made_and_any_moment_of_it_can_be_restored(
    pair: tuple[Host, Host], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (lost, fresh), shelf, keys = pair, tmp_path / "backup", tmp_path / "keys"
    lost.declare("张三")
    lost.type("backup", shelf, "--keys", keys)
    seen: list[tuple[str, dict[str, int]]] = []
    monkeypatch.setattr(making.shelves, "copy_all", _meanwhile(lambda: seen.append(_declare_and_step(lost, shelf))))

    whole = lost.type("backup", shelf, "--keys", keys, "--keep", "2")
    [(moment, then)] = seen
    restored = fresh.type("restore", shelf, "--to", moment, "--keys", keys)
    at_the_moment = fresh.counts()
    newest = fresh.type("restore", shelf, "--replace")

    assert (whole[0], restored[0], newest[0]) == (0, 0, 0), (whole, restored, newest)
    assert at_the_moment == then
    assert fresh.counts() == lost.counts() != then


@pytest.mark.shows("scale.4")
@BOTH
def test_what_reaches_further_than_a_backup_that_took_long_is_kept_and_restored(
    pair: tuple[Host, Host], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (lost, fresh), shelf, keys = pair, tmp_path / "backup", tmp_path / "keys"
    lost.declare("张三")
    lost.type("backup", shelf, "--keys", keys)

    def meanwhile() -> None:
        lost.declare("李四")
        assert lost.type("backup", "between", shelf)[0] == 0
        monkeypatch.setattr(making.shelves, "copy_since", _full)

    monkeypatch.setattr(making.shelves, "copy_all", _meanwhile(meanwhile))
    whole = lost.type("backup", shelf, "--keep", "1")
    restored = fresh.type("restore", shelf, "--keys", keys)

    assert (whole[0], restored[0]) == (0, 0), (whole, restored)
    assert len(list(shelf.glob("*Z"))) == 2
    assert fresh.counts() == lost.counts()


@pytest.mark.shows("scale.4")
def test_the_accounts_of_the_operations_page_back_up_and_restore(make: Hosts, server: str, tmp_path: Path) -> None:
    of_program, of_backup, elsewhere = (_account(server, name) for name in ("program", "backing", "restoring"))
    _say_to(server, "GRANT ALL ON program.* TO program@localhost; GRANT ALL ON restoring.* TO restoring@localhost")
    _say_to(server, "GRANT SELECT, SHOW VIEW, TRIGGER, LOCK TABLES ON program.* TO backing@localhost")
    _say_to(server, "GRANT RELOAD, BINLOG MONITOR, REPLICATION SLAVE ON *.* TO backing@localhost")
    taken_by = make_url(of_backup).set(database="program").render_as_string(hide_password=False)
    lost, fresh = make(of_program, backup_database_url=taken_by), make(elsewhere, county=False)
    shelf, keys = tmp_path / "backup", tmp_path / "keys"
    lost.declare("张三")
    made = lost.type("backup", shelf, "--keys", keys)
    lost.declare("李四")
    step = lost.type("backup", "between", shelf)

    refused = fresh.type("restore", shelf, "--keys", keys)
    untouched = fresh.tables()
    _say_to(server, "GRANT BINLOG REPLAY ON *.* TO restoring@localhost")
    restored = fresh.type("restore", shelf, "--keys", keys)

    assert (made[0], step[0]) == (0, 0), (made, step)
    assert (refused[0], "BINLOG REPLAY" in refused[1], untouched) == (1, True, []), refused
    assert restored[0] == 0, restored
    assert fresh.counts() == lost.counts()


@pytest.mark.shows("scale.4")
def test_whom_any_list_names_as_erased_stays_named_after_a_restore_that_erased_nobody(
    lost: Host, tmp_path: Path
) -> None:
    shelf = tmp_path / "backup"
    lost.type("backup", shelf)
    [whole] = folders.wholes(shelf)
    _name_as_erased(whole, "77 procedure 5\n")

    step = lost.type("backup", "between", shelf)
    [whole] = folders.wholes(shelf)
    _name_as_erased(folders.steps(whole)[0], "77 whole 6\n")

    assert step[0] == 0, step
    assert [each.line for each in erased.known(shelf)] == ["77 whole 5,6\n"]


@pytest.mark.shows("scale.4")
def test_a_backup_that_a_retired_key_spoilt_is_not_gone_on_with(
    lost: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = tmp_path / "backup"
    with monkeypatch.context() as patched:
        patched.setattr(making.key_copies, "refuse_retired", _full)
        refused = lost.type("backup", shelf)

    again = lost.type("backup", shelf)

    assert (refused[0], again[0], "接着上次" in again[1]) == (1, 0, False), (refused, again)


def _account(url: str, name: str) -> str:
    """Make a database and an account of this name without any right, and return its address."""
    address = empty_database(url, name)
    _say_to(url, f"CREATE USER {name}@localhost IDENTIFIED BY 'opening-{name}'")
    return make_url(address).set(username=name, password=f"opening-{name}").render_as_string(hide_password=False)


def _say_to(url: str, statements: str) -> None:
    with pymysql.connect(unix_socket=str(make_url(url).query["unix_socket"]), user="root") as root:
        for each in statements.split(";"):
            root.cursor().execute(each)


def _name_as_erased(kept: Kept, line: str) -> None:
    path = kept.folder / erased.FILE
    path.write_text(line)
    parts = (*(part for part in kept.manifest.parts if part.name != erased.FILE), folders.part_of(path))
    kept.manifest.with_parts(*parts).write(kept.folder / MANIFEST)


def _killed(*_: object) -> Copied:
    raise KeyboardInterrupt


def _full(*_: object) -> Copied:
    raise NotPossibleNow("磁盘满了。")


def _meanwhile(do: Callable[[], None]) -> Callable[..., Copied]:
    copy = making.shelves.copy_all

    def copy_all(target: Path, folder: Path, before: Kept | None) -> Copied:
        do()
        return copy(target, folder, before)

    return copy_all


def _declare_and_step(host: Host, shelf: Path) -> tuple[str, dict[str, int]]:
    """Let a family declare, keep it, and return a moment in which it is known and the next is not."""
    host.declare("李四")
    assert host.type("backup", "between", shelf)[0] == 0
    counts = host.counts()
    time.sleep(1.1)  # MariaDB's log knows whole seconds
    moment = clock.local(clock.real_now()).strftime("%Y-%m-%d %H:%M:%S")
    time.sleep(1.1)
    host.declare("王五")
    return moment, counts


@pytest.mark.shows("scale.4")
@pytest.mark.parametrize("kind", ["sqlite", pytest.param("mariadb", marks=pytest.mark.slow)])
def test_a_family_that_was_erased_does_not_come_back_with_an_older_state(
    kind: str, make: Hosts, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if kind == "sqlite":
        lost, fresh = make(""), make("", county=False)
    else:
        server = request.getfixturevalue("server")
        lost, fresh = make(empty_database(server, "erasing")), make(empty_database(server, "erased"), county=False)
    shelf, keys = tmp_path / "backup", tmp_path / "keys"
    lost.declare("张三")
    number, name = lost.withdraw("张三")
    lost.declare("李四")
    lost.type("backup", shelf, "--keys", keys)
    time.sleep(1.1)  # MariaDB's log knows whole seconds
    moment = clock.local(clock.real_now()).strftime("%Y-%m-%d %H:%M:%S")
    time.sleep(1.1)

    erased = lost.type("family", "erase", number, "--yes")
    step = lost.type("backup", "between", shelf)
    restored = fresh.type("restore", shelf, "--to", moment, "--keys", keys)
    again = fresh.type("family", "erase-again", shelf)

    assert [erased[0], step[0], restored[0], again[0]] == [0, 0, 0, 0], (erased, step, restored, again)
    assert ("又删了 1 户" in restored[1], "又删了 0 户" in again[1]) == (True, True)
    assert (fresh.named(name), bool(fresh.named("李四"))) == (set(), True)
    assert not any(name in path.read_text() for path in shelf.rglob("erased.txt"))
    assert fresh.type("audit", "verify") == (0, "审计记录完整。\n")


@pytest.mark.shows("scale.4")
def test_what_is_spoilt_or_missing_is_named_and_nothing_is_restored_from_it(
    lost: Host, fresh: Host, tmp_path: Path
) -> None:
    shelf, keys = tmp_path / "backup", tmp_path / "keys"
    lost.declare("张三", with_photo=True)
    lost.type("backup", shelf, "--keys", keys)
    content = next(path for path in (shelf / "content").rglob("*") if path.is_file())
    was = content.read_bytes()

    said = []
    for spoil in (lambda: content.write_bytes(was[:-1] + b"x"), content.unlink):
        spoil()
        said.append(fresh.type("backup", "check", shelf))
        said.append(fresh.type("restore", shelf, "--keys", keys))
    content.write_bytes(was)
    [manifest] = shelf.glob("*Z/manifest.json")
    manifest.write_text(manifest.read_text()[:-9])
    said.append(fresh.type("restore", shelf, "--keys", keys))

    assert [status for status, _ in said] == [1] * 5
    assert all(
        word in text for (_, text), word in zip(said, ["坏了", "坏了", "不见了", "不见了", "读不懂"], strict=True)
    )
    assert not (fresh.data / "files").exists() or not list((fresh.data / "files").rglob("*.*"))


@pytest.mark.shows("scale.4")
def test_a_backup_that_broke_off_is_never_taken_for_a_whole_one_and_the_next_goes_on_with_it(
    lost: Host, fresh: Host, tmp_path: Path
) -> None:
    shelf, keys = tmp_path / "backup", tmp_path / "keys"
    lost.declare("张三", with_photo=True)
    shelf.mkdir()
    in_the_way = shelf / "content"
    in_the_way.touch()

    broken = lost.type("backup", shelf, "--keys", keys)
    in_the_way.unlink()
    half = fresh.type("restore", shelf, "--keys", keys)
    again = lost.type("backup", shelf, "--keys", keys)
    restored = fresh.type("restore", shelf, "--keys", keys)

    assert (broken[0], "写不进去" in broken[1]) == (1, True), broken
    assert (half[0], "没有一份做完的备份" in half[1]) == (1, True)
    assert (again[0], "接着上次" in again[1], "数据库：" in again[1]) == (0, True, False), again
    assert restored[0] == 0, restored
    assert fresh.counts() == lost.counts()


@pytest.mark.shows("scale.4")
@pytest.mark.parametrize("torn", ["", '{"form": 1, "taken_at": "2026-'])
def test_an_unfinished_backup_whose_manifest_is_torn_does_not_hinder_the_next(
    lost: Host, fresh: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, torn: str
) -> None:
    shelf, keys = tmp_path / "backup", tmp_path / "keys"
    with monkeypatch.context() as patched:
        patched.setattr(making.shelves, "copy_all", _full)
        lost.type("backup", shelf)
    [begun] = shelf.glob("unfinished/*/begun.json")
    begun.write_text(torn)

    made = lost.type("backup", shelf, "--keys", keys)
    restored = fresh.type("restore", shelf, "--keys", keys)

    assert (made[0], "接着上次" in made[1], folders.unfinished(shelf)) == (0, False, []), made
    assert (restored[0], fresh.counts()) == (0, lost.counts()), restored


@pytest.mark.shows("scale.4")
def test_a_manifest_is_whole_on_the_disk_before_it_has_its_name(
    lost: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(durable.os, "fsync", _full)
    monkeypatch.setattr(making.shelves, "copy_all", _full)

    broken = lost.type("backup", tmp_path)

    assert (broken[0], list(tmp_path.rglob("begun.json"))) == (1, []), broken


@pytest.mark.shows("scale.4")
def test_only_what_is_new_is_copied_and_old_backups_go_with_what_they_alone_held(lost: Host, tmp_path: Path) -> None:
    shelf = tmp_path / "backup"
    lost.declare("张三", with_photo=True)
    lost.type("backup", shelf)
    with lost.inside():
        gone = next(iter(files.store().ids(older_than_seconds=0)))
    copied = {path: path.stat().st_mtime_ns for path in (shelf / "content").rglob("*") if path.is_file()}
    lost.declare("李四", with_photo=True)
    with lost.inside():
        held = {variant: files.store().get(gone, variant) for variant in (files.ORIGINAL, files.THUMBNAIL)}
        files.store().delete(gone)

    _, second = lost.type("backup", shelf, "--keep", "1")
    with lost.inside():
        for variant, content in held.items():
            files.store().put(gone, variant, content)

    left = {path: path.stat().st_mtime_ns for path in (shelf / "content").rglob("*") if path.is_file()}
    assert "其中新的 2 个" in second
    assert f"附件 {gone} 在库里有登记，却没有内容" in second
    assert len(set(copied) - set(left)) == 2
    assert {path: left[path] for path in set(copied) & set(left)}.items() <= copied.items()
    assert len(list(shelf.glob("*Z"))) == 1
    assert json.loads(next(shelf.glob("*Z/manifest.json")).read_text())["without_content"] == [gone]


@pytest.mark.shows("scale.4")
def test_what_cannot_be_done_is_said_in_one_plain_line(lost: Host, tmp_path: Path) -> None:
    shelf = tmp_path / "backup"
    typed = {
        ("backup", shelf, "--keys", shelf / "keys"): "分开放",
        ("backup", "between", shelf): "还没有完整的备份",
        ("backup", "check", shelf): "没有一份做完的备份",
        ("restore", shelf, "--to", "昨天"): "不是时刻",
        ("backup", "/proc/nowhere"): "写不进去",
    }

    said = {words: lost.type(*words) for words in typed}

    assert [(status, typed[words] in text) for words, (status, text) in said.items()] == [(1, True)] * len(typed), said
    assert all(len(text.splitlines()) == 1 for _, text in said.values())


@pytest.mark.shows("scale.4")
def test_keys_that_may_not_be_read_are_told_from_keys_that_do_not_fit(lost: Host, fresh: Host, tmp_path: Path) -> None:
    shelf, keys = tmp_path / "backup", tmp_path / "keys"
    lost.type("backup", shelf)
    keys.mkdir()
    other = fresh.type("restore", shelf, "--keys", keys)
    (keys / "a-keys.json").symlink_to("a-keys.json")  # root, too, may be who tests, and nothing else is closed to root

    closed = fresh.type("restore", shelf, "--keys", keys)

    assert (other[0], "打不开要恢复的内容" in other[1]) == (1, True), other
    assert (closed[0], f"读不到 {keys / 'a-keys.json'}" in closed[1]) == (1, True), closed


@pytest.mark.shows("scale.4")
def test_a_job_keeps_up_with_the_newest_backup_unless_a_timer_has_just_done_so(
    lost: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = tmp_path / "backup"
    known = lost.app.extensions["settings"]
    monkeypatch.setitem(lost.app.extensions, "settings", replace(known, backup_dir=str(shelf)))

    with lost.inside():
        before = making.keep_up_when_due()
    lost.type("backup", shelf)
    with lost.inside():
        just_made = making.keep_up_when_due()
    [manifest] = shelf.glob("*Z/manifest.json")
    old = (clock.real_now() - timedelta(minutes=10)).isoformat()
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"taken_at": old}))
    with lost.inside():
        due, again = making.keep_up_when_due(), making.keep_up_when_due()

    assert (before, just_made, due, again) == (0, 0, 1, 0)
    assert len(list(shelf.glob("*Z/between/*Z/database.sqlite3.gz"))) == 1


@pytest.mark.shows("scale.4")
def test_while_another_one_writes_a_timers_step_waits_and_a_jobs_step_is_left_out(
    lost: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = tmp_path / "backup"
    known = lost.app.extensions["settings"]
    monkeypatch.setitem(lost.app.extensions, "settings", replace(known, backup_dir=str(shelf)))
    monkeypatch.setattr(making, "JUST_MADE", timedelta(0))
    lost.type("backup", shelf)

    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, shelf / folders.CONTENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdin
        assert other.stdout
        other.stdout.readline()
        with lost.inside():
            left = making.keep_up_when_due()
        print("for one more second", file=other.stdin, flush=True)
        status, said = lost.type("backup", "between", shelf)

    assert (left, status) == (0, 0), said
    assert len(list(shelf.glob("*Z/between/*Z/manifest.json"))) == 1
