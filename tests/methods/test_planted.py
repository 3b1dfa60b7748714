"""Planted models, whose right map is known: the core of benchmarks/planted.py, whose tables are in docs/planted.md."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pytest

from xaesthetic.core import plugins
from xaesthetic.data import images

ROOT = Path(__file__).parents[2]
ENDS = ("channel", "color", "center")


@pytest.fixture(scope="module")
def planted():
    specification = spec_from_file_location("planted", ROOT / "benchmarks" / "planted.py")
    module = module_from_spec(specification)
    sys.modules["planted"] = module  # a dataclass looks its module up
    specification.loader.exec_module(module)
    yield module
    del sys.modules["planted"]


@pytest.fixture(scope="module")
def scenes(planted):
    return planted.pictures(6)


def test_each_output_answers_to_its_region_alone(planted, scenes):
    model = planted.planted_model()
    for scene in scenes:
        before = outputs(model, scene.pixels)
        for column, region in enumerate(scene.regions):
            painted = scene.pixels.copy()
            painted[region] = 0 if ENDS[column] == "center" else 102  # what is around the squares
            change = np.abs(outputs(model, painted) / before - 1)
            assert change[column] > 0.5
            others = change[[other for other in range(3) if other != column]]
            assert others.max() < 0.4 * change[column], (column, change)


def outputs(model, pixels):
    from xaesthetic.models.forward import to_batch

    return model.run(to_batch([pixels], model.inputs)).raw[0].double().numpy()


@pytest.mark.parametrize(
    ("method", "right"),
    [
        ("hires_cam", (True, True, True)),
        ("layer_cam", (True, True, True)),
        ("occlusion", (True, True, True)),
        ("grad_cam", (True, True, False)),
        ("xgrad_cam", (True, True, False)),
        ("activation_energy", (False, None, False)),
    ],
)
def test_which_methods_find_the_right_map(method, right, planted, scenes):
    aucs = planted.method_aucs(method, scenes)
    for name, wanted in zip(ENDS, right, strict=True):
        assert wanted is None or (aucs[name] >= planted.RIGHT) == wanted, (method, aucs)


def test_cam_is_right_where_it_is_defined(planted, scenes):
    aucs = planted.method_aucs("cam", scenes)
    assert min(aucs["channel"], aucs["color"]) > 0.99
    assert np.isnan(aucs["center"])


@pytest.mark.parametrize(
    "metric", ["auc", "nss", "cc", "signed_cc", "kl", "sim", "iou", "energy_pointing_game", "average_precision"]
)
def test_metrics_prefer_the_right_map(metric, planted, scenes):
    assert min(planted.metric_shares(metric, scenes).values()) == 1.0


def test_shuffled_auc_takes_the_middle_for_a_habit(planted, scenes):
    shares = planted.metric_shares("shuffled_auc", scenes)
    assert shares["channel"] >= planted.RIGHT > shares["center"]


def test_an_auc_by_hand(planted):
    region = np.zeros((64, 64), bool)
    region[:, :32] = True
    left = np.repeat([[2.0, 2.0, 1.0, 1.0]], 4, axis=0).astype(np.float32)
    assert planted._auc(left, region) > 0.99
    assert planted._auc(-left, region) < 0.01
    assert planted._auc(np.ones((4, 4), np.float32), region) == 0.5
    assert images.to_pixels(left, (64, 64)).shape == region.shape


def test_the_page_has_every_method_and_metric():
    page = (ROOT / "docs" / "planted.md").read_text(encoding="utf-8")
    for kind in ("methods", "metrics"):
        for name in plugins.names(kind):
            assert f"\n| `{name}` | " in page, name
