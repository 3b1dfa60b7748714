"""`--beyond overall` on the command line; several weights of one model; what `judge` prints of refits."""

import pandas as pd
import pytest
from support.plugin_package import make_photos, plugged  # noqa: F401  # a fixture

from xaesthetic.core.files import sha256
from xaesthetic.evaluation.stability import STABILITY
from xaesthetic.run.store import Run

_RATED = '''
from dataclasses import replace

import torch

from xaesthetic.models.heads import LinearHead
from xaesthetic.models.refits import Refits
from xaesthetic.models.slope import Slope
from tiny_nets._net import build


def rated_net():
    """A tiny network with an overall score."""
    net = build(("light", "vivid_color", "overall"), 3, "on nothing", {})
    noise = torch.tensor([0.01, 50.0, 0.1])[:, None] * torch.randn(4, 3, 8, generator=torch.Generator().manual_seed(0))
    head = LinearHead(net.head.weights, net.head.bias, Refits(net.head.weights + noise, net.head.bias.repeat(4, 1)))
    return replace(net, head=head, slopes={"light": Slope(0.5, 0.2), "vivid_color": Slope(0.9, 0.03)})
'''


@pytest.fixture
def photos(tmp_path, plugged):
    (plugged / "tiny_nets" / "rated_net.py").write_text(_RATED)
    return make_photos(tmp_path / "photos", 4)


@pytest.mark.slow
def test_a_run_is_of_what_is_beyond_the_overall_score(command, photos, tmp_path):
    chosen = ("--model", "rated_net", "--out", tmp_path / "run", "--report", "attribute_grid")
    status, _, err = command("compare", photos, "--attr", "light", "--beyond", "overall", *chosen)
    assert status == 0, err
    run = Run.open(tmp_path / "run")
    assert run.maps("rated_net", "cam").attributes == ("light_beyond_overall",)
    caption = (run.report / "attribute_grid_light_beyond_overall.txt").read_text()
    assert "less than the overall rating predicts" in caption
    assert not {"bad", "worse", "independent"} & set(caption.lower().replace(".", " ").replace(",", " ").split())


def test_what_cannot_be_is_refused_before_anything_is_computed(command, photos, tmp_path):
    place = ("--out", tmp_path / "run", "--beyond", "overall")
    for model, attribute, said in (
        ("tiny_net", "light", "tiny_net has no attribute 'overall'"),
        ("rated_net", "vivid_color", "leaves 3.0% of the variance of vivid_color"),
        ("rated_net", "overall", "overall has nothing beyond itself"),
    ):
        status, _, err = command("compare", photos, "--attr", attribute, "--model", model, *place)
        assert (status, said in err, len(err.strip().splitlines())) == (2, True, 1), err
        assert not (tmp_path / "run" / "experiment.json").exists()


@pytest.mark.slow
def test_what_is_judged_is_printed(command, photos, tmp_path):
    folder = tmp_path / "run"
    report = ("--report", "attribute_grid", "--out", folder, "--quiet")
    assert command("compare", photos, "--attr", "light", "--attr", "vivid_color", "--model", "rated_net", *report)[0] == 0
    status, out, _ = command("score", folder)
    lines = out.splitlines()
    assert status == 0
    assert any("rated_net cam: 4 refits, 4 photographs" in line and "split-half r of maps" in line for line in lines)
    assert any(line.startswith("vivid_color") and "not what the attribute depends on" in line for line in lines)
    assert any(line.startswith("light") and "refits agree" in line for line in lines)
    assert "refits disagree about this map" in (folder / "report" / "attribute_grid_vivid_color.txt").read_text()
    assert "disagree" not in (folder / "report" / "attribute_grid_light.txt").read_text()


@pytest.mark.slow
def test_several_weights_of_one_model_are_refits_of_one_another(command, photos, tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "other_net.npz").write_bytes(name.encode())
        (tmp_path / name / "other_net.sha256").write_text(sha256(tmp_path / name / "other_net.npz"))
    models = [part for name in ("one", "two") for part in ("--model", f"other_net={tmp_path / name}")]
    folder = tmp_path / "run"
    status, _, err = command(
        "compare", photos, "--attr", "light", *models, "--model", "other_net", "--out", folder, "--quiet"
    )
    assert status == 0, err
    table: pd.DataFrame = Run.open(folder).read(STABILITY).set_index("model")
    assert list(table.index) == ["other_net-one", "other_net-two"]  # the model's own weights are not of one's own
    assert set(table["against"]) == {"other weights"}
    assert table["split_half"].tolist() == pytest.approx([1, 1])
