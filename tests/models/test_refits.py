"""Refits of a linear head: in its file, through every change of the head, and in the maps of one pass."""

from dataclasses import replace

import pytest
import torch
from support import nets

from xaesthetic.core.errors import ModelError
from xaesthetic.models.forward import Session
from xaesthetic.models.heads import LinearHead
from xaesthetic.models.model import place, relinked, select
from xaesthetic.models.refits import Refits, find_refits
from xaesthetic.models.target import Target
from xaesthetic.models.weights import Weights, penalty_of, read_weights, slopes_of, specificity_null, write_weights
from xaesthetic.run.maps import REFITS

MANIFEST = {"attributes": ["light", "content"], "trained": "by hand"}


def refitted(refits=4):
    net = nets.linear_net()
    torch.manual_seed(5)
    several = Refits(torch.randn(refits, *net.head.weights.shape), torch.randn(refits, len(net.head.bias)))
    return replace(net, head=LinearHead(net.head.weights, net.head.bias, several))


def some(refits):
    return Weights(torch.arange(6.0).reshape(2, 3), torch.tensor([1.0, -1.0]), {}, MANIFEST, refits)


def test_maps_of_refits_are_the_cams_of_heads_with_their_weights(photo):
    net = refitted()
    made = Session(net).run([photo, photo[::-1].copy()], ["cam", REFITS]).maps
    assert made[REFITS].shape == (2, 4 * 3, *made["cam"].shape[2:])
    for number in range(4):
        alone = replace(net, head=LinearHead(net.head.refits.weights[number], net.head.refits.bias[number]))
        cam = torch.from_numpy(Session(alone).run([photo, photo[::-1].copy()], ["cam"]).maps["cam"])
        torch.testing.assert_close(torch.from_numpy(made[REFITS][:, 3 * number : 3 * number + 3]), cam)


def test_the_network_runs_once(photo):
    net, runs = refitted(), []
    counted = replace(net, features=lambda x: runs.append(1) or net.features(x))
    Session(counted).run([photo], ["cam", REFITS])
    assert len(runs) == 1


def test_they_follow_the_head():
    net = refitted()
    kept = find_refits(select(net, ["content", "light"], "net"))
    rows = [net.attributes.index(name) for name in ("content", "light")]
    assert torch.equal(kept.weights, net.head.refits.weights[:, rows])
    assert torch.equal(kept.bias, net.head.refits.bias[:, rows])
    assert torch.equal(find_refits(place(net, "cpu")).bias, net.head.refits.bias)
    assert find_refits(relinked(net, net.head.weights)) is None  # other weights are another head


def test_what_lowers_an_output_turns_them_too(photo):
    up, down = (Session(refitted(), target=Target(way)).run([photo], ["cam", REFITS]).maps for way in ("up", "down"))
    torch.testing.assert_close(torch.from_numpy(-up[REFITS]), torch.from_numpy(down[REFITS]))


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32])
def test_they_are_kept_with_the_head(tmp_path, dtype):
    refits = Refits(torch.arange(12.0).reshape(2, 2, 3).to(dtype), torch.arange(4.0).reshape(2, 2).to(dtype))
    write_weights(tmp_path, "net", some(refits))
    kept = read_weights(tmp_path, "net")
    assert torch.equal(kept.refits.weights, refits.weights.float())
    assert torch.equal(kept.refits.bias, refits.bias.float())
    assert "converted" not in kept.manifest  # the head itself is as it was
    assert not kept.backbone


def test_a_head_without_them_is_read():
    assert find_refits(nets.linear_net()) is None


def test_a_model_without_them_has_no_maps_of_them(photo):
    with pytest.raises(ModelError, match="has no refits; train it again"):
        Session(nets.linear_net()).run([photo], [REFITS])


@pytest.mark.parametrize(
    ("weights", "bias"),
    [((3, 2, 3), (3, 2)), ((2, 2, 4), (2, 2)), ((2, 2, 3), (2, 3)), ((2, 3), (2, 2)), ((0, 2, 3), (0, 2))],
    ids=["odd", "channels", "bias", "flat", "none"],
)
def test_others_than_wanted_are_refused(tmp_path, weights, bias):
    refits = object.__new__(Refits)
    object.__setattr__(refits, "weights", torch.zeros(weights))
    object.__setattr__(refits, "bias", torch.zeros(bias))
    write_weights(tmp_path, "net", some(refits))
    with pytest.raises(ModelError, match=r"net\.safetensors: its refits\.weight and refits\.bias are .*were wanted"):
        read_weights(tmp_path, "net")


def test_what_a_manifest_says_of_slopes_and_permuted_ratings():
    manifest = MANIFEST | {
        "slopes": {"light": 0.8, "content": 1.1},
        "beyond": {"light": {"share": 0.2, "intercept": 0.5, "corrected": [0.7, 0.9]}},
    }
    slopes = slopes_of(manifest)
    assert (slopes["light"].slope, slopes["light"].share, slopes["light"].corrected) == (0.8, 0.2, (0.7, 0.9))
    assert slopes["content"].share != slopes["content"].share  # not known
    assert slopes_of(MANIFEST) == {}
    assert specificity_null(MANIFEST) == {}
    assert specificity_null({"specificity_null": 0.81}) == {"": 0.81}
    pairs = {"light, content": 0.8, "light, color": 0.6}
    assert specificity_null({"specificity_null": pairs}) == pairs
    assert penalty_of(MANIFEST) is None
    assert penalty_of({"penalty": 3000}) == 3000.0
