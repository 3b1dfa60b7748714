"""Five newcomers' tasks: how many commands, how many words to read before the last of them, how many seconds.

    python docs/make/newcomers.py CHECKOUT [PAIRS]

CHECKOUT is an older one: `git worktree add --detach CHECKOUT COMMIT`. Its README is read and its program does the same
tasks, one time for each time of today's, in turn, so that what else the machine does meets both. Docs/newcomers.md holds
what this prints: of each number the median of the pairs.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from PIL import Image
from skimage import data

ROOT = Path(__file__).parents[2]
MAIN = [sys.executable, "-c", "from xaesthetic.cli import main; main()"]
OWN = """
import torchvision
import xaesthetic as xa
net = torchvision.models.resnet18(num_classes=1).eval()
model = xa.wrap(net, layers="layer4", outputs=["beauty"])
xa.explain("photo.jpg", model).save("own.png")
"""


@dataclass(frozen=True)
class Task:
    """What somebody new wants, the pages read for it in order, and what is typed."""

    title: str
    pages: tuple[str, ...]
    found: str
    """The words on the last page that are the last thing to be found."""
    typed: tuple[str, ...]
    makes: str


AGREES = "which model agrees with people"
TASKS = (
    Task("a picture of one photograph", ("README.md",), "xaesthetic photo.jpg", ("photo.jpg",), "runs"),
    Task("an own ResNet", ("README.md",), 'shown = xa.explain("photo.jpg", model)', ("python",), "own.png"),
    Task(
        "an own folder",
        ("README.md",),
        "xaesthetic compare --attr depth_of_field --data my/photos",
        ("compare --attr depth_of_field --data my/photos --out folder",),
        "folder/report/report.html",
    ),
    Task(
        AGREES,
        ("README.md", "docs/own-data.md"),
        "xaesthetic score runs/looked",
        (
            "explain --data fixations --root my/fixations.csv --attr light --out runs/looked",
            "score runs/looked --metric nss --metric shuffled_auc",
        ),
        "runs/looked/report/leaderboard.csv",
    ),
    Task(
        "a figure for a paper",
        ("README.md", "docs/page.md"),
        "--columns 1",
        ("compare my/photos --attr depth_of_field --method cam --pick 2 --columns 1 --out figure",),
        "figure/report/attribute_grid_depth_of_field.pdf",
    ),
)


FOUND_BEFORE = {AGREES: "xaesthetic score runs/osie"}
COMMANDS_BEFORE = {AGREES: "3 (OSIE, a download)", "an own ResNet": "1 (4 lines of Python)"}
"""Where the older README led elsewhere: it fetched OSIE. Timed is today's own table, which its program read too."""


def words_before(task: Task) -> int:
    """Count the words of a task's pages up to its last command; of a page that leads on, up to the link."""
    *leading, last = task.pages
    counted = 0
    for page, following in zip(leading, task.pages[1:], strict=True):
        counted += words(ROOT / page, f"]({following})")
    return counted + words(ROOT / last, task.found)


def words(page: Path, end: str) -> int:
    """Count the words of a page up to some text."""
    text = page.read_text(encoding="utf-8")
    if end not in text:
        raise ValueError(f"{page} has no {end!r}")
    return len(re.findall(r"\w+", text.partition(end)[0]))


def prepare(folder: Path) -> None:
    """Write a photograph, four of them in a folder, and where two people looked."""
    (folder / "my" / "photos").mkdir(parents=True)
    Image.fromarray(data.coffee()).save(folder / "photo.jpg")
    rows = ["image,subject,x,y"]
    for name in ("astronaut", "coffee", "chelsea", "rocket"):
        Image.fromarray(getattr(data, name)()).save(folder / "my" / "photos" / f"{name}.jpg")
        rows += [f"photos/{name}.jpg,{who},{120 + 40 * look},{100 + 30 * look}" for who in ("a", "b") for look in range(4)]
    (folder / "my" / "fixations.csv").write_text("\n".join(rows), encoding="utf-8")


def timed(task: Task, checkout: Path) -> tuple[float, float]:
    """Do a task by the program of a checkout; give its seconds by the clock, and those of all cores together."""
    folders = (checkout, checkout / "baselines", checkout / "reports")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, folders))}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        prepare(folder)
        began, before = time.perf_counter(), core_seconds()
        for line in task.typed:
            command = [sys.executable, "-c", OWN] if line == "python" else [*MAIN, *line.split(), "--quiet"]
            subprocess.run(command, check=True, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
        if not (folder / task.makes).exists():
            raise FileNotFoundError(folder / task.makes)
        return time.perf_counter() - began, core_seconds() - before


def core_seconds() -> float:
    """Seconds that the programs started here, those that have ended, kept a core busy."""
    used = os.times()
    return used.children_user + used.children_system


def row(task: Task, old: Path, pairs: int) -> str:
    """A row of the table: today's checkout beside the older one."""
    both = [(timed(task, old), timed(task, ROOT)) for _ in range(pairs)]
    numbers = [f"{median(pair[side][unit] for pair in both):.0f}" for unit in (0, 1) for side in (0, 1)]
    read = words(old / "README.md", FOUND_BEFORE.get(task.title, task.found))
    commands = COMMANDS_BEFORE.get(task.title, "1")
    return f"| {task.title} | {commands} | {len(task.typed)} | {read} | {words_before(task)} | {' | '.join(numbers)} |"


def main() -> None:
    """Print the table."""
    old, pairs = Path(sys.argv[1]).absolute(), int(sys.argv[2]) if sys.argv[2:] else 2
    for task in TASKS:
        print(row(task, old, pairs), flush=True)


if __name__ == "__main__":
    main()
