"""A finished run written by hand: two models, two methods, people who looked and rated; no network is asked."""

import json

import numpy as np
import pandas as pd
from PIL import Image

from support.maps import write_maps
from xaesthetic.core.files import sha256
from xaesthetic.core.types import Annotation, Experiment, Record
from xaesthetic.data.annotations import annotation_rows
from xaesthetic.evaluation.judge import judge, summarise
from xaesthetic.run.rows import record_row
from xaesthetic.run.schemas import ANNOTATIONS, PREDICTIONS, RECORDS
from xaesthetic.run.store import Run

MODELS = {"one": ("light", "vivid_color"), "two": ("light",)}
METHODS = ("cam", "activation_energy")
SIZE = (60, 80)


def hand_run(root, photographs, scored=True):
    """So many photographs; `two` rates light upside down, so that the models disagree most about the ends."""
    random = np.random.default_rng(7)
    source = {"citation": "Nobody 2000", "licence": "CC0", "trained": "not trained", "files": {"w.bin": "ab" * 32}}
    answered = {key: source | {"attributes": list(names), "untrained": []} for key, names in MODELS.items()}
    asked = Experiment("here", None, tuple(MODELS), METHODS, ("all",), None, inputs={"photographs": "by hand"})
    run = Run.create(root, asked, {"models": answered, "command": "by hand <b>", "versions": {"xaesthetic": "0"}})
    records = [_record(root, number, photographs, random) for number in range(photographs)]
    seen = {"height": SIZE[0], "width": SIZE[1], "reason": ""}
    rows = [record_row(record) | seen | {"sha256": sha256(record.path)} for record in records]
    run.write(RECORDS, pd.DataFrame(rows))
    run.write(ANNOTATIONS, pd.DataFrame([row for record in records for row in annotation_rows(record, SIZE)]))
    rows = [
        (record.id, model, name, np.float32(value), np.float32(value))
        for number, record in enumerate(records)
        for model, names in MODELS.items()
        for name in names
        for value in [(number if model == "one" else photographs - number) / photographs]
    ]
    run.write(PREDICTIONS, pd.DataFrame(rows, columns=["image", "model", "attribute", "prediction", "raw"]))
    for model, names in MODELS.items():
        for method in METHODS:
            maps = random.normal(size=(photographs, len(names), 5, 6)).astype(np.float32)
            write_maps(run, model, method, [record.id for record in records], names, maps)
    if scored:
        judge(run, ["nss", "cc"])
    else:
        summarise(run)
    return run


def rated_by_people(run, ratings):
    """Give every photograph of a run other ratings by people."""
    run.write(RECORDS, run.read(RECORDS).assign(ratings=json.dumps(ratings)))
    return run


def _record(root, number, photographs, random):
    name = f"p{number:03}"
    pixels = np.kron(random.integers(0, 255, (6, 8, 3), dtype=np.uint8), np.ones((10, 10, 1), np.uint8))
    root.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(root / f"{name}.png")
    people = tuple(
        Annotation(who, fixations=tuple(map(tuple, random.normal((40, 30), 8, (4, 2)).clip(1, 58).tolist()))) for who in "ab"
    )
    ratings = {"light": (photographs - 2 * number) / photographs}
    return Record(name, root / f"{name}.png", name, ratings=ratings, annotations=people, credit="CC0 <i>")
