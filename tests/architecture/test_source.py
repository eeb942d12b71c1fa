"""What the source holds and does not hold: short files, no place of the machine it was written on, known promises."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.architecture.reading import ROOT, sources
from tests.promises import known_names, marks_in

LONGEST = 250
LONGER = {
    "backend/access/permissions.py": "one table of actions and roles, read whole by whoever asks what a role may do",
    "backend/access/scope.py": "one rule as filter, as clause and as check of what is written, read side by side",
    "backend/db.py": "one engine, one transaction: its manners on two databases are read side by side",
    "backend/services/cases.py": "one module a noun: every step that staff take with a case",
    "backend/services/declarations.py": "one module a noun: the form, its checks and the family it is about",
    "backend/services/sign_ins.py": "one module a noun: a session from its first code to its end",
    "backend/workflow/deadlines.py": "every date and hour is computed here and nowhere else",
    "backend/workflow/procedure.py": "the procedure's table: rows of data, in the order in which a family meets them",
    "backend/workflow/sentences.py": "what people read of each step and how it is called: one table of words",
    "backend/workflow/tasks.py": "every way in which a duty is opened, dated anew, opened again and closed",
}

pytestmark = pytest.mark.shows("story.8")


def _files_of_ours() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    )
    names = listed.stdout.decode().splitlines()
    return [ROOT / name for name in names if "/vendor/" not in name and (ROOT / name).is_file()]


def test_a_file_is_one_thing_and_short() -> None:
    long = {
        source.name: count
        for source in sources("backend", "admin", "miniprogram_api", "jobs")
        if (count := len((ROOT / source.name).read_text(encoding="utf-8").splitlines())) > LONGEST
    }

    assert set(long) <= set(LONGER), long


def test_no_file_names_a_place_of_the_machine_it_was_written_on() -> None:
    place = re.compile(rb"(?<![\w/.])(?:" + re.escape(str(ROOT).encode()) + rb"|/home/\w|/Users/\w|[A-Z]:\\Users)")

    assert [path.relative_to(ROOT).as_posix() for path in _files_of_ours() if place.search(path.read_bytes())] == []


def test_nothing_is_left_for_later_in_the_source() -> None:
    later = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b|raise NotImplemented" + r"Error")
    program = [path for path in _files_of_ours() if path.suffix == ".py"]

    assert [path.name for path in program if later.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("page", ["README.md", "README.zh.md", "DECISIONS.md"])
def test_every_link_of_the_documents_leads_to_a_file(page: str) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", (ROOT / page).read_text(encoding="utf-8"))

    assert [link for link in links if "://" not in link and not (ROOT / link).exists()] == []


def test_the_map_of_the_code_names_what_is_there() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    folders = re.findall(r"`([a-z_]+(?:/[a-z_]+)*/)`", text[text.index("## Map of the code") : text.index("## Words")])

    assert folders
    assert [folder for folder in folders if folder != "emulator/" and not (ROOT / folder).is_dir()] == []


def test_the_glossary_names_what_the_code_calls_so() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| [^|]+ \| [^|]+ \| ([^|]+) \|", text[text.index("## Words") : text.index("## Tests and")], re.MULTILINE
    )
    names = {name for row in rows for name in re.findall(r"`(?:\w+\.)?(\w+)(?:\(\))?`", row)}
    program = "\n".join((ROOT / source.name).read_text(encoding="utf-8") for source in sources("backend"))

    assert names
    assert [name for name in sorted(names) if not re.search(rf"\b{name}\b", program)] == []


def test_nobody_imports_the_composition_root() -> None:
    importing = {source.name for source in sources() for name in _imported(source.name) if name == "wsgi"}

    assert importing == set()


def test_every_mark_names_a_promise_or_a_demand_that_exists() -> None:
    known = known_names()

    assert [str(mark) for mark in marks_in() if mark.name not in known] == []


def _imported(name: str) -> set[str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return set(re.findall(r"^\s*(?:from|import) ([A-Za-z_]+)", text, re.MULTILINE))
