import json

import pytest
import torch

from xaesthetic.core.errors import ModelError
from xaesthetic.models.weights import Weights, read_weights, trained_claim, untrained, write_weights

MANIFEST = {"attributes": ["light", "content"], "trained": "by hand"}


def some(backbone=None):
    return Weights(torch.arange(6.0).reshape(2, 3), torch.tensor([1.0, -1.0]), backbone or {}, MANIFEST)


def test_what_was_written_is_read(tmp_path):
    backbone = {"stem.weight": torch.randn(4, 3).T, "stem.count": torch.tensor(7)}
    written = write_weights(tmp_path, "net", some(backbone))
    found = read_weights(tmp_path, "net")
    assert found.manifest == written == {**MANIFEST, "sha256": written["sha256"]}
    torch.testing.assert_close((found.weights, found.bias), (some().weights, some().bias), rtol=0, atol=0)
    assert found.backbone.keys() == backbone.keys()
    assert torch.equal(found.backbone["stem.weight"], backbone["stem.weight"])


def test_equal_weights_give_equal_bytes(tmp_path):
    assert write_weights(tmp_path / "a", "net", some()) == write_weights(tmp_path / "b", "net", some())
    assert (tmp_path / "a" / "net.safetensors").read_bytes() == (tmp_path / "b" / "net.safetensors").read_bytes()


def test_others_may_read_the_file(tmp_path):
    write_weights(tmp_path, "net", some())
    assert (tmp_path / "net.safetensors").stat().st_mode == (tmp_path / "net.json").stat().st_mode


def test_what_is_missing_is_named(tmp_path):
    with pytest.raises(ModelError, match=r"net\.json: there is none; train one with 'xaesthetic train net"):
        read_weights(tmp_path, "net")
    write_weights(tmp_path, "net", some())
    (tmp_path / "net.json").write_text(json.dumps({"sha256": "0"}))
    with pytest.raises(ModelError, match="does not say attributes, trained"):
        read_weights(tmp_path, "net")


@pytest.mark.parametrize("content", [b"", b"{}", b"\x08" + bytes(7) + b'{"a": 1}', b"\xff" * 100])
def test_damaged_files_are_refused(tmp_path, content):
    from xaesthetic.core.files import sha256

    (tmp_path / "net.safetensors").write_bytes(content)
    (tmp_path / "net.json").write_text(json.dumps(MANIFEST | {"sha256": sha256(tmp_path / "net.safetensors")}))
    with pytest.raises(ModelError, match=r"net\.safetensors: holds no (linear head|tensors)"):
        read_weights(tmp_path, "net")


def test_a_file_without_a_head_is_refused(tmp_path):
    from safetensors.torch import save

    from xaesthetic.core.files import sha256

    (tmp_path / "net.safetensors").write_bytes(save({"head.weight": torch.zeros(1)}))
    (tmp_path / "net.json").write_text(json.dumps(MANIFEST | {"sha256": sha256(tmp_path / "net.safetensors")}))
    with pytest.raises(ModelError, match=r"holds no linear head \('head.bias'\)"):
        read_weights(tmp_path, "net")


def test_an_untrained_head_has_keras_limits():
    weights, bias = untrained(12, 15104)
    assert weights.shape == (12, 15104)
    assert 0.0199 < weights.abs().max() <= (6 / 15105) ** 0.5  # .01993
    torch.testing.assert_close(
        weights.norm(dim=1), torch.full((12,), 1.4142), rtol=0.02, atol=0
    )  # facts of the paper's code
    assert not bias.any()
    assert torch.equal(weights, untrained(12, 15104)[0])


SUMS = {"net.caffemodel": "ab" * 32, "head.caffemodel": "cd" * 32}


def test_known_files_are_vouched_for():
    assert (
        trained_claim(SUMS, {"a": "ab" * 32, "b": "cd" * 32, "c": "ef" * 32}, "trained on AADB", "on mine")
        == "trained on AADB"
    )


@pytest.mark.parametrize(
    ("files", "known", "quoted", "said"),
    [
        (SUMS, {"net.caffemodel": "ab" * 32}, "", "weights not known (head.caffemodel sha256 cdcdcdcdcdcd…)"),
        (SUMS, {}, "", "weights not known (net.caffemodel sha256 abababababab…, head.caffemodel sha256 cdcdcdcdcdcd…)"),
        ({}, SUMS, "", "weights not known (no file)"),
        (
            {"net": "ef" * 32},
            SUMS,
            "on\n mine",
            "weights not known (net sha256 efefefefefef…); their maker claims: “on mine”",
        ),
    ],
)
def test_unknown_files_are_named_and_claims_quoted(files, known, quoted, said):
    """A published name does not make a file a published one."""
    assert trained_claim(files, known, "trained on AADB", quoted) == said
