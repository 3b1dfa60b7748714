"""Kong's network behind the server, as a model: the same as its conversion, method by method."""

import numpy as np
import pytest
import torch
from support.caffe_server import running, wait
from support.kong_files import WIDTHS
from xaesthetic_baselines import _kong, _kong_torch, kong_alexnet
from xaesthetic_baselines._kong import inputs
from xaesthetic_baselines._kong_files import middle_of_mean
from xaesthetic_baselines.converters import kong as converter

from xaesthetic.core import plugins
from xaesthetic.core.attributes import ATTRIBUTES, NAMES
from xaesthetic.core.errors import MissingWeightsError, ModelError, ServerError
from xaesthetic.core.files import sha256
from xaesthetic.core.types import Source
from xaesthetic.models.forward import Session, to_batch
from xaesthetic.models.loading import load_model
from xaesthetic.models.model import select
from xaesthetic.models.remote import Blobs, remote_model
from xaesthetic.models.serving.client import Client
from xaesthetic.models.serving.served import Serving, write_serving

LAYER = "conv5"


@pytest.fixture
def remote(server, small_kong):
    """A model of its own on the shared server."""
    blobs = Blobs("imgLow", LAYER, tuple(each.blob for each in ATTRIBUTES))
    mean = middle_of_mean(small_kong[0] / "mean_AADB_regression_warp256.binaryproto", 227)
    return remote_model(server, blobs, NAMES, inputs(mean), Source("Kong", "none", "random", {}))


@pytest.fixture
def converted(small_kong, tmp_path, monkeypatch):
    """The same network in torch."""
    plan = _kong.layers(WIDTHS)
    monkeypatch.setattr(converter, "layers", lambda: plan)
    monkeypatch.setattr(_kong_torch, "layers", lambda: plan)
    names = ("initModel.prototxt", "initModel.caffemodel", "mean_AADB_regression_warp256.binaryproto")
    folder, _ = converter.kong(*(small_kong[0] / name for name in names), tmp_path / "converted")
    return _kong_torch.kong_torch(folder)


@pytest.fixture
def x(remote, photo):
    return to_batch([photo, photo[::-1].copy(), photo[:, ::-1].copy()], remote.inputs)


def counted(server, work):
    """How many forward passes, backward passes and photographs the work took."""
    before = server.statistics()
    work()
    after = server.statistics()
    return tuple(after[name] - before[name] for name in ("execution_count", "backward_count", "inference_count"))


def close(found, wanted, tolerance=1e-5):
    torch.testing.assert_close(found.detach(), wanted.detach(), rtol=0, atol=tolerance * float(wanted.detach().abs().max()))


# -- the same as in torch ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 7])
def test_torch_computes_what_caffe_does(converted, small_kong, rows):
    wanted = {name.partition("/")[2]: value for name, value in small_kong[1].items() if name.startswith(f"{rows}/")}
    (conv5,) = converted.features(torch.from_numpy(wanted["imgLow"]))
    leaf = conv5.detach().requires_grad_()
    outputs = converted.head((leaf,))
    close(conv5, torch.from_numpy(wanted[LAYER]))
    close(outputs, torch.from_numpy(np.concatenate([wanted[each.blob] for each in ATTRIBUTES], axis=1)))
    for column, each in enumerate(ATTRIBUTES):
        (gradient,) = torch.autograd.grad(outputs[:, column].sum(), leaf, retain_graph=True)
        close(gradient, torch.from_numpy(wanted[f"grad:{each.blob}:{LAYER}"]))
        close(gradient * (leaf > 0), torch.from_numpy(wanted[f"grad:{each.blob}:{LAYER}:pre"]))


