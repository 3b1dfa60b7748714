import numpy as np
import pytest
import torch

from xaesthetic.core.documents import read_json
from xaesthetic.core.errors import DataError
from xaesthetic.core.files import sha256
from xaesthetic.core.types import InputSpec, Record, Source
from xaesthetic.data import edits
from xaesthetic.models.model import gap_linear
from xaesthetic.models.weights import read_weights
from xaesthetic.train import ridge

SOURCE = Source("nobody", "none", "nothing", {})


def tiny_net():
    torch.manual_seed(0)
    first, second = torch.nn.Conv2d(3, 24, 3, stride=2), torch.nn.Conv2d(24, 40, 3, stride=2)

    def features(x):
        one = torch.relu(first(x))
        return one, torch.relu(second(one))

    inputs = InputSpec((48, 48), mean=(0.5, 0.5, 0.5), scale=1.0)
    return gap_linear(["light"], inputs, features, torch.zeros(1, 64), torch.zeros(1), SOURCE)


@pytest.fixture
def photographs(tmp_path, write_photo, monkeypatch):
    """Sixteen photographs of coloured noise with a bright subject, and the tiny net under any model's name."""
    random = np.random.default_rng(0)
    records = []
    for index in range(16):
        color = random.integers(40, 180, 3)
        pixels = np.clip(color + random.normal(0, 40, (48, 64, 3)), 0, 255).astype(np.uint8)
        pixels[14:34, 20:44] = random.integers(60, 255, 3)
        path = write_photo(tmp_path / "photos" / f"{index}.png", pixels)
        outline = ((20.0, 14.0), (44.0, 14.0), (44.0, 34.0), (20.0, 34.0))
        records.append(Record(str(index), path, original=str(index), subject=(outline,)))
    monkeypatch.setattr(ridge, "find_records", lambda data, root: records)
    monkeypatch.setattr(ridge, "load_model", lambda name, on, trust: tiny_net())
    return records


def planted(photographs, noise=0.0):
    """Features of six channels in which each edit moves one channel, on top of what differs between photographs."""
    random = np.random.default_rng(1)
    channels = {name: index for index, name in enumerate(edits.EDITS)}
    features = np.repeat(random.normal(size=(photographs, 1, 12)) * 2, len(ridge.STEPS), axis=1)
    for index, step in enumerate(ridge.STEPS):
        features[:, index, channels[step.name]] += 30 * step.amount
    return (features + noise * random.normal(size=features.shape)).astype(np.float32)


def test_every_edit_has_at_least_five_strengths():
    for name in edits.EDITS:
        steps = ridge.ladder(name)
        assert len(steps) >= 6
        assert [step.amount for step in steps] == sorted({step.amount for step in steps})


@pytest.mark.parametrize("attribute", ["light", "vivid_color", "rule_of_thirds"])
def test_changes_against_plain_loops(attribute):
    features = np.random.default_rng(2).normal(size=(2, len(ridge.STEPS), 3)).astype(np.float32)
    rows, grown = [], []
    for photograph in features:
        for index in range(1, len(ridge.STEPS)):
            before, after = ridge.STEPS[index - 1], ridge.STEPS[index]
            kind = edits.EDITS[after.name]
            if before.name != after.name or (kind.attribute != attribute and attribute in kind.unsure):
                continue
            rows.append(photograph[index] - photograph[index - 1])
            grown.append(kind.sign * (after.amount - before.amount) if kind.attribute == attribute else 0.0)
    found_rows, found_grown = ridge.changes(features, attribute)
    np.testing.assert_allclose(found_rows, rows)
    np.testing.assert_allclose(found_grown, grown)


def test_fit_finds_the_planted_channels():
    weights = ridge.fit(planted(12), "light").weights
    known = {name: weights[index] for index, name in enumerate(edits.EDITS) if "light" not in edits.EDITS[name].unsure}
    own = [known.pop(name) for name in ("underexpose", "overexpose")]
    assert max(own) < 0
    assert own[0] == pytest.approx(own[1], rel=0.1)  # both edits move their channel alike
    assert max(map(abs, known.values())) < 0.05 * abs(own[0])


def test_the_mean_unedited_photograph_is_rated_zero():
    features = planted(12)
    head = ridge.fit(features, "vivid_color")
    assert float((features[:, 0] @ head.weights + head.bias).mean()) == pytest.approx(0, abs=1e-5)


def test_dead_channels_do_not_blow_up():
    features = planted(12)
    features[..., -1] = 0
    assert np.isfinite(ridge.fit(features, "light").weights).all()
    assert abs(ridge.fit(features, "light").weights[-1]) < 1e-6


def test_training_writes_a_head_that_knows_the_edits(photographs, tmp_path):
    manifest = ridge.train_head("some_net", "here", None, tmp_path / "out")
    kept = read_weights(tmp_path / "out", "some_net")
    assert kept.weights.shape == (len(manifest["attributes"]), 64)
    assert not kept.backbone
    assert manifest == read_json(tmp_path / "out" / "some_net.json")
    assert manifest["sha256"] == sha256(tmp_path / "out" / "some_net.safetensors")
    assert manifest["trained"] == "trained on edits, not on ratings"
    ordered = manifest["result"]["neighbouring_pairs_in_order"]
    assert ordered["vivid_color: drain"]["accuracy"] >= 0.85
    assert ordered["vivid_color: drain"]["pairs"] == 8 * 5
    assert set(manifest["result"]["unedited_spearman"]) == {
        "vivid_color with colourfulness",
        "depth_of_field with sharp_subject",
        "light with mid_exposure",
    }
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["some_net.json", "some_net.safetensors"]


@pytest.mark.slow
def test_training_is_repeatable_and_goes_on_where_it_was(photographs, tmp_path, monkeypatch):
    whole = ridge.train_head("some_net", "here", None, tmp_path / "whole")
    real, calls = ridge._features, []

    def stopped(*arguments):
        calls.append(1)
        if len(calls) == 7:
            raise KeyboardInterrupt
        return real(*arguments)

    monkeypatch.setattr(ridge, "_features", stopped)
    with pytest.raises(KeyboardInterrupt):
        ridge.train_head("some_net", "here", None, tmp_path / "stopped")
    assert ridge.train_head("some_net", "here", None, tmp_path / "stopped") == whole
    assert len(calls) == 7 + len(photographs) - 6
    first, second = (tmp_path / place / "some_net.safetensors" for place in ("whole", "stopped"))
    assert first.read_bytes() == second.read_bytes()


def test_no_photograph_is_on_both_sides(photographs, tmp_path, monkeypatch):
    sides = []
    real_fit, real_result = ridge.fit, ridge._result
    monkeypatch.setattr(ridge, "fit", lambda features, name: sides.append(features) or real_fit(features, name))
    monkeypatch.setattr(ridge, "_result", lambda features, *rest: sides.append(features) or real_result(features, *rest))
    ridge.train_head("some_net", "here", None, tmp_path / "out")
    trained, tested = ({row.tobytes() for row in side[:, 0]} for side in (sides[0], sides[-1]))
    assert len(trained) == len(tested) == 8
    assert not trained & tested


def test_bad_photographs_are_passed_over_and_too_few_are_refused(photographs, tmp_path):
    for record in photographs[:6]:
        record.path.write_bytes(b"no photograph")
    assert "5 photographs to train, 5 others" in ridge.train_head("n", "here", None, tmp_path / "out")["data"]
    photographs[6].path.unlink()
    with pytest.raises(DataError, match=r"9 photographs .* at least ten"):
        ridge.train_head("n", "here", None, tmp_path / "other")
