import csv
import dataclasses
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import torch
from support.plugin_package import contents, environment
from support.trained_package import write_package, write_rated

from xaesthetic.core.documents import read_json
from xaesthetic.core.errors import DataError, ModelError
from xaesthetic.models.heads import FunctionHead
from xaesthetic.models.loading import load_model
from xaesthetic.train import fit, loop
from xaesthetic.train.fit import train_network
from xaesthetic.train.network import Network, squared_errors, weighted
from xaesthetic.train.recipe import make_recipe

RECIPE = {
    "attributes": ["light", "vivid_color"], "links": {"light": "tanh"}, "loss_weights": {"vivid_color": 0.5},
    "optimizer": "adamw", "learning_rate": 0.01, "batch": 8, "epochs": 12, "select": "rho",
}  # fmt: skip
MADE = [
    "log.csv", "predictions_test.csv", "predictions_test_clean.csv", "recipe.json", "small_net.json",
    "small_net.safetensors", "training.pdf", "training.png", "training.txt",
]  # fmt: skip


def recipe(**changes):
    return make_recipe(RECIPE | changes)


@pytest.fixture(scope="module")
def rated(tmp_path_factory):
    return write_rated(tmp_path_factory.mktemp("rated") / "aadb")


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    return write_package(tmp_path_factory.mktemp("package"))


@pytest.fixture
def train(rated, package, monkeypatch):
    """Train the small network on the small data set."""
    monkeypatch.syspath_prepend(package)

    def train(out, data="aadb", **changes):
        return train_network("small_net", data, rated, out, recipe(**changes))

    return train


def log(folder):
    with (folder / "log.csv").open() as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


# -- the loss ----------------------------------------------------------------------------------------------------------


def test_the_loss_by_hand_without_what_is_not_labelled():
    ratings = torch.tensor([[0.5, 1.0], [0.0, 2.0], [1.0, 3.0]], requires_grad=True)
    nan = float("nan")
    labels = torch.tensor([[1.0, nan], [1.0, nan], [nan, 1.0]])
    errors, counts = squared_errors(ratings, labels)
    assert errors.tolist() == [1.25, 4.0]
    assert counts.tolist() == [2, 1]
    loss = weighted(errors, counts, recipe(loss_weights={"light": 2.0, "vivid_color": 0.5}))
    assert loss.item() == pytest.approx(2.0 * 0.625 + 0.5 * 4.0)
    loss.backward()
    assert ratings.grad.tolist() == [[-1.0, 0.0], [-2.0, 0.0], [0.0, 2.0]]  # and no nan comes from what is missing


def test_an_attribute_without_labels_adds_nothing():
    labels = torch.full((3, 2), float("nan"))
    assert weighted(*squared_errors(torch.ones(3, 2), labels), recipe()).item() == 0


def test_a_network_needs_a_module_and_a_linear_head(package, monkeypatch):
    monkeypatch.syspath_prepend(package)
    model = load_model("small_net", on="cpu")
    for broken in (dataclasses.replace(model, head=FunctionHead(model.head)), dataclasses.replace(model, module=None)):
        with pytest.raises(ModelError, match="global average pooling and one linear layer"):
            Network(broken, recipe())


@pytest.mark.parametrize("frozen", [False, True])
def test_what_is_trained_is_in_the_network_once(package, monkeypatch, frozen):
    monkeypatch.syspath_prepend(package)
    network = Network(load_model("small_net", on="cpu"), recipe(freeze_backbone=frozen))
    first = {name.partition(".")[0] for name in network.state_dict()}
    assert first == ({"head"} if frozen else {"head", "backbone"})
    assert all(each.requires_grad for each in network.parameters())
    assert any(each.requires_grad for each in network.kept.parameters()) != frozen


# -- what comes out ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("frozen", [False, True])
def test_it_learns_and_what_is_kept_rates_as_it_did(train, rated, tmp_path, frozen):
    manifest = train(tmp_path / "out", freeze_backbone=frozen, learning_rate=0.05 if frozen else 0.01, epochs=20)
    rows = log(tmp_path / "out")
    assert rows[-1]["train_loss"] < 0.5 * rows[0]["train_loss"]
    assert manifest["result"]["test"]["spearman"]["light"] > 0.7
    assert manifest["result"]["test"]["photographs"] == 12
    assert manifest["epoch"] == 1 + int(np.argmax([row["rho"] for row in rows]))
    assert sorted(contents(tmp_path / "out")) == MADE
    assert manifest == read_json(tmp_path / "out" / "small_net.json")
    assert manifest["trained"] == "trained on people's ratings (aadb)"


