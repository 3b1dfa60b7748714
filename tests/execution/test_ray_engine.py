"""Workers of Ray's give the bytes that this process gives, whatever happens to them."""

import os
import platform
import signal
import threading
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from support import nets
from support.plugin_package import contents, make_photos, plugged  # noqa: F401
from support.workers import engine, skip_without_ray  # noqa: F401

import xaesthetic as xa
from xaesthetic.core.errors import EngineError, XaestheticWarning
from xaesthetic.core.execution import Execution
from xaesthetic.core.types import Record
from xaesthetic.data import records
from xaesthetic.execution import ray as ray_engine
from xaesthetic.execution._surroundings import Surroundings
from xaesthetic.execution._team import LIVES

skip_without_ray()
pytestmark = [pytest.mark.slow, pytest.mark.torch]
SQUARE = (((10.0, 10.0), (30.0, 10.0), (30.0, 30.0), (10.0, 30.0)),)


def result(root):
    """All files of a run but the one that says when and by which command it was made."""
    return {name: data for name, data in contents(root).items() if not name.startswith("experiment.json")}


def mine():
    """A network that no name loads, of functions that no module holds, and one that is hooked."""
    torch.manual_seed(5)
    net = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 4, 4), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(512, 2))
    inputs = xa.InputSpec((32, 32), mean=(0.0, 0.0, 0.0), scale=1.0)
    hooked = xa.wrap(net, layers="1", outputs=["light", "beauty"], inputs=inputs, name="hooked")
    return [replace(nets.linear_net(), name="mine"), hooked]


@pytest.fixture
def found(tmp_path, monkeypatch):
    """Four photographs, all with a subject, which edits need."""
    files = sorted(make_photos(tmp_path / "photos", 4).iterdir())
    made = [Record(file.name, file, original=file.name, subject=SQUARE) for file in files]
    monkeypatch.setattr(records, "_load", lambda data, root: iter(made))
    return made


def compared(root, execution, pick=None, batch=2):
    methods = ("grad_cam",)
    question = xa.Experiment("here", None, ("tiny_net",), methods, ("light",), pick, batch=batch)
    return xa.compare(question, root, execution, draw=False, models=mine()).run


def test_a_run_and_all_its_measurements_are_the_same_bytes(engine, plugged, found, tmp_path):
    names = ("edits", "faithfulness", "randomisation")
    for root, execution in ((tmp_path / "here", Execution()), (tmp_path / "ray", Execution(executor=engine))):
        run = compared(root, execution, pick=1, batch=1)
        xa.judge(run, (), execution, models=mine(), measurements=names)
    assert len(engine._team.nodes) == 2
    assert result(tmp_path / "ray") == result(tmp_path / "here")
    assert {"edits.parquet", "faithfulness.parquet", "randomisation.parquet"} < set(result(tmp_path / "ray"))


def test_rating_without_a_run_is_the_same(engine, plugged, found, tmp_path):
    (tmp_path / "photos" / "03.png").write_bytes(b"no photograph")
    question = xa.Experiment("", None, ("tiny_net",), (), ("light",), None, batch=2)
    here, there = (xa.rate(tmp_path / "photos", question, Execution(executor=one)) for one in (None, engine))
    assert here.table.equals(there.table)
    assert here.left_out == there.left_out
    assert [Path(name).name for name in here.left_out] == ["03.png"]


def test_a_photograph_that_is_gone_is_left_out_by_workers_too(engine, plugged, found, tmp_path):
    def vanishing(items, what, total):
        yield from items
        if what == "photographs":
            found[2].path.rename(found[2].path.with_suffix(".away"))

    roots = tmp_path / "here", tmp_path / "ray"
    for root, executor in zip(roots, (None, engine), strict=True):
        compared(root, Execution(executor=executor, track=vanishing))
        found[2].path.with_suffix(".away").rename(found[2].path)
    assert result(roots[0]) == result(roots[1])
    assert set(xa.Run.open(roots[1]).left_out_photographs()) == {"02.png"}


def test_a_worker_that_does_not_see_a_photograph_names_its_node(engine, plugged, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make_photos(Path("photos"), 3)
    here, node = Surroundings.here(), platform.node()
    monkeypatch.setattr(Surroundings, "here", lambda: replace(here, folder="/"))  # as on a machine without that folder
    question = xa.Experiment("/proc/self/cwd/photos", None, ("tiny_net",), ("grad_cam",), ("light",), None)
    with pytest.raises(xa.XaestheticError) as refused:
        xa.compare(question, "run", Execution(executor=engine), draw=False)
    assert str(refused.value).startswith(f"{node}: a worker cannot read /proc/self/cwd/photos/0")
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "run" / "left_out.parquet").exists()


@contextmanager
def dying(folder, often):
    """Work on a number that ends its process as a lack of memory does, so many times for the number 3."""

    def work(number, ready):
        file = folder / f"{os.getpid()}"
        if number == 3 and len(list(folder.iterdir())) < often:
            file.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return np.full(3, ready + number)

    yield work


@pytest.mark.filterwarnings("always::xaesthetic.core.errors.XaestheticWarning")
def test_what_a_dead_worker_had_is_done_again(engine, tmp_path, capfd):
    with dying(tmp_path, 1) as work, pytest.warns(XaestheticWarning, match="has died; its chunks are done again"):
        results = dict(engine(range(5), lambda number: 10 * number, work, 2))
    assert sorted(results) == [0, 1, 2, 3, 4]
    assert all((values == 11 * number).all() for number, values in results.items())
    assert len(list(tmp_path.iterdir())) == 1
    assert "".join(capfd.readouterr()) == ""


@pytest.mark.filterwarnings("ignore::xaesthetic.core.errors.XaestheticWarning")
def test_a_chunk_that_every_worker_dies_of_ends_it(engine, tmp_path):
    with dying(tmp_path, 100) as work, pytest.raises(EngineError) as refused:
        list(engine(range(5), lambda number: number, work, 2))
    assert f": {LIVES} workers died over it, the last on " in str(refused.value)
    assert "\n" not in str(refused.value)
    assert dict(engine(range(2), str, lambda number, ready: ready, 2)) == {0: "0", 1: "1"}  # new ones


def test_an_error_of_the_work_is_the_same_as_here(engine):
    def prepare(number):
        raise ValueError(f"number {number}")

    with pytest.raises(ValueError, match="^number 5$"):
        list(engine([5], prepare, prepare, 2))


def test_what_cannot_be_sent_is_said_in_a_line(engine):
    lock = threading.Lock()
    with pytest.raises(EngineError, match=r"^ray: the work cannot be sent to workers \(.*lock.*\); use --engine local\.$"):
        list(engine([0], lambda number: lock, lambda number, ready: ready, 2))


def test_workers_for_which_there_is_no_room_are_not_waited_for_forever(engine, monkeypatch):
    list(engine([0], str, lambda number, ready: ready, 2))
    here = Surroundings.here()
    monkeypatch.setattr(Surroundings, "here", lambda: replace(here, threads=64))
    other = ray_engine.RayEngine(patience=1.0)
    with other, pytest.raises(EngineError, match="no worker has started within 1 s: each needs 64 CPUs, and"):
        list(other([0], str, lambda number, ready: ready, 2))


def test_workers_use_as_many_threads_as_this_process(engine):
    ((_, threads),) = engine([0], str, lambda number, ready: torch.get_num_threads(), 2)
    assert threads == torch.get_num_threads()
