"""Reads the new lines of a program's log, so that the terminal sees a long piece of work go on."""

from pathlib import Path


class Following:
    """The plain lines that a log gains from now on; lines of JSON are for machines and left out."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._seen = self._size()

    def new_lines(self) -> list[str]:
        """Return the whole plain lines written since the last time."""
        if self._size() < self._seen:
            self._seen = 0  # the supervisor began a new file
        if self._size() == self._seen:
            return []
        with self._log.open("rb") as file:
            file.seek(self._seen)
            gained = file.read()
        whole = gained[: gained.rfind(b"\n") + 1]
        self._seen += len(whole)
        return [line for line in whole.decode(errors="replace").splitlines() if line and not line.startswith("{")]

    def _size(self) -> int:
        return self._log.stat().st_size if self._log.exists() else 0
