"""What a manifest lists of the photographs that were trained on, and what a loaded model knows of it."""

import hashlib

import pytest
import torch
from xaesthetic_baselines._heads import with_head

from xaesthetic.core.errors import XaestheticError
from xaesthetic.core.seen import pack, seen_among
from xaesthetic.core.types import InputSpec, Source
from xaesthetic.models.identity import identify
from xaesthetic.models.weights import Weights, read_seen, read_weights, write_weights

pytestmark = pytest.mark.torch
SUMS = [hashlib.sha256(name.encode()).hexdigest() for name in "abc"]
SEEN = {"photographs": 2, "sums": pack(SUMS[:2])}


def write(folder, **more):
    manifest = {"attributes": ["light"], "trained": "on nothing"} | more
    write_weights(folder, "net", Weights(torch.ones(1, 3), torch.zeros(1), {}, manifest))
    return folder


def model(folder):
    backbone = torch.nn.Conv2d(3, 3, 1)
    source = Source("Nobody", "CC0", "on nothing", {})
    return with_head("net", backbone, 3, InputSpec((32, 32), (0.0, 0.0, 0.0)), source, read_weights(folder, "net"))


def test_a_model_knows_what_it_saw(tmp_path):
    source = model(write(tmp_path, seen=SEEN)).source
    assert seen_among(source.seen, dict(zip("abc", SUMS, strict=True)), "net") == {"a", "b"}
    assert read_seen(tmp_path / "net.json") == SEEN["sums"]


def test_a_manifest_that_lists_none_stays_good(tmp_path):
    assert model(write(tmp_path)).source.seen == ""
    assert read_seen(tmp_path / "net.json") == ""
    assert read_seen(tmp_path / "gone.json") == ""


@pytest.mark.parametrize(
    "seen", [SEEN | {"photographs": 3}, SEEN | {"sums": "!"}, SEEN | {"sums": "AAAA"}, {"photographs": 1}, "abc"]
)
def test_a_damaged_list_is_refused(tmp_path, seen):
    with pytest.raises(XaestheticError, match=r"net\.json"):
        model(write(tmp_path, seen=seen))


def test_a_list_makes_no_other_model(tmp_path):
    torch.manual_seed(0)
    one = model(write(tmp_path / "a", seen=SEEN))
    torch.manual_seed(0)
    other = model(write(tmp_path / "b"))
    assert identify(one) == identify(other)
