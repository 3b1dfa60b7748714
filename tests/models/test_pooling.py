"""Averages over grids, by plain loops; torch and numpy give the same."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from xaesthetic.core.types import InputSpec, Source
from xaesthetic.data import images
from xaesthetic.methods.cam import cam
from xaesthetic.models.model import gap_linear
from xaesthetic.models.pooling import area_pool, global_average


def slowly(layer, size):
    """The mean over equal boxes, cut where they cut cells, of (k, h, w)."""
    height, width = layer.shape[1:]
    result = torch.zeros(len(layer), *size)
    for i in range(size[0]):
        for j in range(size[1]):
            for y in range(height):
                for x in range(width):
                    rows = min((i + 1) * height / size[0], y + 1) - max(i * height / size[0], y)
                    columns = min((j + 1) * width / size[1], x + 1) - max(j * width / size[1], x)
                    share = max(0, rows) * max(0, columns) * size[0] * size[1] / (height * width)
                    result[:, i, j] += share * layer[:, y, x]
    return result


@pytest.mark.parametrize("order", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("size", [(5, 4), (10, 10), (13, 7), (1, 1), (26, 3), (13, 1), (1, 7)])
def test_area_pool(size, order):
    maps = torch.randn(2, 3, 13, 7, generator=torch.Generator().manual_seed(0)).contiguous(memory_format=order)
    found = area_pool(maps, size)
    torch.testing.assert_close(found[1], slowly(maps[1], size), rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(found.mean((2, 3)), maps.mean((2, 3)), rtol=1e-5, atol=1e-6)
    for values in (maps.numpy(), maps[0].numpy(), maps[0, 1].numpy()):
        pooled = images.area_pool(values, size)
        assert pooled.dtype == np.float32
        wanted = found.numpy()[(0,) * (4 - values.ndim)] if values.ndim == 3 else found.numpy()
        np.testing.assert_allclose(pooled, wanted if values.ndim > 2 else wanted[0, 1], rtol=1e-5, atol=1e-6)


def test_boxes_of_whole_cells():
    maps = torch.randn(2, 4, 12, 6, generator=torch.Generator().manual_seed(0)).contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(area_pool(maps, (4, 3))[1], slowly(maps[1], (4, 3)), rtol=1e-5, atol=1e-6)


def test_several_maps_of_one_pass_share_what_is_pooled(monkeypatch):
    pooled = []

    def counted(maps, size):
        pooled.append(tuple(maps.shape))
        return area_pool(maps, size)

    monkeypatch.setattr("xaesthetic.models.passing.area_pool", counted)
    layers = tuple(torch.rand(2, 3, side, side).contiguous(memory_format=torch.channels_last) for side in (8, 4))
    weights = torch.randn(5, 6)
    source = Source("nobody", "none", "not trained", {})
    model = gap_linear("abcde", InputSpec((8, 8), (0.0, 0.0, 0.0)), lambda x: layers, weights, torch.zeros(5), source)
    taken = model.run(torch.zeros(2, 3, 8, 8))
    first, second = cam(taken), cam(replace(taken, raw=taken.raw + 1))
    assert pooled == [(2, 3, 8, 8), (2, 3, 4, 4)]
    assert torch.equal(first, second)
    torch.testing.assert_close(first.mean((2, 3)), taken.raw)
    other = replace(taken, activations=tuple(layer * 2 for layer in layers))
    torch.testing.assert_close(cam(other), 2 * first)


def test_global_average_by_hand():
    one = torch.tensor([[[[1.0, 2.0], [3.0, 6.0]]]])
    two = torch.tensor([[[[5.0]], [[7.0]]]])
    assert global_average((one, two)).tolist() == [[3, 5, 7]]
