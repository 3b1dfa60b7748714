"""A reader's desk, made of photographs that come with the project: photographs, lists, shards, ratings, regions."""

import csv
import io
import json
import re
import subprocess
import tarfile
from pathlib import Path

import pandas as pd
from evidence import outlines
from PIL import Image
from skimage import data

ROOT = Path(__file__).parents[2]
NAMES = ("astronaut", "coffee", "chelsea", "rocket")
FILL = """
import sys
from contextlib import suppress
from pathlib import Path
from sqlalchemy.exc import IntegrityError
from support.finished_study import answer_as_expected, finish_all
from xaesthetic.annotate.opening import url_of
from xaesthetic.annotate.store import Store
from xaesthetic.annotate.study import read_study
folder = Path(sys.argv[1])
study = read_study(folder)
store = Store(url_of(study, folder))
for number in range(1, study.invited + 1):
    with suppress(IntegrityError):  # somebody who was taken out
        finish_all(store, study, number, answer_as_expected)
"""


def prepare(folder: Path) -> None:
    """Write the desk into a new folder."""
    for place in ("my/photos", "photographs", "photos", "shards"):
        (folder / place).mkdir(parents=True)
    Image.fromarray(data.coffee()).save(folder / "photo.jpg")
    for name in NAMES:
        photo = Image.fromarray(getattr(data, name)())
        for place in ("my/photos", "photos", "photographs"):
            photo.save(folder / place / f"{name}.jpg")
    lists(folder)
    tables(folder / "my")
    outlines(folder / "people")
    project(folder)
    (folder / "consent.txt").write_text("We ask you to mark photographs.\n", encoding="utf-8")
    (folder / "fill_study.py").write_text(FILL, encoding="utf-8")
    subprocess.run(
        [*["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-days", "2", "-subj", "/CN=localhost"]],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip


def lists(folder: Path) -> None:
    """Write the photographs as a list, a table and tar shards."""
    paths = [f"my/photos/{name}.jpg" for name in NAMES]
    (folder / "photos.txt").write_text("\n".join(paths), encoding="utf-8")
    pd.DataFrame({"path": paths}).to_parquet(folder / "photos.parquet")
    for number, path in enumerate(paths):
        with tarfile.open(folder / "shards" / f"photos-{number:04d}.tar", "w") as shard:
            shard.add(folder / path, Path(path).name)


def tables(folder: Path) -> None:
    """Write where two people looked, and ratings of forty crops."""
    rows = [("image", "subject", "x", "y")]
    for name in NAMES:
        rows += [(f"photos/{name}.jpg", who, 120 + 40 * look, 100 + 30 * look) for who in ("a", "b") for look in range(4)]
    write(folder / "fixations.csv", rows)
    (folder / "crops").mkdir()
    ratings = [("image", "beauty")]
    for number in range(40):
        photo = Image.fromarray(getattr(data, NAMES[number % 4])())
        photo.crop((number, number, number + 240, number + 200)).save(folder / "crops" / f"{number}.jpg")
        ratings.append((f"crops/{number}.jpg", f"{1 + number % 4 + number / 100:.2f}"))
    write(folder / "ratings.csv", ratings)


def project(folder: Path) -> None:
    """Write one region as Label Studio exports it, of a photograph in photographs/."""
    box = {"x": 20, "y": 20, "width": 40, "height": 40, "rotation": 0, "rectanglelabels": ["light raises"]}
    size = {"original_width": data.coffee().shape[1], "original_height": data.coffee().shape[0]}
    region = {"id": "a", "type": "rectanglelabels", "from_name": "label", "to_name": "image", "value": box, **size}
    task = {"id": 1, "data": {"image": "photographs/coffee.jpg"}, "annotations": [{"completed_by": 1, "result": [region]}]}
    (folder / "project.json").write_text(json.dumps([task]), encoding="utf-8")


def write(file: Path, rows: list[tuple]) -> None:
    """Write a CSV."""
    held = io.StringIO()
    csv.writer(held).writerows(rows)
    file.write_text(held.getvalue(), encoding="utf-8")


def link_data(held: Path, folder: Path, cache: Path) -> None:
    """Have data of other licences stand on the desk and in the cache."""
    (folder / "data").symlink_to(held)
    for name, place in {"osie": "osie/data", "para": "para", "aadb": "aadb"}.items():
        if (held / name).exists():
            (cache / place).parent.mkdir(parents=True, exist_ok=True)
            (cache / place).symlink_to(held / name)


def included(text: str) -> str:
    """Put the files into a block that a page shows from elsewhere."""
    return re.sub(
        r"^--8<--\n(\S+)\n--8<--$", lambda found: (ROOT / found[1]).read_text(encoding="utf-8"), text, flags=re.MULTILINE
    )
