"""The report page in a real browser, of attributes that are called as nobody else's, with ranges and without."""

import json

import numpy as np
import pandas as pd
import pytest
from support.hand_run import hand_run
from support.maps import write_maps

from xaesthetic.core.files import create_summed, to_json
from xaesthetic.reporting import draw_reports
from xaesthetic.run.schemas import PREDICTIONS, RECORDS
from xaesthetic.run.store import Run

NAMES = ("constructor", "技術", "beauty")
DECLARED = [{"name": "beauty", "title": "Beauty", "low": 0.5, "high": 10}]


def renamed(root):
    """A run by hand whose first model rates other attributes, and declares one of them."""
    run = hand_run(root, 3, scored=False)
    file = root / "experiment.json"
    document = json.loads(file.read_text(encoding="utf-8"))
    one = document["answered_by"]["models"]["one"]
    document["answered_by"]["models"]["one"] = one | {"attributes": list(NAMES), "described": DECLARED}
    document["answered_by"]["described"] = [{"name": "light", "title": "Licht", "low": -0.5}]
    for old in (file, root / "experiment.json.sha256"):
        old.unlink()
    create_summed(file, lambda path: path.write_text(to_json(document), encoding="utf-8"))
    table = run.read(PREDICTIONS)
    rows = [
        (image, "one", name, np.float32(value), np.float32(value))
        for value, image in enumerate(run.read(RECORDS)["id"])
        for name in NAMES
    ]
    others = table[table["model"] == "two"]
    run.write(PREDICTIONS, pd.concat([pd.DataFrame(rows, columns=list(PREDICTIONS.names)), others], ignore_index=True))
    for method in run.experiment.methods:
        maps = np.random.default_rng(1).normal(size=(3, len(NAMES), 5, 6)).astype(np.float32)
        write_maps(run, "one", method, list(run.read(RECORDS)["id"]), NAMES, maps)
    return Run.open(root)


@pytest.fixture
def page(open_page, tmp_path):
    return open_page(draw_reports(renamed(tmp_path / "run"), ["html_report"])[0])


def choose(page, name):
    page.select_option("#attribute", name)
    page.wait_for_function("name => document.getElementById('grid').dataset.attribute === name", arg=name)


def column(page, number):
    return page.locator(f"#predictions tbody td:nth-of-type({number})").all_text_contents()


def test_ranges_are_shown_and_what_is_outside_is_marked(page):
    assert page.locator("#attribute option").all_text_contents() == ["Licht", "constructor", "技術", "Beauty"]
    choose(page, "beauty")
    assert page.text_content("#said").startswith("Beauty: 3 photographs, 2 maps each")
    assert column(page, 2) == ["2.000", "1.000", "0.000 !"]
    assert page.locator(".score").all_text_contents()[-1] == "0.00 !"
    assert page.text_content("#ranges") == "Declared range: one, 0.5 to 10; ! stands behind a rating outside of it."


def test_peoples_range_is_that_of_the_data(page):
    choose(page, "light")
    assert page.text_content("#ranges").startswith("Declared range: people, from -0.5; two, -1 to 1;")
    assert column(page, 1) == ["1.000", "0.333", "−0.333"]  # the highest of `two` first


def test_a_name_that_every_object_knows_is_a_name(page):
    choose(page, "constructor")
    assert column(page, 1) == ["–", "–", "–"]
    assert column(page, 2) == ["2.000", "1.000", "0.000"]
    assert page.locator("#grid tbody .rating").all_text_contents() == ["", "", ""]
    assert page.text_content("#ranges") == ""
    choose(page, "技術")
    assert page.text_content("#said").startswith("技術: 3 photographs")
