"""A run of another target than the default: maps, what counts as zero, completeness, and what cannot be."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from support import nets

import xaesthetic as xa
from xaesthetic.core.errors import DataError, XaestheticWarning
from xaesthetic.core.targets import describe_target
from xaesthetic.core.types import Experiment, Record
from xaesthetic.evaluation.completeness import measure_completeness
from xaesthetic.run.question import default_folder
from xaesthetic.run.schemas import PREDICTIONS, ZEROS
from xaesthetic.stages.targets import validate_zeros, zero_of_people

LINKS = ("tanh", "identity", "sigmoid")


def model():
    weights = nets.linear_net()
    head = replace(weights.head, weights=weights.head.weights * 0.02)
    return replace(weights, head=head, name="net", links=LINKS)


@pytest.fixture
def photographs(tmp_path):
    folder = tmp_path / "photographs"
    folder.mkdir()
    for number in range(4):
        pixels = np.random.default_rng(number).integers(0, 60 * (number + 1), (40, 50, 3), np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    return folder


def run_of(photographs, out, method="cam", **question):
    asked = Experiment(str(photographs), None, (), (method,), ("all",), None, device="cpu", **question)
    return xa.compare(asked, out, draw=False, models=model()).run


def test_down_is_the_opposite_and_adds_up_to_it(photographs, tmp_path):
    up, down = run_of(photographs, tmp_path / "up"), run_of(photographs, tmp_path / "down", target="down")
    for image in up.maps("net", "cam").images:
        np.testing.assert_allclose(down.maps("net", "cam").of(image), -up.maps("net", "cam").of(image), rtol=1e-4, atol=1e-5)
    assert up.read(PREDICTIONS).equals(down.read(PREDICTIONS))
    for run in (up, down):
        verdicts = set(measure_completeness(run)["verdict"])
        assert verdicts == {"adds up to the prediction, as promised"}


def test_after_the_link_there_is_no_cam_and_gradients_have_its_slope(photographs, tmp_path):
    with pytest.warns(XaestheticWarning, match="cam explains content, and not light, depth_of_field"):
        partial = run_of(photographs, tmp_path / "some", of="rating")
    assert partial.maps("net", "cam").attributes == ("content",)
    raw, rating = (run_of(photographs, tmp_path / of, "grad_cam", of=of) for of in ("raw", "rating"))
    table = raw.read(PREDICTIONS)
    for row in table[table["attribute"] == "light"].itertuples():
        before, after = (run.maps("net", "grad_cam").map(row.image, "light") for run in (raw, rating))
        np.testing.assert_allclose(after, before * (1 - np.tanh(row.raw) ** 2), rtol=1e-3, atol=1e-6)


def test_what_counts_as_zero_is_kept(photographs, tmp_path):
    run = run_of(photographs, tmp_path / "mean", zero="mean", of="raw")
    table = run.read(PREDICTIONS)
    for name, rows in table.groupby("attribute"):
        assert run.zeros()["net", name] == pytest.approx(rows["raw"].mean(), rel=1e-5)
    photo = run_of(photographs, tmp_path / "photo", "grad_cam", zero=f"photo:{photographs / '2.png'}", of="rating")
    wanted = table[(table["image"].str.startswith("2")) & (table["attribute"] == "light")]["prediction"].iloc[0]
    assert photo.zeros()["net", "light"] == pytest.approx(wanted, rel=1e-4)
    assert len(photo.experiment.inputs["zero"]) == 64
    assert photo.is_complete()
    photo.discard(ZEROS)
    assert not photo.is_complete()
    assert run_of(photographs, tmp_path / "up").zeros() == {}


def test_people_may_be_the_zero_of_ratings(photographs):
    one, other = (
        Record(name, photographs, name, ratings=rated) for name, rated in (("a", {"light": 1.0}), ("b", {"light": 2.0}))
    )
    assert zero_of_people([one, other]) == {"light": 1.5}
    question = Experiment("x", None, ("net",), ("cam",), ("all",), None, zero="people")
    with pytest.raises(DataError, match="people's ratings are no zero of the raw output of 'light'.*--of rating"):
        validate_zeros(question, {"net": model()}, [one])
    validate_zeros(replace(question, of="rating"), {"net": model()}, [one])
    with pytest.raises(DataError, match="people have rated none of the photographs.*--zero mean"):
        validate_zeros(question, {"net": model()}, [replace(one, ratings={})])


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ({"target": "sideways"}, "target is 'sideways'; up or down was wanted"),
        ({"of": "stars"}, "of is 'stars'; raw or rating was wanted"),
        ({"zero": "median"}, "the zero is 'median'; mean, people or photo:FILE"),
        ({"zero": "photo:"}, "the zero is 'photo:'"),
    ],
)
def test_what_is_no_target_is_refused(question, said):
    with pytest.raises(DataError, match=said):
        Experiment("x", None, ("net",), ("cam",), ("all",), None, **question)


def test_a_photograph_that_is_not_there_is_refused_before_anything_is_computed(photographs, tmp_path):
    with pytest.raises(DataError, match="gone.png"):
        run_of(photographs, tmp_path / "run", zero=f"photo:{tmp_path / 'gone.png'}")
    assert not (tmp_path / "run").exists()


def test_only_another_target_changes_a_folders_name():
    usual = Experiment("x", None, ("net",), ("cam",), ("all",), None)
    assert default_folder(usual).name == "x-all-" + default_folder(usual).name[-8:]
    others = [replace(usual, **change) for change in ({"target": "down"}, {"of": "rating"}, {"zero": "mean"})]
    assert len({default_folder(item) for item in (usual, *others)}) == 4
    assert describe_target("down", "rating", "people").startswith("what lowers the rating, against the mean of people's")
