"""`xaesthetic table beyond`: from ratings, photographs with fixations and a tiny network to a table."""

import csv
import json

import numpy as np
import pytest
import torch
from scipy.io import savemat
from support.plugin_package import batches, plugged  # noqa: F401  # a fixture

from xaesthetic.data import edits, images
from xaesthetic.data.records import find_records
from xaesthetic.evaluation.beyond import Evidence, measure_beyond
from xaesthetic.models.loading import load_model

POINTS = [(100.0, 90.0), (120.0, 100.0), (700.0, 500.0), (-5.0, 20.0)]
COUNT, SHOWN = 40, 2
NAMES = ("light", "overall", "vivid_color")  # as the vocabulary orders them

_CURVED = '''
from dataclasses import replace

from xaesthetic.models.heads import FunctionHead
from tiny_nets._net import build


def curved_net():
    """A tiny network whose head is not linear."""
    net = build(("light",), 1, "not trained", {})
    return replace(net, head=FunctionHead(lambda layers: net.head(layers) ** 2, {}))
'''


@pytest.fixture
def rated(tmp_path, write_photo, plugged):
    """Forty photographs whose light is their brightness; color is rated at random, overall is half of both."""
    random, lines = np.random.default_rng(0), ["image,light,overall,vivid_color"]
    for number in range(COUNT):
        level = random.integers(30, 220)
        pixels = np.clip(level + random.normal(0, 25, (6, 8, 3)), 0, 255).astype(np.uint8).repeat(6, 0).repeat(6, 1)
        write_photo(tmp_path / "mine" / f"{number}.png", pixels)
        light, color = level / 50 + random.normal(0, 0.1), random.normal(3, 1)
        lines.append(f"{number}.png,{light:.4f},{(light + color) / 2 + random.normal(0, 0.3):.4f},{color:.4f}")
    (tmp_path / "mine" / "ratings.csv").write_text("\n".join(lines) + "\n")
    return tmp_path / "mine"


@pytest.fixture
def watched(tmp_path, write_photo):
    """Photographs in OSIE's layout, with two people's fixations."""
    random, root = np.random.default_rng(1), tmp_path / "watched"
    people, entries = np.empty(2, dtype=object), np.empty(SHOWN, dtype=object)
    for index in range(2):
        x, y = (np.array([point[axis] for point in POINTS]) for axis in (0, 1))
        people[index] = {"fix_x": x + index, "fix_y": y, "fix_duration": np.full(len(POINTS), 200.0)}
    for index in range(SHOWN):
        entries[index] = {"img": f"{1001 + index}.jpg", "subjects": people}
        pixels = random.integers(0, 255, (6, 8, 3), dtype=np.uint8).repeat(100, 0).repeat(100, 1)
        write_photo(root / "stimuli" / f"{1001 + index}.jpg", pixels)
    (root / "eye").mkdir()
    savemat(root / "eye" / "fixations.mat", {"fixations": entries.reshape(-1, 1)})
    return root


def by_hand(rated, watched):
    """The same evidence, photograph by photograph."""
    net = load_model("tiny_net")

    def grid(pixels):
        with torch.no_grad():
            return net.features(torch.from_numpy(images.to_input(pixels, net.inputs))[None])[0][0].numpy()

    records = find_records("ratings", rated / "ratings.csv")
    features = np.array([grid(images.decode(record.path)).mean((1, 2)) for record in records], np.float64)
    ratings = np.array([[record.ratings[name] for name in NAMES] for record in records])
    cells = np.array(
        [grid(images.decode(watched / f"stimuli/{1001 + number}.jpg")).reshape(8, 64) for number in range(SHOWN)]
    )
    looks = np.zeros((8, 8))
    for x, y in POINTS[:3]:
        looks[int(y * 8 / 600), int(x * 8 / 800)] += 1
    return Evidence(features, ratings, NAMES, cells, np.array([looks.ravel() / 3] * SHOWN))