def test_the_kept_epoch_is_the_best_and_not_the_last(train, tmp_path, monkeypatch):
    values = iter([3.0, 1.0, 2.0, 5.0])
    real = loop._judged
    monkeypatch.setattr(loop, "_judged", lambda *given: real(*given) | {"select_loss": next(values)})
    states = []
    save = loop.Checkpoint.save_best
    monkeypatch.setattr(loop.Checkpoint, "save_best", lambda self, state: states.append(state) or save(self, state))
    manifest = train(tmp_path / "out", epochs=4, select="loss")
    assert manifest["epoch"] == 2
    assert len(states) == 2


def test_missing_labels_are_not_learned(train, tmp_path):
    """A third of the photographs have no colour rating; a loss with nan in it would leave nothing."""
    manifest = train(tmp_path / "out", epochs=2)
    assert all(np.isfinite(list(row.values())).all() for row in log(tmp_path / "out"))
    assert manifest["result"]["test"]["spearman"]["vivid_color"] is not None


def test_predictions_are_written_for_every_test_list(train, tmp_path):
    manifest = train(tmp_path / "out", epochs=1)
    with (tmp_path / "out" / "predictions_test.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["image", "light", "vivid_color"]
    assert [row["image"] for row in rows] == [f"Tes{index}.png" for index in range(12)]
    assert all(-1 <= float(row["light"]) <= 1 for row in rows)  # its link is tanh
    assert manifest["links"] == ["tanh", "identity"]


def test_equal_trainings_give_equal_bytes_and_another_seed_others(train, tmp_path):
    for name in ("a", "b"):
        train(tmp_path / name, epochs=2)
    train(tmp_path / "c", epochs=2, seed=1)
    a, b, c = (contents(tmp_path / name) for name in "abc")
    assert a == b
    assert a["small_net.safetensors"] != c["small_net.safetensors"]


def test_mirrored_photographs_count_when_asked(train, tmp_path):
    train(tmp_path / "a", epochs=1, flips=True)
    train(tmp_path / "b", epochs=1, flips=False)
    a, b = (contents(tmp_path / name) for name in "ab")
    assert a["small_net.safetensors"] != b["small_net.safetensors"]


def test_mixed_precision_learns_too(train, tmp_path):
    manifest = train(tmp_path / "out", precision="mixed", epochs=20)
    assert manifest["result"]["test"]["spearman"]["light"] > 0.7
    mixed, full = (train(tmp_path / item, precision=item, epochs=1) for item in ("mixed", "full"))
    assert full["sha256"] != mixed["sha256"]  # it was on


def test_edits_are_labels_where_nobody_rated(package, monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(package)
    changes = {"labels": "edits", "edits": ["drain", "underexpose"], "amounts": [0.5, 1.0], "epochs": 30, "batch": 4}
    found = train_network("small_net", "sample", None, tmp_path / "out", recipe(**changes))
    assert found["trained"] == "trained on edits, not on ratings (sample)"
    assert found["data"] == "sample: 20 photographs to train, 5 to select by"  # 4 and 1 of the six, 5 versions each
    assert found["result"]["test"]["photographs"] == 5


# -- stopping ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("frozen", [False, True])
def test_a_stopped_training_goes_on_with_the_same_numbers(train, tmp_path, monkeypatch, frozen):
    train(tmp_path / "whole", epochs=4, freeze_backbone=frozen)
    monkeypatch.setattr(loop, "_SAVE_EVERY", 2)
    real, calls = loop._step, []

    def stopped(*given):
        calls.append(1)
        if len(calls) in (4, 8, 13):
            raise KeyboardInterrupt
        return real(*given)

    monkeypatch.setattr(loop, "_step", stopped)
    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            train(tmp_path / "stopped", epochs=4, freeze_backbone=frozen)
    train(tmp_path / "stopped", epochs=4, freeze_backbone=frozen)
    assert len(calls) == 4 * 5 + 3 + 1  # 20 steps, three that were stopped, and the third that had not been saved
    assert contents(tmp_path / "whole") == contents(tmp_path / "stopped")


def test_a_killed_training_goes_on_with_the_same_numbers(rated, package, tmp_path):
    command = [sys.executable, "-c", "import xaesthetic.cli; xaesthetic.cli.main()", "train", "small_net", "--data", "aadb"]
    changes = ("epochs=20", "batch=8", 'attributes=["light"]', "loss_weights={}", "links={}", "learning_rate=0.01")
    choices = [word for change in changes for word in ("--set", change)]
    command += ["--root", str(rated), "--device", "cpu", "--quiet", "--recipe", "paper", "--set", "size=[32,40]", *choices]

    def start(out):
        return subprocess.Popen(
            [*command, "--out", out], env=environment(package), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )

    kept = tmp_path / "killed" / ".small_net.training" / "checkpoint.pt"
    process = start(tmp_path / "killed")
    until = time.monotonic() + 120
    while not kept.exists() and time.monotonic() < until and process.poll() is None:
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    assert kept.exists()
    assert not (tmp_path / "killed" / "small_net.json").exists()
    for name in ("killed", "whole"):
        process = start(tmp_path / name)
        said = process.communicate()[0].decode()
        assert process.returncode == 0, said
    assert contents(tmp_path / "killed") == contents(tmp_path / "whole")


def test_a_finished_training_is_not_done_again_and_another_is_refused(train, tmp_path, monkeypatch):
    wanted = train(tmp_path / "out", epochs=1)
    monkeypatch.setattr(fit, "loop", None)
    assert train(tmp_path / "out", epochs=1) == wanted
    with pytest.raises(DataError, match="holds other weights already"):
        train(tmp_path / "out", epochs=2)


def test_another_training_under_way_is_refused(train, tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "_step", lambda *given: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "out")
    with pytest.raises(DataError, match=r"another training was begun there \(recipe differ\)"):
        train(tmp_path / "out", batch=4)


def test_a_damaged_checkpoint_is_named(train, tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "_is_best", lambda *given: (_ for _ in ()).throw(KeyboardInterrupt))
    monkeypatch.setattr(loop, "_SAVE_EVERY", 1)
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "out")
    (tmp_path / "out" / ".small_net.training" / "checkpoint.pt").write_bytes(b"torn")
    with pytest.raises(DataError, match=r"checkpoint\.pt: cannot be read .* to train from the start"):
        train(tmp_path / "out")


# -- what cannot be ----------------------------------------------------------------------------------------------------


def test_unreadable_photographs_are_left_out_and_too_few_are_refused(package, monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(package)
    root = write_rated(tmp_path / "aadb")
    for index in range(32):
        (root / "photos" / f"Tra{index}.png").write_bytes(b"no photograph")
    found = train_network("small_net", "aadb", root, tmp_path / "out", recipe(epochs=1))
    assert found["data"] == "aadb: 8 photographs to train, 12 to select by"
    (root / "photos" / "Tra32.png").unlink()
    with pytest.raises(DataError, match=r"7 labelled photographs to train on .* at least 8 and 3 are needed"):
        train_network("small_net", "aadb", root, tmp_path / "other", recipe(epochs=1))


def test_a_data_set_without_labels_is_refused(package, monkeypatch, tmp_path, write_photo, photo):
    monkeypatch.syspath_prepend(package)
    write_photo(tmp_path / "photos" / "a.png", photo)
    with pytest.raises(DataError, match="no photograph has ratings of light, vivid_color"):
        train_network("small_net", str(tmp_path / "photos"), None, tmp_path / "out", recipe())


# -- several processes -------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_two_processes_train_like_one(rated, package, tmp_path):
    """The network's batch normalisation sees half a batch in each process, so the head alone is compared exactly."""
    words = ["train", "small_net", "--data", "aadb", "--root", str(rated), "--device", "cpu", "--freeze-backbone"]
    for change in ("epochs=6", "batch=10", 'attributes=["light","vivid_color"]', "size=[32,40]", "learning_rate=0.05",
                   'loss_weights={"light":1}', 'links={"light":"tanh"}'):  # fmt: skip
        words += ["--set", change]
    run = "import xaesthetic.cli; xaesthetic.cli.main()"
    script = tmp_path / "run.py"
    script.write_text(run)
    env = environment(package, OMP_NUM_THREADS="1", PYTHONWARNINGS="")
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", str(script)]
    for name, start in (("one", [sys.executable, str(script)]), ("two", torchrun)):
        done = subprocess.run([*start, *words, "--out", tmp_path / name], env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    one, two = (log(tmp_path / name) for name in ("one", "two"))
    for first, second in zip(one, two, strict=True):
        assert first == pytest.approx(second, rel=1e-4, abs=1e-6)
    assert sorted(contents(tmp_path / "two")) == MADE
