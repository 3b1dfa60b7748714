"""Models as objects in a comparison: kept by their identity, resumed with equal ones, refused with others."""

from dataclasses import replace

import pytest
import torch
from support import nets
from support.plugin_package import make_photos

import xaesthetic as xa
from xaesthetic.core.errors import DataError, ModelError
from xaesthetic.models.identity import identify
from xaesthetic.models.model import relinked
from xaesthetic.run.schemas import FAITHFULNESS, PREDICTIONS
from xaesthetic.run.store import Run
from xaesthetic.stages.asking import to_question


@pytest.fixture
def photos(tmp_path):
    return make_photos(tmp_path / "photos", 3)


@pytest.fixture
def experiment(photos):
    return xa.Experiment(str(photos), None, (), ("cam",), ("all",), None)


def mine(name="mine"):
    return replace(nets.linear_net(), name=name)


def other(name="mine"):
    return relinked(mine(name), mine().weights * 2)


def compared(experiment, out, *models):
    return xa.compare(experiment, out, draw=False, models=models).run


# -- identity ----------------------------------------------------------------------------------------------------------


def changed_bias():
    model = nets.linear_net()
    return replace(model, head=replace(model.head, bias=model.head.bias + 1))


@pytest.mark.parametrize(
    "change",
    [
        lambda model: relinked(model, model.weights * 2),
        lambda model: changed_bias(),
        lambda model: replace(model, source=replace(model.source, citation="another")),
        lambda model: replace(model, attributes=("light", "content", "beauty")),
        lambda model: replace(model, links=("tanh",) * 3),
        lambda model: replace(model, inputs=replace(model.inputs, scale=1.0)),
        lambda model: replace(model, module=torch.nn.Linear(2, 2)),
    ],
)
def test_what_makes_a_model_another_one(change):
    assert identify(nets.linear_net()) == identify(nets.linear_net())
    assert identify(change(nets.linear_net())) != identify(nets.linear_net())


def test_weights_that_only_a_function_holds_count():
    one, two = nets.curved_net(), nets.curved_net()
    assert identify(one) == identify(two)
    with torch.no_grad():
        two.head.function.__closure__[0].cell_contents.weight.add_(1)
    assert identify(one) != identify(two)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float64])
def test_every_kind_of_number_counts(dtype):
    assert identify(nets.linear_net(dtype)) != identify(nets.linear_net())


def test_a_model_without_tensors_here_says_which_it_is():
    served = replace(nets.linear_net(), features=nothing, head=nets.FunctionHead(nothing))
    with pytest.raises(ModelError, match="holds no tensors here .*identity='version 3'"):
        identify(served)
    assert identify(replace(served, identity="1")) != identify(replace(served, identity="2"))


def nothing(x):
    return x


# -- runs --------------------------------------------------------------------------------------------------------------


def test_an_object_answers_beside_others_and_its_run_is_a_run(experiment, tmp_path):
    run = compared(experiment, tmp_path / "out", mine(), other("second"))
    assert run.model_keys() == ["mine", "second"]
    opened = Run.open(tmp_path / "out")
    assert opened.experiment.identities == {"mine": identify(mine()), "second": identify(other())}
    table = opened.read(PREDICTIONS).set_index(["model", "image", "attribute"])["raw"]
    shown = xa.explain(tmp_path / "photos" / "00.png", mine())
    assert shown.raw["light"] == pytest.approx(table["mine", "00.png", "light"], rel=1e-5)
    assert opened.maps("mine", "cam").map("00.png", "light").mean() + float(mine().bias[0]) == pytest.approx(
        shown.raw["light"], rel=1e-4
    )


def test_photographs_and_a_folder_of_them_are_the_same(experiment, photos, tmp_path):
    data = compared(replace(experiment, methods=("cam", "activation_energy"), pick=5), tmp_path / "data", mine())
    whole = xa.compare(photos, tmp_path / "whole", draw=False, models=mine()).run
    named = xa.compare(sorted(photos.iterdir()), tmp_path / "named", draw=False, models=[mine()]).run
    assert data.read(PREDICTIONS).equals(whole.read(PREDICTIONS))
    assert data.read(PREDICTIONS).equals(named.read(PREDICTIONS))
    assert whole.experiment.data == str(photos)
    assert named.experiment.data == "00.png and 2 more"
    assert [record.path for record in Run.open(named.root).records()] == sorted(photos.iterdir())


