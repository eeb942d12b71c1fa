"""The whole story on a running stack, once on SQLite and once on MariaDB: phones, console, workers, WeChat."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.town import fresh_database
from tests.stories.play import ACCOUNTS, own_stack
from tests.stories.stage import Stage, StoryBroken
from tests.stories.story import Story

TOLD = (
    "leaves the third (未成年人): none is a gate.",
    "Idempotency-Replayed: true, one visit.",
    "附件未齐 is gone.",
    "「待办提醒」 待办事项：受理申报",
    "待办 · 本辖区已超期",
    "The cadre tries to close it at once:",
    "The decision itself is never skipped.",
    "upholds it on its last day, and names another way.",
    "help on day 0.",
    "announces the decision on day 15: 已纳入监测.",
    "everything happened as it was told.",
)

TOLD_OF_THE_REST = (
    "→ five rungs, and who hears them.",
    "蓝色提示",
    "督办 ",
    "issues the 督办单 by name",
    "已经办结，不再提醒任何人。",
    "pushes two rows: one is of this county, and its village is asked.",
    "资金已到账",
    "visits, nothing changed, one tap: 日常走访 done.",
    "one tap more, and it is a clue.",
    "hands in an old delivery at the console: 迟报.",
    "that is a report.",
    "nothing in the way.",
    "takes the removal back:",
)


@pytest.fixture
def stage(kind: str, request: pytest.FixtureRequest) -> Iterator[Stage]:
    url = fresh_database(request.getfixturevalue("mariadb_url"), "story") if kind == "mariadb" else ""
    with own_stack({"DATABASE_URL": url} if url else None) as found:
        yield found


@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
@pytest.mark.shows("story.1", "story.2", "story.bad.foreign_case")
@pytest.mark.shows("procedure.2", "procedure.3", "procedure.4", "procedure.6", "procedure.9", "procedure.10")
def test_the_story_is_told_to_its_end(stage: Stage) -> None:
    lines: list[str] = []
    stage.tell = lines.append

    Story(stage).play()

    transcript = "\n".join(lines)
    assert [said for said in TOLD if said not in transcript] == []


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
@pytest.mark.shows(
    "story.2", "reminders.2", "reminders.3", "monitoring.1", "monitoring.2", "monitoring.3", "monitoring.6"
)
def test_the_whole_story_climbs_the_ladder_goes_on_after_inclusion_and_is_told_again(stage: Stage) -> None:
    lines: list[str] = []
    stage.tell = lines.append

    Story(stage).play(whole=True)
    Story(stage).play()

    transcript = "\n".join(lines)
    assert [said for said in TOLD if transcript.count(said) < 2] == []
    assert [said for said in TOLD_OF_THE_REST if said not in transcript] == []


@pytest.mark.shows("reminders.4")
def test_a_job_that_fails_stops_the_story_with_its_line_and_what_was_before_it_does_not(tmp_path: Path) -> None:
    (tmp_path / ACCOUNTS).write_text("130126100201")
    log = tmp_path / "logs" / "work.log"
    log.parent.mkdir()
    failed = '{{"event": "{}", "exception": "Traceback", "level": "error"}}\n'
    log.write_text(failed.format("of another day"))
    stage = Stage("http://127.0.0.1:1", "", tmp_path / ACCOUNTS)
    stage.no_job_failed()
    with log.open("a") as file:
        file.write('{"event": "nobody_hears", "level": "error"}\n' + failed.format("no database today"))

    with pytest.raises(StoryBroken, match=r"work says: .*no database today"):
        stage.no_job_failed()

    stage.no_job_failed()
