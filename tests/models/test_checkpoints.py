import pickle
import zipfile

import pytest
import torch
from safetensors.torch import save_file
from support.model_folders import tiny

from xaesthetic.core.errors import ModelError
from xaesthetic.models.checkpoints import load_checkpoint, match, read_checkpoint, state_sum


def named(change, net=None):
    return {change(name): tensor for name, tensor in (net or tiny()).state_dict().items()}


PREFIXES = [
    "",
    "module.",
    "model.",
    "backbone.",
    "_orig_mod.",
    "net.",
    "module.model.",
    "_orig_mod.module.",
    "model.net.backbone.",
    "module._orig_mod.model.backbone.",
]


@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_usual_prefixes_are_taken_off(prefix):
    net = tiny(seed=2)
    result = load_checkpoint(net, named(lambda name: prefix + name), "c.pt")
    assert (result.prefix, result.differences) == (f"-{prefix}" if prefix else "", "")
    assert state_sum(net) == state_sum(tiny())


@pytest.mark.parametrize("prefix", ["module.", "backbone."])
def test_a_prefix_of_the_network_is_put_before(prefix):
    wrapped = torch.nn.Module()
    wrapped.add_module(prefix[:-1], tiny(seed=2))
    assert load_checkpoint(wrapped, named(str), "c.pt").prefix == f"+{prefix}"
    assert state_sum(getattr(wrapped, prefix[:-1])) == state_sum(tiny())


def test_a_prefix_of_some_tensors_only_is_taken_off_those():
    tensors = named(lambda name: name if name.startswith("4.") else f"backbone.{name}")
    assert load_checkpoint(tiny(seed=2), tensors, "c.pt").differences == ""


def test_two_networks_in_one_file_are_refused():
    with pytest.raises(ModelError, match="two of its tensors would be '0.weight'"):
        match(named(str) | named(lambda name: f"module.{name}"), tiny(), "c.pt")


def test_what_the_network_has_no_place_for_is_listed():
    result = load_checkpoint(tiny(seed=2), named(str) | {"ema.x": torch.zeros(1), "ema.y": torch.zeros(1)}, "c.pt")
    assert (result.unexpected, result.differences) == (("ema.x", "ema.y"), "2 unexpected (ema.x, ema.y)")


def test_a_part_that_would_stay_random_is_refused_unless_wanted():
    lacking = {name: tensor for name, tensor in named(str).items() if name != "4.bias"}
    other = lacking | {"4.bias": torch.zeros(3)}
    with pytest.raises(ModelError, match=r"c\.pt: does not fit .* 1 missing \(4\.bias\); mend it, or say partial = true"):
        load_checkpoint(tiny(), lacking, "c.pt")
    with pytest.raises(ModelError, match=r"1 of another shape \(4\.bias \(3,\) for \(2,\)\)"):
        load_checkpoint(tiny(), other, "c.pt")
    net = tiny(seed=2)
    assert load_checkpoint(net, lacking, "c.pt", partial=True).missing == ("4.bias",)
    assert torch.equal(net[0].weight, tiny()[0].weight)
    assert torch.equal(net[4].bias, tiny(seed=2)[4].bias)


def test_counters_may_be_missing_but_statistics_may_not():
    net = torch.nn.Sequential(torch.nn.Conv2d(3, 2, 1), torch.nn.BatchNorm2d(2))
    tensors = dict(net.state_dict())
    del tensors["1.num_batches_tracked"]
    assert load_checkpoint(net, tensors, "c.pt").differences == ""
    del tensors["1.running_var"]
    with pytest.raises(ModelError, match=r"1 missing \(1\.running_var\)"):
        load_checkpoint(net, tensors, "c.pt")


@pytest.mark.parametrize(
    "tensors", [{}, {"a": torch.zeros(1)}, {"0.weight": torch.zeros(5, 3, 4, 4)}, named(str, tiny(7, 3))]
)
def test_little_that_matches_is_another_network(tensors):
    with pytest.raises(ModelError, match="so that it belongs to another network"):
        load_checkpoint(tiny(), tensors, "c.pt", partial=True)


@pytest.mark.parametrize("nested", [(), ("state_dict",), ("model",), ("model_state_dict",), ("model", "state_dict")])
@pytest.mark.parametrize("suffix", [".pt", ".pth", ".ckpt", ".bin"])
def test_a_pickled_state_dict_is_found_where_trainings_keep_it(tmp_path, nested, suffix):
    value = named(str)
    for key in nested:
        value = {"epoch": 3, key: value, "loss": torch.tensor(0.5)}
    torch.save(value, tmp_path / f"c{suffix}")
    tensors, converted = read_checkpoint(tmp_path / f"c{suffix}")
    assert match(tensors, tiny(), "c").differences == ""
    assert converted == ""


