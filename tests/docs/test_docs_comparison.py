"""docs/comparison.md: what it says of other tools, held to the tools where they are installed."""

import importlib.metadata
import re

import pytest
from support.places import ROOT

TEXT = (ROOT / "docs" / "comparison.md").read_text(encoding="utf-8")
VERSIONS = dict(re.findall(r"(captum|torchcam|Quantus\n|pysaliency|pyiqa) ?([\d.]+\d)", TEXT))


def installed(name):
    """The tool, in the version that the page was written for."""
    module = pytest.importorskip(name)
    if importlib.metadata.version(name) != VERSIONS[name]:
        pytest.skip(f"the page is about {name} {VERSIONS[name]}")
    return module


def test_versions_are_named():
    assert set(VERSIONS) >= {"captum", "torchcam", "pysaliency", "pyiqa"}
    assert "grad-cam (pytorch-grad-cam) 1.5.7" in TEXT
    assert "Label Studio 1.23.2" in TEXT


@pytest.mark.torch
def test_captum():
    installed("captum")
    from captum import attr, metrics

    assert "| infidelity, sensitivity |" in TEXT
    assert {"infidelity", "sensitivity_max"} <= set(metrics.__all__)
    ours = {name for name in attr.__all__ if name.startswith(("Layer", "Neuron"))}
    rest = {name for name in attr.__all__ if hasattr(getattr(attr, name), "attribute")} - ours
    assert {"Lime", "ShapleyValues", "KernelShap", "LRP", "DeepLift"} <= rest
    assert 15 <= len(rest) <= 30  # «about 20 families»


@pytest.mark.torch
def test_torchcam():
    installed("torchcam")
    from torchcam import methods

    cams = {name for name in dir(methods) if re.fullmatch(r"\w*(CAM|CAMpp|LeGrad)", name)}
    assert f"| {len(cams)} CAMs |" in TEXT
    assert {"SSCAM", "ISCAM", "SmoothGradCAMpp", "RefineCAM", "LeGrad"} <= cams


@pytest.mark.torch
def test_pytorch_grad_cam():
    tool = pytest.importorskip("pytorch_grad_cam")
    cams = {name for name in dir(tool) if re.search(r"CAM", name)} | {"FEM", "FullGrad"}
    assert {"KPCA_CAM", "ShapleyCAM", "EigenGradCAM", "RefineCAM"} <= cams
    assert 15 <= len(cams) <= 25  # «about 20 CAMs»
