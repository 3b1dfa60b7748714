"""Copies: squashed and compressed photographs as rows of a ridge."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from xaesthetic.core.execution import Execution
from xaesthetic.core.types import InputSpec, Record, Source
from xaesthetic.models.model import gap_linear
from xaesthetic.train import copies
from xaesthetic.train.features import pooled

INPUTS = InputSpec((24, 24), mean=(0.5, 0.5, 0.5), scale=1.0)


@pytest.fixture
def model():
    torch.manual_seed(0)
    layer = torch.nn.Conv2d(3, 6, 3, stride=2)
    head = torch.zeros(1, 6), torch.zeros(1)
    return gap_linear(["light"], INPUTS, lambda x: (torch.relu(layer(x)),), *head, Source("nobody", "none", "nothing", {}))


def test_changes_are_those_of_files_written_and_read(model, write_photo, tmp_path):
    random = np.random.default_rng(0)
    pixels = [random.integers(0, 256, (30, 40, 3)).astype(np.uint8) for _ in range(3)]
    records = [Record(str(i), write_photo(tmp_path / f"{i}.png", item), original=str(i)) for i, item in enumerate(pixels)]
    records.insert(1, Record("gone", tmp_path / "gone.png", original="gone"))
    changed = copies.copy_changes(model, records, tmp_path / "work", Execution(device="cpu"))
    assert changed.shape == (3, len(copies.QUALITIES), 6)
    file = io.BytesIO()
    small = Image.fromarray(pixels[2]).resize((24, 24), Image.Resampling.BILINEAR)
    small.save(file, "JPEG", quality=copies.QUALITIES[-1])
    slow = pooled(model, [np.asarray(Image.open(file))], "cpu") - pooled(model, [pixels[2]], "cpu")
    np.testing.assert_allclose(changed[2, -1], slow[0], atol=1e-5)
    assert np.abs(changed[2, -1]).max() > np.abs(changed[2, 0]).max() > 0


def test_shifts_are_means_in_standard_deviations_of_the_ratings():
    changes = np.zeros((2, len(copies.QUALITIES), 2))
    changes[:, 1] = [[1, 0], [3, 2]]
    said = copies.shifts(changes, np.array([[2.0, 1.0]]), np.array([0.5]), ["light"])
    assert list(said) == [f"jpeg {quality}" for quality in copies.QUALITIES]
    assert said["jpeg 90"] == {"light": 10.0}  # (2 + 8) / 2 / .5
    assert said["jpeg 75"] == {"light": 0.0}
