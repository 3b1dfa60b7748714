"""Maps of a network whose weights are shuffled."""

import numpy as np
import pytest
import torch
from support.maps import write_maps
from support.plugin_package import plugged  # noqa: F401
from support.watched_run import run, watched  # noqa: F401
from typer.testing import CliRunner

import xaesthetic as xa
from xaesthetic.cli import app
from xaesthetic.core import progress
from xaesthetic.core.errors import ModelError
from xaesthetic.core.execution import Execution
from xaesthetic.core.types import Experiment
from xaesthetic.evaluation import summaries
from xaesthetic.evaluation.judge import judge
from xaesthetic.evaluation.specificity import measure_specificity, with_untrained
from xaesthetic.metrics._floors import CASCADE, OUTPUT
from xaesthetic.pipeline import measure
from xaesthetic.run.schemas import RANDOMISATION
from xaesthetic.run.store import Run
from xaesthetic.stages import randomisation


def parameters(model):
    return [each.detach().clone() for each in model.module.parameters()]


def test_weights_are_shuffled_and_put_back(run):
    model = xa.load_model("tiny_net")
    before, head = parameters(model), model.weights.clone()
    with randomisation.shuffled(model, "whole network", 0) as broken:
        changed = [not torch.equal(one, other) for one, other in zip(before, parameters(broken), strict=True)]
        assert changed == [each.ndim > 1 for each in before]
        for row, own in zip(broken.weights, head, strict=True):
            assert not torch.equal(row, own)
            torch.testing.assert_close(row.sort().values, own.sort().values)
    assert all(torch.equal(one, other) for one, other in zip(before, parameters(model), strict=True))
    with pytest.raises(ZeroDivisionError), randomisation.shuffled(model, "whole network", 0):
        raise ZeroDivisionError
    assert all(torch.equal(one, other) for one, other in zip(before, parameters(model), strict=True))
    assert torch.equal(model.weights, head)


def test_the_output_layer_alone_leaves_the_network(run):
    model = xa.load_model("tiny_net")
    before = parameters(model)
    with randomisation.shuffled(model, OUTPUT, 0) as broken:
        assert all(torch.equal(one, other) for one, other in zip(before, parameters(broken), strict=True))
        assert not torch.equal(broken.weights, model.weights)


@pytest.mark.slow
def test_of_a_run(run):
    measure(run, "randomisation")
    told = judge(run, ["nss"]).tables["randomisation"]
    table = run.read(RANDOMISATION)
    assert set(table["shuffled"]) == {OUTPUT, *CASCADE}
    energy = table[(table["method"] == "activation_energy") & (table["shuffled"] == OUTPUT)]
    np.testing.assert_allclose(energy["r"], 1, atol=1e-5)  # it asks no head
    cam = table[(table["method"] == "cam") & (table["shuffled"] == OUTPUT)]
    assert cam["r"].abs().mean() < 0.99
    row = told[(told["method"] == "cam") & (told["shuffled"] == OUTPUT)].iloc[0]
    assert row["r"] == pytest.approx(cam.groupby("image")["r"].mean().mean())
    specific = measure_specificity(run).set_index("method")
    assert specific.loc["cam", "output_shuffled"] == pytest.approx(cam["r"].mean())
    assert {file.name for file in xa.draw_reports(run, ["randomised"])} == {
        "randomised.csv", "randomised.png", "randomised.pdf", "randomised.txt",
    }  # fmt: skip


def test_the_correlation_is_pearsons(run):
    model = xa.load_model("tiny_net", ("light", "vivid_color"))
    from xaesthetic.data.images import decode
    from xaesthetic.models.forward import Session
    from xaesthetic.stages.explain import explained_records

    randomisation.measure_randomisation(run, {"tiny_net": model})
    table = run.read(RANDOMISATION)
    records = explained_records(run)
    with randomisation.shuffled(model, "whole network", 0) as broken:
        maps = Session(broken).run([decode(each.path) for each in records], ["cam"]).maps["cam"]
    rows = table[(table["method"] == "cam") & (table["shuffled"] == "whole network") & (table["attribute"] == "light")]
    own = run.maps("tiny_net", "cam")
    for number, record in enumerate(records):
        wanted = np.corrcoef(own.map(record.id, "light").ravel(), maps[number, 0].ravel())[0, 1]
        assert rows.set_index("image")["r"][record.id] == pytest.approx(wanted, abs=1e-4)


def test_a_model_without_weights_here_is_refused(run):
    from dataclasses import replace

    from xaesthetic.models.heads import FunctionHead

    model = xa.load_model("tiny_net")
    model = replace(model, head=FunctionHead(model.head), module=None)
    with pytest.raises(ModelError, match="no weights here to be shuffled"):
        randomisation.measure_randomisation(run, {"tiny_net": model})


def test_outputs_that_were_never_trained(tmp_path):
    values = np.random.default_rng(0).normal(size=(2, 3, 4, 5)).astype(np.float32)
    run = Run(tmp_path, Experiment("here", None, ("net",), ("cam",), ("all",), None))
    write_maps(run, "net", "cam", ["a", "b"], ["light", "content", "symmetry"], values)
    stack = run.maps("net", "cam")
    found = with_untrained(stack, ("symmetry",))
    for image in range(2):
        wanted = np.mean([np.corrcoef(values[image, n].ravel(), values[image, 2].ravel())[0, 1] for n in range(2)])
        assert found[image] == pytest.approx(wanted, abs=1e-6)
    assert np.isnan(with_untrained(stack, ())).all()


def test_a_summary_by_hand():
    import pandas as pd

    rows = [(image, "m", "cam", name, OUTPUT, r) for image, name, r in (("a", "x", 0.2), ("a", "y", 0.4), ("b", "x", 0.5))]
    (row,) = summaries.summarise_randomisation(pd.DataFrame(rows, columns=list(RANDOMISATION.names))).to_dict("records")
    assert (row["photographs"], row["r"]) == (2, pytest.approx(0.4))


@pytest.mark.slow
def test_the_command(run):
    done = CliRunner().invoke(app, ["score", str(run.root), "--metric", "nss", "--by-person", "--randomise"])
    assert done.exit_code == 0, done.output
    said = " ".join(done.output.split())
    for words in (
        "shuffled weights", "output layer", "each person alone", "adds up to the prediction, as promised",
        "group: those that share a letter",
    ):  # fmt: skip
        assert words in said
    assert (run.report / "leaderboard_by_person.csv").is_file()


@pytest.mark.slow
@pytest.mark.parametrize(("stage", "inside"), [("randomisation", "4 photographs: "), ("faithfulness", "one photograph: ")])
def test_progress_counts_photographs_and_passes(run, stage, inside):
    told, beside = [], []

    def track(items, what, total):
        told.append((what, total))
        with progress._saying(beside.append):
            yield from items

    measure(run, stage, execution=Execution(track=track))
    photographs = len(run.maps("tiny_net", "cam").images)
    assert ("photographs, " in told[-1][0], told[-1][1]) == (True, photographs)
    assert any(f"tiny_net, {inside}" in text and text.endswith(" passes") for text in beside)