@pytest.mark.slow
def test_torch_computes_what_caffe_does_at_full_size(full_kong, tmp_path):
    names = ("initModel.prototxt", "initModel.caffemodel", "mean_AADB_regression_warp256.binaryproto")
    folder, _ = converter.kong(*(full_kong[0] / name for name in names), tmp_path)
    model, wanted = _kong_torch.kong_torch(folder), full_kong[1]
    (conv5,) = model.features(torch.from_numpy(wanted["2/imgLow"]))
    leaf = conv5.detach().requires_grad_()
    outputs = model.head((leaf,))
    close(conv5, torch.from_numpy(wanted["2/conv5"]))
    close(outputs, torch.from_numpy(np.concatenate([wanted[f"2/{each.blob}"] for each in ATTRIBUTES], axis=1)))
    for column, each in enumerate(ATTRIBUTES):
        (gradient,) = torch.autograd.grad(outputs[:, column].sum(), leaf, retain_graph=True)
        close(gradient, torch.from_numpy(wanted[f"2/grad:{each.blob}:conv5"]))


@pytest.mark.parametrize("method", ["grad_cam", "activation_energy", "occlusion"])
def test_methods_run_unchanged(remote, converted, x, method):
    found, wanted = (torch.from_numpy(Session(model).run_batch(x, [method]).maps[method]) for model in (remote, converted))
    assert found.shape == (3, len(NAMES), *found.shape[2:])
    close(found, wanted)


@pytest.mark.filterwarnings("ignore:the gradients of")  # one pass each: Caffe knows no batch of gradients
def test_methods_that_need_the_inputs_gradient_run_too(remote, converted, x):
    run = plugins.load("methods", "integrated_gradients")
    found, wanted = (run(select(model, ["light", "overall"]).run(x[:1])) for model in (remote, converted))
    close(found, wanted, 1e-4)


def test_the_other_linear_method_says_what_to_use(remote, x):
    with pytest.raises(ModelError, match="use --method grad_cam"):
        Session(remote).run_batch(x, ["cam"])


def test_the_head_is_a_function_of_any_activations(remote, converted, x):
    (activations,) = remote.features(x)
    other = (activations.flip(0) * 0.5).requires_grad_()
    outputs = remote.head((other,))
    close(outputs, converted.head((other,)))
    weights = torch.linspace(-1, 1, outputs.numel()).reshape(outputs.shape)
    (found,) = torch.autograd.grad((outputs * weights).sum(), other)
    (wanted,) = torch.autograd.grad((converted.head((other,)) * weights).sum(), other)
    close(found, wanted)


def test_what_is_done_to_activations_does_not_reach_the_next_batch(remote, x):
    with torch.no_grad():
        (activations,) = remote.features(x)
        outputs = remote.head((activations,)).clone()
        changed = activations.clone()
        activations.zero_()
        assert not torch.equal(remote.head((activations,)), outputs)
        assert torch.equal(remote.head((changed,)), outputs)


# -- what it costs -----------------------------------------------------------------------------------------------------


def test_a_batch_that_is_explained_is_one_request_and_one_forward_pass(remote, server, x):
    names = ("light", "content", "overall")
    session = Session(select(remote, names))

    def work():
        results = session.run_batch(x, ["grad_cam", "activation_energy"])
        assert results.raw.shape == (3, 3)
        assert results.maps["grad_cam"].shape == (3, 3, 13, 13)

    for _ in range(3):
        assert counted(server, work) == (1, len(names), 3)


def test_a_batch_that_is_rated_takes_no_gradients(remote, server, x):
    assert counted(server, lambda: Session(remote).run_batch(x)) == (1, 0, 3)
    assert counted(server, lambda: Session(remote).run_batch(x, ["activation_energy"])) == (1, 0, 3)
    assert counted(server, lambda: remote.head(remote.features(x))) == (1, 0, 3)


def test_whole_gradients_come_in_the_same_request(remote, converted, server, x):
    assert counted(server, lambda: remote.run(x, "full")) == (1, len(NAMES), 3)
    names = ["light", "overall", "content"]
    found, wanted = (select(model, names).run(x, "full") for model in (remote, converted))
    close(found.gradients[0], wanted.gradients[0])
    close(found.gradient_sums[0], wanted.gradient_sums[0])
    close(found.raw, wanted.raw)


