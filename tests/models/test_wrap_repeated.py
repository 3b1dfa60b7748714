"""Two hundred explanations of one wrapped network: nothing grows, and no hook is left."""

import gc
import tracemalloc
from pathlib import Path

import pytest
import torch
from support.odd_networks import INPUTS, Odd

import xaesthetic as xa

pytestmark = pytest.mark.slow
REPEATS, WARM = 200, 20
BOUND, BOUND_RSS = 32 * 1024, 8 << 20  # bytes: far below one batch's activations for each repeat
X = torch.randn(2, 3, *INPUTS.size, generator=torch.Generator().manual_seed(0))


def hooks(network):
    kinds = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")
    return sum(len(getattr(module, kind)) for module in network.modules() for kind in kinds)


def resident():
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024


@pytest.mark.parametrize(("kind", "methods"), [("plain", ["grad_cam", "cam"]), ("rectified", ["grad_cam"])])
def test_repeated_explanations_leave_nothing_behind(kind, methods):
    network = Odd(kind)
    session = xa.Session(xa.wrap(network, layers="second", inputs=INPUTS))

    def explain(times):
        for _ in range(times):
            session.run_batch(X, methods)
        gc.collect()

    explain(WARM)
    tracemalloc.start(2)
    try:
        explain(5)
        before, tensors = traced(), alive()
        explain(REPEATS)
        assert traced() - before < BOUND
        assert alive() == tensors
    finally:
        tracemalloc.stop()
    assert hooks(network) == 0


def traced():
    """Bytes that Python holds, but for the type checker's table of types, which doubles at some time or other."""
    without = tracemalloc.Filter(False, "*/beartype/*", all_frames=True)
    return sum(trace.size for trace in tracemalloc.take_snapshot().filter_traces([without]).traces)


def alive():
    return sum(issubclass(type(item), torch.Tensor) for item in gc.get_objects())  # isinstance asks lazy modules, which warn


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="resident memory is read from /proc")
def test_resident_memory_does_not_grow():
    session = xa.Session(xa.wrap(Odd("rectified"), layers="second", inputs=INPUTS))
    for _ in range(REPEATS):
        session.run_batch(X, ["grad_cam"])
    before = resident()
    for _ in range(REPEATS):
        session.run_batch(X, ["grad_cam"])
    assert resident() - before < BOUND_RSS


def test_many_models_of_one_network_leave_nothing_on_it():
    network = Odd("rectified")
    for layer in ("second", "first", "norm") * 2:
        xa.Session(xa.wrap(network, layers=layer, inputs=INPUTS)).run_batch(X, ["grad_cam"])
        assert hooks(network) == 0
