"""Five newcomers' tasks: how many commands, how many words to read before the last of them, how many seconds.

    python docs/make/newcomers.py [README]

README is another one to read, an older one say; without it the tasks are timed, in a temporary folder. Docs/newcomers.md
holds what both printed.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

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
        "which model agrees with people",
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


def seconds(task: Task, folder: Path) -> float:
    """Do a task, and see that what it makes is there."""
    began = time.perf_counter()
    for line in task.typed:
        command = [sys.executable, "-c", OWN] if line == "python" else [*MAIN, *line.split(), "--quiet"]
        subprocess.run(command, check=True, cwd=folder, env=os.environ, stdout=subprocess.DEVNULL)
    if not (folder / task.makes).exists():
        raise FileNotFoundError(folder / task.makes)
    return time.perf_counter() - began


def main() -> None:
    """Print the table."""
    if sys.argv[1:]:
        text = {"which model agrees with people": "xaesthetic score runs/osie"}
        for task in TASKS:
            print(f"| {task.title} | {words(Path(sys.argv[1]), text.get(task.title, task.found))} |")
        return
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder))
        for task in TASKS:
            print(
                f"| {task.title} | {len(task.typed)} | {words_before(task)} | {seconds(task, Path(folder)):.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
