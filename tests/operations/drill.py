"""`make drill`: a county of a million cases is lost and restored; a table says in how many seconds and what was lost.

While people declare: a whole backup that is killed once and goes on, three steps after it, a fourth while nobody
declares, then the database dies. It comes back on another machine as it was at a moment between the first two steps,
and then as it was at the last one: each table's content is compared with what was there.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import select

from backend import clock
from backend.access.scope import act_within, as_system
from backend.db import db, new_id
from backend.files.store import FileStore
from backend.models import Declaration
from backend.privacy.keys import KeyFile
from backend.services import declarations, sign_ins
from backend.services.backups import choosing
from backend.services.declarations import DeclarationForm
from bench import county as bench_county
from bench.county import County, open_county
from bench.load import engine_for
from bench.servers import environment_of
from bench.settings import APP_ID, CHECKOUT, COUNTY, DATA
from tests import mariadb
from tests.contents import Contents, columns_of, contents
from tests.operations.backing import LOGGED
from wsgi import create_app

KINDS = {"mariadb": 1_000_000, "sqlite": 100_000}
"""Each database with the cases of a whole drill: each step copies SQLite whole, and no county that large runs on it."""
FILE_BYTES = 64 * 1024
MOST_FILES = 20_000
ROOMY = ("--innodb-buffer-pool-size=4G", "--innodb-log-file-size=2G", "--max-allowed-packet=64M")
PAUSE = 0.2
RECOVERY_POINT, RECOVERY_TIME = 15 * 60, 30 * 60
"""Seconds: how much may be lost, and how soon it must be back."""


@dataclass
class Drill:
    """What one drill measured, line by line, and what went wrong in it."""

    kind: str
    cases: int
    lines: list[tuple[str, str]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def note(self, what: str, value: object) -> None:
        self.lines.append((what, str(value)))
        print(f"  {self.kind:8} {what:52} {value}", flush=True)

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        began = clock.monotonic()
        yield
        self.note(what, f"{clock.monotonic() - began:.1f} s")


@dataclass
class Machine:
    """One machine: its folder, its database, and the commands that are typed on it."""

    home: Path
    url: str

    def start(self, *words: object) -> "subprocess.Popen[str]":
        settings = bench_county.settings_for(self.url, self.home / "data")
        environment = os.environ | environment_of(settings)
        environment |= {"KEYS_FILE": str(self.home / "keys.json"), "AUDIT_ROOTS_FILE": "", "BACKUP_DATABASE_URL": ""}
        command = [sys.executable, "-m", "flask", "--app", "wsgi", *map(str, words)]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=CHECKOUT, env=environment, stdout=pipe, stderr=pipe, text=True)

    def type(self, *words: object) -> tuple[int, str]:
        program = self.start(*words)
        out, err = program.communicate()
        return program.returncode, out + "".join(line for line in err.splitlines(True) if not line.startswith("{"))


class People:
    """They declare the whole time, and remember what they were told and when."""

    def __init__(self, county: County) -> None:
        self._county, self._over, self._turn = county, threading.Event(), threading.Lock()
        self.told: list[tuple[datetime, int]] = []
        self._thread = threading.Thread(target=self._declare)

    def __enter__(self) -> "People":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def still(self) -> threading.Lock:
        """Let nobody declare within a `with`."""
        return self._turn

    def _declare(self) -> None:
        village, number = bench_county.villages()[0], 0
        while not self._over.wait(PAUSE):
            number += 1
            with self._turn:
                self.told.append(self._declare_once(village, number))

    def _declare_once(self, village: str, number: int) -> tuple[datetime, int]:
        with self._county.app.app_context():
            by = sign_ins.open_phone(APP_ID, f"drill-{number}", COUNTY).actor
        form = DeclarationForm(
            village_code=village,
            head_name=f"周{number}",
            phone="15400000000",
            hardship="屋顶漏雨",
            risk="housing",
            consents={"health": True, "assets": True, "minors": False},
        )
        with self._county.app.app_context():
            act_within(by.scope)
            made = declarations.declare(form, by=by)
        return clock.real_now(), made.id


def play(kind: str, cases: int) -> Drill:
    """Lose and restore a county of so many cases; what was wrong is in `wrong`."""
    drill = Drill(kind, cases)
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sw-drill-")))
        old, server = _machine(stack, kind, place / "old")
        new, _ = _machine(stack, kind, place / "new")
        with drill.timed(f"{cases:,} cases loaded"):
            county = _county(drill, old)
        shelf, keys = place / "backup", place / "keys"
        with People(county) as people:
            _back_up(drill, old, shelf, keys)
            with people.still():
                moment, between = _between(drill, old, shelf)
            for _ in range(2):  # the log that the moment needs has grown since
                _step(drill, old, shelf)
                time.sleep(2)
            with people.still():
                _step(drill, old, shelf)
                newest = _content(old)
            time.sleep(2)
        _lose(old, server)
        drill.note("declarations told to have arrived", len(people.told))
        _restore(drill, new, shelf, keys, moment)
        known = choosing.choose(shelf, moment)
        held = moment if kind == "mariadb" else known.latest.taken_at  # SQLite: the newest copy before it
        _judge(drill, new, people.told, held, "at a moment between")
        _compare(drill, between, _content(new), "at a moment between")
        with drill.timed("restored again, to the newest state"):
            drill.wrong += _failed(new.type("restore", shelf, "--replace"))
        _judge(drill, new, people.told, choosing.choose(shelf, None).latest.taken_at, "at the newest state")
        _compare(drill, newest, _content(new), "at the newest state")
    return drill


def _machine(stack: ExitStack, kind: str, home: Path) -> tuple[Machine, Path | None]:
    (home / "data").mkdir(parents=True)
    if kind == "sqlite":
        return Machine(home, f"sqlite:///{home / 'data' / 'county.sqlite3'}"), None
    (home / "mariadb").mkdir()
    url = stack.enter_context(mariadb.running(home / "mariadb", durable=True, options=(*LOGGED, *ROOMY)))
    return Machine(home, url), home / "mariadb"


def _county(drill: Drill, machine: Machine) -> County:
    county = open_county(machine.url, machine.home / "data")
    bench_county.fill(county, drill.cases)
    shutil.copy2(DATA / "keys.json", machine.home / "keys.json")
    shelf = FileStore(machine.home / "data" / "files", KeyFile(machine.home / "keys.json").ring())
    shelf.root.mkdir(mode=0o700)
    chance = Random(drill.cases)
    for _ in range(min(drill.cases // 10, MOST_FILES)):
        shelf.put(new_id(), "original", chance.randbytes(FILE_BYTES))
    drill.wrong += _failed(machine.type("audit", "seal"))
    return county


def _back_up(drill: Drill, machine: Machine, shelf: Path, keys: Path) -> None:
    """Make a whole backup, killed once on its way."""
    began = clock.monotonic()
    killed = machine.start("backup", shelf, "--keys", keys)
    while killed.poll() is None and not list(shelf.glob("unfinished/*/begun.json")):
        time.sleep(0.02)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    drill.note("backup killed once its database was done, after", f"{clock.monotonic() - began:.1f} s")
    if list(shelf.glob("*Z/manifest.json")):
        drill.wrong.append("a backup that was killed counts as whole")
    with drill.timed("backup gone on with and finished"):
        drill.wrong += _failed(machine.type("backup", shelf, "--keys", keys))
    size = sum(path.stat().st_size for path in shelf.rglob("*") if path.is_file())
    drill.note("bytes of the backup", f"{size / 1e6:,.0f} MB")


def _between(drill: Drill, machine: Machine, shelf: Path) -> tuple[datetime, Contents]:
    """Make a step while nobody declares; return a moment after it, and what was in the tables then."""
    _step(drill, machine, shelf)
    content = _content(machine)
    time.sleep(2)  # MariaDB's log knows whole seconds
    moment = clock.real_now().replace(microsecond=0)
    time.sleep(2)
    return moment, content


def _step(drill: Drill, machine: Machine, shelf: Path) -> None:
    with drill.timed("step between two backups"):
        drill.wrong += _failed(machine.type("backup", "between", shelf))


def _lose(machine: Machine, server: Path | None) -> None:
    """Kill the database as a power cut does, and throw the machine away."""
    if server is not None:
        mariadb.crash(server)
        shutil.rmtree(server / "data")
    shutil.rmtree(machine.home / "data")


def _restore(drill: Drill, machine: Machine, shelf: Path, keys: Path, moment: datetime) -> None:
    began = clock.monotonic()
    with drill.timed("backup checked"):
        drill.wrong += _failed(machine.type("backup", "check", shelf))
    told = f"{clock.local(moment):%Y-%m-%d %H:%M:%S}"
    with drill.timed("restored to a moment in between, rows compared"):
        status, said = machine.type("restore", shelf, "--to", told, "--keys", keys)
    drill.wrong += _failed((status, said))
    seconds = clock.monotonic() - began
    if seconds > RECOVERY_TIME:
        drill.wrong.append(f"restoring took {seconds:.0f} s of {RECOVERY_TIME}")
    with drill.timed("audit verify"):
        drill.wrong += _failed(machine.type("audit", "verify"))


def _judge(drill: Drill, machine: Machine, told: list[tuple[datetime, int]], until: datetime, what: str) -> None:
    """Compare what people were told with what is there: everything up to the moment, nothing lost before it."""
    county = create_app(bench_county.settings_for(machine.url, machine.home / "data"))
    with county.app_context():
        with as_system("the drill looks what is there"):
            there = set(db.session.scalars(select(Declaration.id)))
        db.engine.dispose()
    slack = timedelta(seconds=1)  # MariaDB's log knows whole seconds
    lost = [at for at, number in told if at < until - slack and number not in there]
    later = [number for at, number in told if at > until + slack and number in there]
    end = told[-1][0]
    drill.note(f"{what}: declarations lost before it", len(lost))
    drill.note(f"{what}: seconds until the database died", f"{(end - until).total_seconds():.1f}")
    if lost:
        drill.wrong.append(f"{what}: {len(lost)} acknowledged declarations are gone")
    if later and drill.kind == "mariadb" and "between" in what:
        drill.wrong.append(f"{what}: {len(later)} declarations are later than the moment")
    if (end - until).total_seconds() > RECOVERY_POINT:
        drill.wrong.append(f"{what}: more than {RECOVERY_POINT} s are lost")


def _content(machine: Machine) -> Contents:
    """Return how many rows each table has, and a sum over all that is in them; on a large one that takes its time."""
    with engine_for(machine.url).connect() as connection:
        return contents(connection, columns_of(connection))


def _compare(drill: Drill, lost: Contents, restored: Contents, what: str) -> None:
    """Compare what is in each table with what was there when a step was made and nobody wrote."""
    differing = sorted(table for table in lost | restored if lost.get(table) != restored.get(table))
    drill.note(f"{what}: tables compared by their content", len(lost))
    drill.note(f"{what}: tables with another content", len(differing))
    if differing:
        drill.wrong.append(f"{what}: another content in {', '.join(differing)}")


def _failed(done: tuple[int, str]) -> list[str]:
    status, said = done
    return [] if status == 0 else [said.strip()[-600:]]


def main() -> int:
    """Play it on both databases, or on KINDS, with as many cases as `KINDS` says, or CASES; print what was wrong."""
    kinds = os.environ.get("KINDS", " ".join(KINDS)).split()
    drills = [play(kind, int(os.environ.get("CASES") or KINDS[kind])) for kind in kinds]
    wrong = [f"{drill.kind}: {each}" for drill in drills for each in drill.wrong]
    for line in wrong:
        print(line)
    sizes = ", ".join(f"{drill.kind} {drill.cases:,} cases" for drill in drills)
    print(f"{sizes}: {'nothing that was acknowledged is lost' if not wrong else f'{len(wrong)} things are wrong'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
