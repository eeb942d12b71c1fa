"""`make story`: plays the story in a stack of its own making, or on the one that STORY_URL names."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from backend import clock
from deploy.run.folder import CHECKOUT
from deploy.run.stack import running
from tests.stories.stage import Stage, StoryBroken
from tests.stories.story import Story

ACCOUNTS = "demo-accounts.txt"


@contextlib.contextmanager
def named_stack(given: Mapping[str, str]) -> Iterator[Stage]:
    """Use the stack at STORY_URL; STORY_WECHAT_URL and STORY_ACCOUNTS say where its phones and accounts are."""
    web = given["STORY_URL"].rstrip("/")
    place, _, port = web.rpartition(":")
    wechat = given.get("STORY_WECHAT_URL", f"{place}:{int(port) + 1}" if port.isdigit() else "").rstrip("/")
    accounts = given.get("STORY_ACCOUNTS") or Path(given.get("DATA_DIR") or CHECKOUT / "var", ACCOUNTS)
    # A stack with a crowd has hundreds of other reminders to send when its time is moved on.
    yield Stage(web, wechat, Path(accounts), patience=180)


@contextlib.contextmanager
def own_stack(environment: Mapping[str, str] | None = None) -> Iterator[Stage]:
    """Start a stack without a crowd in a folder of its own, and leave nothing of it."""
    with tempfile.TemporaryDirectory(prefix="shouwang-story-") as folder:
        data = Path(folder, "data")
        with running(data=data, environment=environment) as stack:
            try:
                yield Stage(stack.web, stack.wechat, data / ACCOUNTS, environment=environment or {})
            except StoryBroken as broken:
                broken.add_note(_complaints(data / "logs"))
                raise


def _complaints(logs: Path) -> str:
    """Return what the programs have written last that is not a plain piece of news."""
    told = (f"{log.stem}: {line}" for log in sorted(logs.glob("*.log")) for line in log.read_text().splitlines()[-200:])
    return "\n".join([line for line in told if '"level": "info"' not in line][-40:])


def main() -> int:
    """Play the story; the exit status is 0 only if everything happened as told."""
    began = clock.monotonic()
    is_named = bool(os.environ.get("STORY_URL"))
    try:
        with named_stack(os.environ) if is_named else own_stack() as stage:
            stage.pictures = Path(os.environ["STORY_PICTURES"]) if os.environ.get("STORY_PICTURES") else None
            stage.tell(f"The story plays at {stage.web}, the phones at {stage.wechat}.")
            Story(stage).play(whole=not os.environ.get("STORY_SHORT"))
            stage.tell(f"({clock.monotonic() - began:.0f} s)")
    except StoryBroken as broken:
        notes = getattr(broken, "__notes__", [])
        sys.stdout.write("\n".join([f"\nThe story broke: it should be that {broken}", *notes, ""]))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