def test_without_a_folder_it_gets_a_name_of_its_own(photos, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    first = xa.compare(photos, draw=False, models=[mine()]).run.root
    assert first.parent.name == "runs"
    assert xa.compare(photos, draw=False, models=[mine()]).run.root == first
    assert xa.compare(photos, draw=False, models=[other()]).run.root != first


def test_an_equal_model_goes_on_and_another_is_refused(experiment, tmp_path):
    out = tmp_path / "out"
    run = compared(experiment, out, mine())
    maps = run.maps_folder("mine", "cam")
    before = run.maps("mine", "cam").map("00.png", "light")
    for file in sorted(maps.rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()
    maps.rmdir()
    maps.with_name("cam.zarr.sha256").unlink()
    with pytest.raises(DataError, match="begun with another mine: its weights, source, outputs or inputs differ"):
        compared(run.experiment, out, other())
    with pytest.raises(ModelError, match=r"mine: was handed over as an object.*xa\.judge\(.*models=\[…\]"):
        compared(run.experiment, out)
    assert (compared(run.experiment, out, mine()).maps("mine", "cam").map("00.png", "light") == before).all()


@pytest.mark.parametrize(
    ("models", "why"),
    [
        (lambda: [mine(), other()], "two models are called 'mine'"),
        (lambda: [mine(), "mine"], "two models are called 'mine'"),
        (lambda: [mine("a/b")], "'a/b' cannot be a model's name"),
        (lambda: [mine("a=b")], "'a=b' cannot be a model's name"),
        (lambda: [torch.nn.Linear(2, 2)], r"Linear is a network of torch.*xa\.wrap"),
        (lambda: torch.nn.Linear(2, 2), r"Linear is a network of torch.*xa\.wrap"),
        (lambda: [None], "NoneType is no model"),
        (lambda: None, "NoneType is no model"),
        (lambda: 5, "int is no model"),
        (lambda: ["no_such"], "no model 'no_such'"),
        (list, "no model is chosen"),
    ],
)
def test_what_is_no_model_is_refused_before_anything_is_written(models, why, experiment, tmp_path):
    with pytest.raises(xa.XaestheticError, match=why):
        xa.compare(experiment, tmp_path / "out", models=models())
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("wrong", [None, 5, [], [None], {"a.jpg": 1}])
def test_what_is_no_question_is_refused(wrong):
    with pytest.raises(DataError, match=r"is no question; pass xa\.Experiment"):
        to_question(wrong, "all")


def wrapped(factor=1.0):
    torch.manual_seed(5)
    net = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 4, 4), torch.nn.ReLU(), torch.nn.Conv2d(8, 4, 2), torch.nn.Flatten())
    net.append(torch.nn.Linear(4 * 7 * 7, 2))
    net[-1].weight.data.mul_(factor)
    inputs = xa.InputSpec((32, 32), mean=(0.0, 0.0, 0.0), scale=1.0)
    return xa.wrap(net, layers="1", outputs=["beauty", "技術"], inputs=inputs, name="mine")


def test_a_wrapped_network_is_an_object_like_any_other(photos, tmp_path):
    assert identify(wrapped()) == identify(wrapped()) != identify(wrapped(2.0))
    run = xa.compare(photos, tmp_path / "out", draw=False, models=[wrapped()], attributes=["beauty"]).run
    assert run.experiment.methods == ("grad_cam", "activation_energy")  # its head is no linear layer under averages
    raw = run.read(PREDICTIONS).set_index("image")["raw"]
    shown = xa.explain(photos / "02.png", wrapped(), "beauty")
    assert raw["02.png"] == pytest.approx(shown.raw["beauty"], rel=1e-4, abs=1e-6)
    with pytest.raises(DataError, match="begun with another mine"):
        xa.compare(photos, tmp_path / "out", draw=False, models=[wrapped(2.0)], attributes=["beauty"])


# -- what needs the models again ---------------------------------------------------------------------------------------


def test_what_needs_the_model_again_takes_it(experiment, tmp_path):
    run = compared(experiment, tmp_path / "out", mine())
    with pytest.raises(ModelError, match=r"mine: was handed over as an object.*xa\.judge\("):
        xa.measure(run, "faithfulness")
    with pytest.raises(DataError, match="begun with another mine"):
        xa.judge(run, models=[other()])
    assert not run.has(FAITHFULNESS)
    judgement = xa.judge(run, models=[mine()], measurements="faithfulness")
    assert set(judgement.tables["faithfulness"]["model"]) == {"mine"}
    assert "faithfulness" not in judgement.missing
    assert len(xa.measure(run, "faithfulness"))  # it is there: no model is needed
    assert "edit_response" in xa.judge(run, models=[mine()]).missing  # none of the photographs has a subject
