"""The whole story on a running stack, once on SQLite and once on MariaDB: phones, console, workers, WeChat."""

import contextlib
from collections.abc import Iterator

import pytest

from tests import mariadb
from tests.stories.play import own_stack
from tests.stories.stage import Stage
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


@contextlib.contextmanager
def stage_on(kind: str) -> Iterator[Stage]:
    with contextlib.ExitStack() as stack:
        url = stack.enter_context(mariadb.running()) if kind == "mariadb" else ""
        yield stack.enter_context(own_stack({"DATABASE_URL": url} if url else None))


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("kind", "times"), [("sqlite", 2), ("mariadb", 1)])
@pytest.mark.shows("story.1", "story.2", "story.bad.foreign_case")
@pytest.mark.shows("procedure.2", "procedure.3", "procedure.4", "procedure.6", "procedure.9", "procedure.10")
def test_the_story_is_told_to_its_end_and_again(kind: str, times: int) -> None:
    lines: list[str] = []
    with stage_on(kind) as stage:
        stage.tell = lines.append
        for _ in range(times):
            Story(stage).play()

    transcript = "\n".join(lines)
    assert [said for said in TOLD if transcript.count(said) < times] == []
