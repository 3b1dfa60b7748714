"""Baselines as a network gets them, worked out from the pixels."""

import numpy as np
import pytest
import torch

from xaesthetic.core.baselines import BASELINES
from xaesthetic.core.errors import PluginError
from xaesthetic.core.types import InputSpec
from xaesthetic.data import images
from xaesthetic.models.baselines import baseline_input

SIZE = (20, 30)
IMAGE = np.random.default_rng(5).uniform(60, 180, (3, *SIZE)).astype(np.float32)
SPECS = (
    InputSpec(SIZE, mean=(0.4, 0.5, 0.6), std=(0.2, 0.3, 0.4), scale=1.0),
    InputSpec(SIZE, mean=(104.0, 117.0, 123.0), bgr=True),
    InputSpec(SIZE, mean=IMAGE, bgr=True),
)
specs = pytest.mark.parametrize("spec", SPECS, ids=["rgb", "bgr", "mean image"])


def photographs():
    return np.random.default_rng(6).integers(0, 256, (2, *SIZE, 3), dtype=np.uint8)


def as_input(pixels, spec):
    return torch.from_numpy(np.stack([images.to_input(item, spec) for item in pixels]))


def luma(pixels):
    return np.repeat((pixels @ np.array([0.2126, 0.7152, 0.0722]))[..., None], 3, axis=-1)


@specs
@pytest.mark.parametrize(("name", "value"), [("black", 0), ("white", 255)])
def test_a_field_is_the_photograph_of_that_color(spec, name, value):
    pixels = photographs()
    wanted = as_input(np.full_like(pixels, value), spec)
    torch.testing.assert_close(baseline_input(as_input(pixels, spec), spec, name), wanted, rtol=1e-4, atol=1e-4)


@specs
def test_grey_keeps_the_luma(spec):
    pixels = np.repeat(photographs()[:, ::10, ::10], 10, axis=1).repeat(10, axis=2)
    grey = baseline_input(as_input(pixels, spec), spec, "grey")
    wanted = as_input(luma(pixels).round().astype(np.uint8), spec)
    torch.testing.assert_close(grey, wanted, rtol=1e-3, atol=0.6 * spec.scale / 255 / min(spec.std))


def test_the_mean_is_input_zero():
    assert not baseline_input(as_input(photographs(), SPECS[2]), SPECS[2], "mean").any()


@specs
def test_a_blur_keeps_a_plain_photograph_and_takes_the_detail(spec):
    plain = as_input(np.full_like(photographs(), 90), spec)
    torch.testing.assert_close(baseline_input(plain, spec, "blur"), plain, rtol=1e-3, atol=1e-2)
    mean, unit = (torch.from_numpy(item) for item in images.mean_and_unit(spec))
    x = as_input(photographs(), spec)
    light, blurred = (item * unit + mean for item in (x, baseline_input(x, spec, "blur")))
    assert float(blurred.std((2, 3)).max()) < 0.3 * float(light.std((2, 3)).min())
    assert float((blurred.mean((2, 3)) - light.mean((2, 3))).abs().max()) < 0.03


def test_noise_is_noise_of_all_pixels_and_the_same_for_all():
    x = as_input(photographs(), SPECS[0])
    noise = baseline_input(x, SPECS[0], "noise")
    light = noise * torch.tensor(SPECS[0].std)[:, None, None] + torch.tensor(SPECS[0].mean)[:, None, None]
    assert 0 <= float(light.min()) < 0.05
    assert 0.95 < float(light.max()) <= 1 + 1e-6
    assert torch.equal(noise[0], noise[1])


@pytest.mark.parametrize("name", BASELINES)
def test_a_photographs_baseline_depends_on_no_other_and_leaves_it(name):
    x = as_input(photographs(), SPECS[0])
    before = x.clone()
    made = baseline_input(x, SPECS[0], name)
    assert made.shape == x.shape
    torch.testing.assert_close(made[1:], baseline_input(x[1:], SPECS[0], name))
    assert torch.equal(x, before)


def test_an_unknown_one_is_refused():
    with pytest.raises(PluginError, match=r"baseline 'green'.*black"):
        baseline_input(as_input(photographs(), SPECS[0]), SPECS[0], "green")