def test_safetensors_of_another_precision_are_converted(tmp_path):
    save_file({name: tensor.half() for name, tensor in named(str).items()}, tmp_path / "m.safetensors")
    tensors, converted = read_checkpoint(tmp_path / "m.safetensors")
    assert converted == "converted from float16 to float32"
    assert {tensor.dtype for tensor in tensors.values()} == {torch.float32}


class Evil:
    def __reduce__(self):
        return print, ("this ran",)


@pytest.mark.parametrize("old", [False, True])
def test_a_pickle_that_runs_code_is_refused_and_does_not(tmp_path, capsys, old):
    file = tmp_path / "c.pt"
    if old:
        file.write_bytes(pickle.dumps(Evil()))
    else:
        torch.save({"state_dict": Evil()}, file)
    with pytest.raises(ModelError, match=r"c\.pt: cannot be read as tensors alone"):
        read_checkpoint(file)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([1, 2], "holds no state dict"),
        ({"epoch": 3}, "holds no state dict"),
        ({"a": torch.full((2,), float("nan"))}, "nan or infinite"),
        ({"a": torch.zeros(2, dtype=torch.complex64)}, "complex"),
        ({"state_dict": {"state_dict": {"state_dict": {"state_dict": {"a": torch.zeros(1)}}}}}, "holds no state dict"),
    ],
)
def test_what_holds_no_weights_is_refused(tmp_path, value, message):
    torch.save(value, tmp_path / "c.pt")
    with pytest.raises(ModelError, match=message):
        read_checkpoint(tmp_path / "c.pt")


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda tensor: tensor.to_sparse(), "sparse"),
        (lambda tensor: tensor.to("meta"), "without values"),
        (lambda tensor: torch.quantize_per_tensor(tensor, 0.1, 0, torch.qint8), "quantized"),
    ],
    ids=["sparse", "meta", "quantized"],
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_tensors_of_another_make_are_refused(tmp_path, change, kind):
    torch.save({"a.weight": change(torch.ones(2, 2))}, tmp_path / "c.pt")
    with pytest.raises(ModelError, match=f"c.pt: 'a.weight' is {kind}.*; save it dense, as float32"):
        read_checkpoint(tmp_path / "c.pt")


def test_a_whole_network_is_refused_in_plain_text(tmp_path):
    torch.save(tiny(), tmp_path / "c.pt")
    with pytest.raises(ModelError, match="save the state dict") as caught:
        read_checkpoint(tmp_path / "c.pt")
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("name", ["m.SAFETENSORS", "m.Safetensors"])
def test_a_suffix_in_capitals_is_one(tmp_path, name):
    save_file(named(str), tmp_path / name)
    assert read_checkpoint(tmp_path / name)[1] == ""


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x80\x02.", b"x" * 100])
def test_damaged_files_are_refused(tmp_path, content):
    (tmp_path / "c.pt").write_bytes(content)
    with pytest.raises(ModelError, match=r"c\.pt"):
        read_checkpoint(tmp_path / "c.pt")


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("xaesthetic.models.checkpoints.MOST", 100_000)
    with zipfile.ZipFile(tmp_path / "c.pt", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("c/data.pkl", bytes(1_000_000))
    assert (tmp_path / "c.pt").stat().st_size < 10_000
    with pytest.raises(ModelError, match="1,000,000 bytes unpacked; at most 100,000 are read"):
        read_checkpoint(tmp_path / "c.pt")


def test_other_files_are_refused_by_name(tmp_path):
    with pytest.raises(ModelError, match=r"c\.h5: is no checkpoint by its name"):
        read_checkpoint(tmp_path / "c.h5")


def test_a_sum_tells_names_types_shapes_and_numbers_apart():
    nets = [torch.nn.Linear(2, 3), torch.nn.Linear(3, 2), torch.nn.Linear(2, 3).double(), torch.nn.Conv2d(2, 3, 1)]
    for net in nets:
        torch.nn.init.zeros_(net.weight)
        torch.nn.init.zeros_(net.bias)
    assert len({state_sum(net) for net in nets}) == 4
    torch.nn.init.ones_(nets[0].bias)
    assert len({state_sum(net) for net in nets}) == 4