@pytest.mark.parametrize("of", ["remote", "converted"])
def test_summed_gradients_are_the_gradients_sums(of, remote, converted, x):
    model = select({"remote": remote, "converted": converted}[of], ["light", "overall", "content"])
    (activations,) = model.features(x)
    leaf = activations.detach().requires_grad_()
    gradients = [torch.autograd.grad(model.head((leaf,))[:, row].sum(), leaf)[0] for row in range(3)]
    wanted = torch.stack([each.sum((2, 3)) for each in gradients], dim=1)
    for found in (model.head.evaluate((activations.detach(),), "sums"), model.run(x, "sums")):
        close(found.gradient_sums[0], wanted)


def test_one_outputs_gradient_is_one_backward_pass(remote, server, x):
    with torch.inference_mode():
        held = remote.features(x)[0].clone()
    leaf = held.clone().requires_grad_()
    outputs = remote.head((leaf,))
    assert counted(server, lambda: torch.autograd.grad(outputs[:, 3].sum(), leaf))[1] == 1


# -- the plug-in -------------------------------------------------------------------------------------------------------


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XAESTHETIC_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_without_the_files_it_says_how_to_get_them(cache):
    with pytest.raises(
        MissingWeightsError,
        match=r"no initModel\.prototxt; run 'xaesthetic data fetch kong', or put .*drive\.google\.com.*by hand .*research",
    ):
        load_model("kong_alexnet")


def test_without_a_server_it_says_how_to_start_one(cache, small_kong):
    with pytest.raises(
        ServerError, match=r"no model server 'kong' runs; start it with 'xaesthetic model-server start kong'"
    ):
        load_model(f"kong_alexnet={small_kong[0]}")


@pytest.fixture
def registered(cache, server, small_kong, tmp_path):
    """The shared server, as if `model-server start` had started it."""
    (tmp_path / "token").write_text(server.token)
    write_serving(Serving("kong", "venv", str(small_kong[0]), server.address, str(tmp_path), "0"))


def test_it_is_the_servers_network_with_the_demos_preparation(registered, small_kong, converted, photo):
    model = load_model("kong_alexnet", ["light", "overall"])
    assert set(model.source.files) == {
        "initModel.prototxt",
        "initModel.caffemodel",
        "mean_AADB_regression_warp256.binaryproto",
    }
    x = to_batch([photo], model.inputs)
    close(x, to_batch([photo], converted.inputs), 0)
    with torch.inference_mode():
        close(model.head(model.features(x)), select(converted, ["light", "overall"]).head(converted.features(x)))


def test_files_of_any_maker_are_not_called_trained(registered, small_kong, monkeypatch):
    """They are random here; only a caffemodel with the sha256 of the published one is what the authors trained."""
    digest = sha256(small_kong[0] / "initModel.caffemodel")
    trained = load_model("kong_alexnet").source.trained
    assert trained == f"weights not known (initModel.caffemodel sha256 {digest[:12]}…)"
    monkeypatch.setattr(kong_alexnet, "PUBLISHED", {"any": digest})
    assert load_model("kong_alexnet").source.trained == "trained on people's ratings (AADB)"


def test_another_model_on_the_server_is_refused(registered, small_kong, tmp_path):
    for file in small_kong[0].glob("*"):
        (tmp_path / file.name).write_bytes(file.read_bytes() + (b"\n# other" if file.suffix == ".prototxt" else b""))
    with pytest.raises(ServerError, match=r"runs other files .*model-server stop kong"):
        load_model(f"kong_alexnet={tmp_path}")


def test_two_files_that_fit_are_refused(cache, tmp_path):
    for name in ("a/initModel.prototxt", "b/initModel.prototxt"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).touch()
    with pytest.raises(ModelError, match="only one file may end in Model.prototxt"):
        kong_alexnet.kong_alexnet(tmp_path)


def test_a_server_that_dies_is_one_line(caffe_python, small_kong, tmp_path, x):
    with running(caffe_python, tmp_path, small_kong[0]) as (process, client):
        with np.errstate():
            assert client.is_ready()
        process.kill()
        wait(lambda: process.poll() is not None)
        with pytest.raises(ServerError, match=r"does not answer .*start it \(again\) with") as error:
            Client("kong", client.address, client.token).infer({"imgLow": x.numpy()}, ["conv5"])
        assert "\n" not in str(error.value)
