"""What Grad-CAM of Kong's network costs, in Caffe behind a server and converted to torch, in one run.

    python benchmarks/serving.py FOLDER

FOLDER holds the three published files (or random ones: tests/pycaffe_kong.py FOLDER full). Eight photographs, the paper's
nine attributes. Ratios are medians over interleaved repeats against a plain forward of the same network: for the server
through the server. Bytes are those of all bodies, both ways. Needs what `model-server start kong --runtime venv` needs.
"""

import os
import sys
import tempfile
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch
from timing import ratio, times

import xaesthetic as xa
from xaesthetic.core import plugins
from xaesthetic.core.attributes import ATTRIBUTES
from xaesthetic.models.forward import Session
from xaesthetic.models.model import AttributeModel, select
from xaesthetic.models.remote import Blobs, remote_model
from xaesthetic.models.serving.manage import StartOptions, start_server, stop_server

NAMES = (
    "balancing_elements", "color_harmony", "content", "depth_of_field", "light", "object_emphasis", "rule_of_thirds",
    "vivid_color", "overall",
)  # fmt: skip
BATCH, REPEATS = 8, 9


def plain(model: AttributeModel, x: torch.Tensor) -> None:
    Session(model).run_batch(x)


def explained(model: AttributeModel, x: torch.Tensor) -> None:
    Session(model).run_batch(x, ["grad_cam"])


def main(folder: Path) -> None:
    began = time.perf_counter()
    serving = start_server("kong", StartOptions("venv", folder))
    print(f"start to ready: {time.perf_counter() - began:.1f} s")
    try:
        served = select(xa.load_model("kong_alexnet"), NAMES)
        files = [folder / name for name in ("initModel.prototxt", "initModel.caffemodel")]
        mean = folder / "mean_AADB_regression_warp256.binaryproto"
        with tempfile.TemporaryDirectory() as out:
            converted, _ = plugins.load("converters", "kong")(*files, mean, Path(out))
            inside = select(xa.load_model(f"kong_alexnet_torch={converted}"), NAMES)
        client = serving.client()
        blobs = {each.name: each.blob for each in ATTRIBUTES}
        counted = remote_model(
            client, Blobs("imgLow", "conv5", tuple(blobs[name] for name in NAMES)), NAMES, served.inputs,
            replace(served.source),
        )  # fmt: skip
        x = torch.randn(BATCH, 3, 227, 227, generator=torch.Generator().manual_seed(0)) * 60
        for name, model in (("server", served), ("torch", inside)):
            found = times({"plain": partial(plain, model, x), "grad_cam": partial(explained, model, x)}, REPEATS)
            print(f"{name}: nine Grad-CAM maps cost {ratio(found['grad_cam'], found['plain']):.2f} plain forwards")
        for name, job in (("rated", plain), ("explained", explained)):
            job(counted, x)  # the first may still fetch metadata
            before, passes = client.moved, client.statistics()["execution_count"]
            job(counted, x)
            after = client.statistics()["execution_count"]
            print(
                f"{name}: {(client.moved - before) / BATCH / 1e6:.2f} MB a photograph, {after - passes} forward pass a batch"
            )
    finally:
        stop_server("kong")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as cache:
        os.environ.setdefault("XAESTHETIC_CACHE", cache)
        main(Path(sys.argv[1]))
