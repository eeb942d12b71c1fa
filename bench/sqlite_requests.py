"""The four requests on SQLite beside the same on MariaDB, from counties loaded alike; `ONLY=sqlite`."""

from bench.figures import HIGHER, Figure
from bench.servers import Databases, serving, valkey
from bench.settings import DATA, MANY, ROUNDS
from bench.throughput import make_work, pairs, rate

CASES = 20_000
NAMES = {
    "declare": "declare",
    "decide": "decide",
    "tasks": "task page of 50",
    "queue": "console queue page of 50",
}


def figures() -> dict[str, Figure]:
    """Return what is measured; nothing is asked of it: one writer at a time is what SQLite is."""
    return {
        f"sqlite {name}": Figure(f"{words} on SQLite, {MANY} connections, of the same on MariaDB", "req/s", HIGHER)
        for name, words in NAMES.items()
    }


def measure(server: Databases, found: dict[str, Figure]) -> None:
    """Load both anew, serve both, and ask them in turn."""
    with valkey() as redis_url:
        folders = {kind: DATA / f"requests_{kind}" for kind in ("mariadb", "sqlite")}
        urls = {"mariadb": server.url("requests"), "sqlite": f"sqlite:///{folders['sqlite'] / 'county.sqlite3'}"}
        works = {kind: make_work(urls[kind], folders[kind], redis_url, CASES) for kind in folders}
        with (
            serving("requests-mariadb", "wsgi:create_app()", works["mariadb"].county.settings) as mariadb,
            serving("requests-sqlite", "wsgi:create_app()", works["sqlite"].county.settings) as sqlite,
        ):
            for number in range(ROUNDS):
                print(f"SQLite beside MariaDB: round {number + 1} of {ROUNDS}", flush=True)
                for pair, beside in zip(pairs(works["sqlite"]), pairs(works["mariadb"]), strict=True):
                    figure = found[f"sqlite {pair.name}"]
                    figure.floors.append(rate(mariadb, beside.ours, MANY, again=pair.ours_again))
                    figure.values.append(rate(sqlite, pair.ours, MANY, again=pair.ours_again))
