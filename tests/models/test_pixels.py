"""Maps in image pixels, against torch's own interpolation."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from xaesthetic.data import images


@given(st.integers(1, 12), st.integers(1, 12), st.integers(12, 90), st.integers(12, 90))
def test_to_pixels_against_torch(rows, columns, height, width):
    grid = np.random.default_rng(0).normal(size=(rows, columns)).astype(np.float32)
    carried = images.to_pixels(grid, (height, width))
    wanted = torch.nn.functional.interpolate(torch.from_numpy(grid)[None, None], (height, width), mode="bilinear")[0, 0]
    np.testing.assert_allclose(carried, wanted.numpy(), atol=2e-5)


def test_to_pixels_is_antialiased_where_it_shrinks():
    grid = torch.from_numpy(np.random.default_rng(0).normal(size=(70, 90)).astype(np.float32))
    wanted = torch.nn.functional.interpolate(grid[None, None], (20, 200), mode="bilinear", antialias=True)[0, 0]
    np.testing.assert_allclose(images.to_pixels(grid.numpy(), (20, 200)), wanted.numpy(), atol=2e-5)
