"""How fast the annotation server keeps saves: 50 scripted annotators at once, on SQLite and on PostgreSQL.

    python benchmarks/annotate.py [ANNOTATORS] [SECONDS]

A server process of its own, on loopback; photographs of 1200 x 800, regions of some hundred runs. Once everybody saves as
fast as they are answered, once every second as people do. Five per cent of all saves are sent twice. Milliseconds are those
that an annotator waits; lost and duplicated are counted from the table of saves. SQLite and PostgreSQL (Debian's, on a Unix
socket in a temporary folder) wait for the disk at every save. The annotators share the machine's processors.
"""

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from support.annotating import LIGHT, made_study, server_process  # noqa: E402
from support.load import SIZE, audit, load  # noqa: E402
from support.postgres import Server, programs  # noqa: E402


def measure(database: str, people: int, seconds: float, pause: float) -> str:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "study"
        made_study(folder, photographs=2, size=SIZE, attributes=(LIGHT,), annotators=people, invited=people, practice=0)
        with server_process(folder, database) as (origin, _, links, _):
            tally = asyncio.run(load(origin, links, seconds, pause))
        lost, duplicated, kept, broken = audit(database or f"sqlite:///{folder / 'study.sqlite'}", tally.acknowledged)
    return (
        f"{kept:6} saves {tally.rate:6.0f}/s   median {tally.median:5.0f} ms   p95 {tally.p95:5.0f} ms   "
        f"lost {lost}   duplicated {duplicated}   refused {len(tally.refused)}   broken {len(broken)}"
    )


def main() -> None:
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 10
    place = Path(tempfile.mkdtemp(prefix="xp", dir="/tmp"))
    folder = programs()
    server = None if folder is None else Server(place, folder, fsync="on")
    try:
        for pause, words in ((0.0, "as fast as answered"), (1.0, "every second")):
            print(f"{people} annotators, {words}, {seconds:g} s")
            print("  sqlite     ", measure("", people, seconds, pause))
            if server is None:
                print("  postgresql  is not installed")
            else:
                print("  postgresql ", measure(server.url(server.new()), people, seconds, pause))
    finally:
        if server is not None:
            server.stop()
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main()
