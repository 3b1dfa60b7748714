"""Heads that hardly moved from where they began, as the published ones did: whose maps depend on the attribute."""

import numpy as np
import pytest
import torch
from support.places import SHARED

from xaesthetic.core import plugins
from xaesthetic.core.types import InputSpec, Source
from xaesthetic.models.model import gap_linear
from xaesthetic.models.weights import read_weights

CHANNELS, GLOROT = 15_104, 0.01993
"""The published network's, and the limit of the uniform distribution that its output weights began with."""
WEIGHTS = SHARED / "malu" / "weights.pkl"


def correlations(weights, bias, seed):
    """How alike the attributes' maps are, by method, on random features of which none is negative."""
    generator = torch.Generator().manual_seed(seed)
    places = torch.rand(4, 1, 7, 7, generator=generator) + 0.2  # some places are livelier than others
    features = torch.relu(torch.randn(4, weights.shape[1], 7, 7, generator=generator)) * places
    names = [f"a{number}" for number in range(len(weights))]
    inputs, source = InputSpec((7, 7), mean=(0.0, 0.0, 0.0)), Source("", "", "", {})
    model = gap_linear(names, inputs, lambda x: (features,), weights, bias, source)
    taken = model.run(torch.zeros(4, 3, 7, 7))
    for method in ("malu_cam", "cam"):
        maps = plugins.load("methods", method)(taken).numpy()
        pairs = np.triu_indices(len(names), 1)
        yield method, np.array([np.corrcoef(each.reshape(len(names), -1))[pairs].mean() for each in maps])


@pytest.mark.parametrize("seed", [0, 1])
def test_heads_as_they_begin(seed):
    """By the published code, which leaves negative weights out, r >= .95; by cam far less."""
    weights = (2 * torch.rand(12, CHANNELS, generator=torch.Generator().manual_seed(seed + 9)) - 1) * GLOROT
    found = dict(correlations(weights, torch.zeros(12), seed))
    assert found["malu_cam"].min() >= 0.95
    assert abs(found["cam"].mean()) < 0.5


@pytest.mark.skipif(not WEIGHTS.is_file(), reason=f"an extra for where {WEIGHTS} is; heads as they begin are always tested")
def test_the_published_heads(tmp_path):
    folder, _ = plugins.load("converters", "malu")(WEIGHTS, out=tmp_path, heads=True)
    head = read_weights(folder, "malu_resnet50")
    found = dict(correlations(head.weights, head.bias, 0))
    assert found["malu_cam"].min() >= 0.95
    assert abs(found["cam"].mean()) < 0.5
