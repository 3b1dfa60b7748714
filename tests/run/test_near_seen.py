"""A photograph that looks like one a model saw, of another list of the data set, is in no table."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from xaesthetic.core.errors import DataError
from xaesthetic.core.files import sha256
from xaesthetic.core.seen import pack
from xaesthetic.core.types import Experiment
from xaesthetic.data.records import find_records
from xaesthetic.run.near_seen import near_seen, near_seen_in
from xaesthetic.run.rows import record_row
from xaesthetic.run.schemas import RECORDS
from xaesthetic.run.seen import without_seen
from xaesthetic.run.store import Run

HEADER = "imageName,sessionId,semantic,aestheticScore_mean,aestheticScore_std"


@pytest.fixture
def para(tmp_path):
    """Four photographs to learn from; of three to test on one is a small copy of a learnt one, and one is its copy."""
    folder = tmp_path / "para"
    (folder / "imgs").mkdir(parents=True)
    for name, seed, side in [
        *((f"l{n}.png", n, 160) for n in range(4)),
        ("t0.png", 9, 160),
        ("t1.png", 2, 64),
        ("t2.png", 2, 64),
    ]:
        pixels = np.random.default_rng(seed).integers(0, 255, (6, 8, 3), dtype=np.uint8)
        Image.fromarray(pixels).resize((160, 120), Image.Resampling.BICUBIC).resize((side, side)).save(
            folder / "imgs" / name
        )
    for kind, names in (("Train", "l0 l1 l2 l3"), ("Test", "t0 t1 t2")):
        rows = [f"{name}.png,s{name},plant,3,1" for name in names.split()]
        (folder / f"PARA-Giaa{kind}.csv").write_text("\n".join([HEADER, *rows]) + "\n")
    return folder


def seen(para, *names):
    return pack(sha256(para / "imgs" / f"{name}.png") for name in names)


def test_copies_of_what_was_seen_are_found(para):
    tested = find_records("para:test", para)
    packed = {"one": seen(para, "l0", "l2"), "two": seen(para, "l0", "l1"), "three": ""}
    assert near_seen(packed, tested, "para:test", para) == {"one": {"t1.png", "t2.png"}}
    assert near_seen({"three": ""}, tested, "para:test", para.with_name("nowhere")) == {}
    assert near_seen(packed, tested, str(para), None) == {}  # a folder has no other lists


def test_tables_leave_them_out_and_say_why(para):
    table = pd.DataFrame({"image": ["t0.png", "t1.png", "t2.png"], "prediction": [1.0, 2.0, 3.0]})
    near = {"one": frozenset({"t1.png", "t2.png"})}
    (kept,), (said,) = without_seen([table], {}, "para:test", near)
    assert list(kept["image"]) == ["t0.png"]
    assert said == "left out of the tables: 2 photographs (2 that look like one seen in training by one)."
    with pytest.raises(DataError, match="one saw all of the photographs, or their like, in training; test on others"):
        without_seen([table.iloc[1:]], {}, "para:test", near)


def test_without_the_data_set_a_table_says_that_it_was_not_looked_for(para, tmp_path):
    source = {"citation": "", "licence": "", "trained": "", "files": {}, "attributes": ["overall"], "untrained": []}
    asked = Experiment("para:test", str(para), ("one",), (), ("all",), None, inputs={"photographs": "by hand"})
    models = {"one": source | {"seen": seen(para, "l2")}}
    run = Run.create(tmp_path / "run", asked, {"models": models, "command": "", "versions": {}})
    about = {"height": 64, "width": 64, "reason": ""}
    tested = find_records("para:test", para)
    run.write(RECORDS, pd.DataFrame([record_row(item) | about | {"sha256": sha256(item.path)} for item in tested]))
    assert near_seen_in(run) == ({"one": {"t1.png", "t2.png"}}, ())
    for file in para.glob("*.csv"):
        file.unlink()
    near, (note,) = near_seen_in(run)
    assert near == {}
    assert "could not be looked for: para: no PARA-Giaa" in note
