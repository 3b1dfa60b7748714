"""Picks out of a table that is read in parts, held against the whole table sorted."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from xaesthetic.core import files
from xaesthetic.core.attributes import in_order
from xaesthetic.core.errors import DataError
from xaesthetic.core.types import Experiment, Record
from xaesthetic.run import ends
from xaesthetic.run.rows import record_row
from xaesthetic.run.schemas import PREDICTIONS, RECORDS
from xaesthetic.run.store import Run
from xaesthetic.stages import pick
from xaesthetic.stages.pick import pick_records, rated_attributes

MODELS = ("one", "two")
SOURCE = {"citation": "", "licence": "CC0", "trained": "no", "files": {}}


def make_run(root, rows, originals, number):
    """A run of these predictions: (image, model, attribute, prediction), in row groups of 97."""
    question = Experiment("aadb", None, MODELS, ("cam",), ("all",), pick=number)
    models = {name: SOURCE | {"attributes": ["light", "beauty"]} for name in MODELS}
    run = Run.create(root, question, {"models": models})
    records = [record_row(Record(image, Path("/p") / image, original)) for image, original in originals.items()]
    seen = {"height": 60, "width": 80, "sha256": "0" * 64, "reason": ""}
    run.write(RECORDS, pd.DataFrame([row | seen for row in records]))
    frame = pd.DataFrame(rows, columns=["image", "model", "attribute", "prediction"])
    table = PREDICTIONS.to_arrow(frame.assign(raw=frame["prediction"]))
    files.replace_summed(root / "predictions.parquet", lambda file: pq.write_table(table, file, row_group_size=97))
    return run


def oracle(run):
    """The whole table sorted, as the definition says it."""
    table, number = run.read(PREDICTIONS, everything=True), run.experiment.pick
    records = run.read(RECORDS)
    originals = dict(zip(records["id"], records["original"], strict=True))
    for attribute in in_order(table[table["prediction"].notna()]["attribute"].unique()):
        rated = table[(table["attribute"] == attribute) & table["prediction"].notna()]
        first = next(name for name in MODELS if (rated["model"] == name).any())
        rated = rated[rated["model"] == first].sort_values(["prediction", "image"], ascending=[False, True])
        yield pick._ends(attribute, list(rated["image"]), originals, number)


def random_rows(chance, photographs, versions, values):
    originals = {f"{n}-{v}.jpg": f"{n}-0.jpg" for n in range(photographs) for v in range(versions)}
    rows = []
    for image in originals:
        for model in MODELS:
            for attribute in ("light", "beauty"):
                value = np.nan if chance.random() < 0.1 else float(np.float32(values(chance)))
                if model == "one" and attribute == "beauty":
                    value = np.nan
                rows.append((image, model, attribute, value))
    chance.shuffle(rows)
    return [(image, model, attribute, float(value)) for image, model, attribute, value in rows], originals


KINDS = {
    "many": (300, 1, lambda chance: chance.normal()),
    "versions": (40, 9, lambda chance: chance.normal()),
    "ties": (300, 1, lambda chance: chance.integers(4)),
    "alike": (200, 2, lambda chance: 1),
    "few": (5, 1, lambda chance: chance.normal()),
    "infinite": (100, 1, lambda chance: chance.choice([np.inf, -np.inf, 0.0, 1.0])),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("spare", "number"), [(1, 5), (64, 2), (3, 400)])
def test_picks_are_those_of_the_whole_table_sorted(tmp_path, monkeypatch, kind, spare, number):
    monkeypatch.setattr(pick, "_SPARE", spare)
    run = make_run(tmp_path / "run", *random_rows(np.random.default_rng(number + spare), *KINDS[kind]), number)
    assert pick_records(run) == list(oracle(run))
    assert rated_attributes(run) == in_order(["light", "beauty"])


def test_few_photographs_names_are_read(tmp_path, monkeypatch):
    rows = [(f"{n:04d}.jpg", "one", "light", float(n if n < 3000 else 0)) for n in range(4000)]
    run = make_run(tmp_path / "run", rows, {row[0]: row[0] for row in rows}, 1)
    monkeypatch.setattr(pick, "_SPARE", 2)
    read = []
    whole = ends._read

    def watched(groups, columns, wanted=None):
        for first, group in whole(groups, columns, wanted):
            read.append((columns, len(group)))
            yield first, group

    monkeypatch.setattr(ends, "_read", watched)
    (picked,) = pick_records(run)
    assert picked.highest == ("2999.jpg",)
    assert sum(count for columns, count in read if columns == ["image"]) < 1500


@pytest.mark.parametrize(
    "row", [("strange.jpg", "one", "light", 9.0), ("a.jpg", "three", "light", 9.0), ("a.jpg", "one", "../x", 9.0)]
)
def test_what_is_not_of_the_run_is_refused(tmp_path, row):
    run = make_run(tmp_path / "run", [("a.jpg", "one", "light", 1.0), row], {"a.jpg": "a.jpg"}, 1)
    with pytest.raises(DataError, match="predictions.parquet, column"):
        pick_records(run)


def test_a_damaged_table_is_one_line(tmp_path):
    run = make_run(tmp_path / "run", [("a.jpg", "one", "light", 1.0)], {"a.jpg": "a.jpg"}, 1)
    pd.DataFrame({"image": ["a.jpg"]}).to_parquet(run.root / "predictions.parquet")
    files.write_sum(run.root / "predictions.parquet")
    with pytest.raises(DataError, match="has no column model") as error:
        pick_records(run)
    assert "\n" not in str(error.value)