@pytest.mark.slow
def test_the_table_is_what_is_measured_on_features_taken_one_by_one(command, rated, watched, tmp_path):
    words = ("table", "beyond", "--data", "ratings", "--root", rated / "ratings.csv", "--model", "tiny_net")
    words += ("--maps", "osie", "--maps-root", watched, "--permutations", "20", "--penalty", "2", "--out", tmp_path / "out")
    status, said, err = command(*words)
    assert status == 0, err
    with (tmp_path / "out" / "table_beyond.csv").open() as file:
        rows = {(row["measure"], row["attribute"]): row for row in csv.DictReader(file)}
    expected = measure_beyond(by_hand(rated, watched), 2.0, permutations=20)
    assert len(expected) == 7
    for row in expected.to_dict("records"):
        same = rows[row["measure"], row["attribute"]]
        for column in ("value", "null", "over_null", "null_low", "null_high", "p_holm"):
            assert float(same[column]) == pytest.approx(row[column], abs=2e-3), (row["attribute"], row["measure"], column)
    assert float(rows["rho", "light"]["over_null"]) > 0.3
    assert {name for measure, name in rows if measure == "edit_response"} == {"light", "vivid_color"}
    assert "fitted to 40 photographs of ratings; maps of 2 photographs of osie, 14 edits; penalty 2 (given)" in said
    assert "Maps of two attributes correlate" in said
    assert (tmp_path / "out" / "table_beyond.html").is_file()
    computed = len(batches())
    assert command(*words, "--quiet")[0] == 0
    assert batches()[computed:] == [1, 1, 2]  # what a model is tried on when it is loaded


def test_edits_move_features_as_the_edits_do(rated, watched, tmp_path):
    from xaesthetic.core.execution import Execution
    from xaesthetic.train.evidence import full_edits

    records = find_records("osie", watched)[:1]
    changes, moved = full_edits(load_model("tiny_net"), records, NAMES, tmp_path / "work", Execution(device="cpu"))
    assert (changes.shape, moved.shape) == ((7, 8), (7, 3))
    by_kind = dict(zip(edits.EDITS, moved, strict=False))
    np.testing.assert_array_equal(by_kind["drain"], [np.nan, np.nan, -1])
    np.testing.assert_array_equal(by_kind["underexpose"], [-1, np.nan, np.nan])
    assert np.abs(changes).max(1).min() > 0
    assert full_edits(load_model("tiny_net"), records, ("beauty",), tmp_path / "none", Execution(device="cpu")) is None


def test_without_other_photographs_some_are_put_aside(command, rated):
    words = ("table", "beyond", "--data", "ratings", "--root", rated / "ratings.csv", "--model", "tiny_net")
    status, said, err = command(*words, "--beyond", "none", "--permutations", "20", "--photographs", "4", "--json")
    assert status == 0, err
    rows = json.loads(said)["table_beyond"]
    assert {row["measure"] for row in rows} == {"rho", "split_half", "between"}
    assert {row["attribute"] for row in rows} == {*NAMES, "all"}
    assert "chosen by folds" in command(*words, "--permutations", "20", "--photographs", "4")[1]


def test_what_cannot_be_measured_is_refused_in_one_line(command, rated, watched, plugged):
    (plugged / "tiny_nets" / "curved_net.py").write_text(_CURVED)
    table = rated / "ratings.csv"
    words = ("table", "beyond", "--data", "ratings", "--root", table)
    lines = table.read_text().splitlines()
    for changed, more, expected in (
        (lines, ("--model", "curved_net"), "its head is no linear layer over global averages"),
        (lines, ("--model", "tiny_net", "--beyond", "beauty"), "beauty"),
        (lines, ("--model", "tiny_net", "--penalty", "inf"), "inf is no penalty"),
        (lines[:20], ("--model", "tiny_net"), "photographs with all ratings to fit to; at least 30 are needed"),
        (
            ["image,light,overall", *(f"{number}.png,{number},{2 * number}" for number in range(COUNT))],
            ("--model", "tiny_net"),
            "of none of light, overall enough is left over beyond overall",
        ),
    ):
        table.write_text("\n".join(changed) + "\n")
        status, _, err = command(*words, *more)
        assert (status, expected in err, "Traceback" in err) == (2, True, False), err
