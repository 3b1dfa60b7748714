"""What maps of all attributes cost, as ratios in one run: ours, captum's LayerGradCam and pytorch-grad-cam.

    python benchmarks/maps.py            (pip install "xaesthetic[bench]" for pytorch-grad-cam)

Eight photographs of 299 x 299 through EfficientNet-Lite0 with nine random outputs over its 16 blocks. The plain forward
is timm's own `forward_features` of the same network, in the same memory layout, without gradients. Ratios are medians
over interleaved repeats. The comparison with the others uses the last layer alone, as they take one layer at a time.
"""

import resource
import statistics

import timm
import torch
from captum.attr import LayerGradCam
from timing import ratio, times
from xaesthetic_baselines import _lite0

from xaesthetic.core.types import Source
from xaesthetic.models.forward import Session
from xaesthetic.models.model import AttributeModel, gap_linear

BATCH, OUTPUTS, REPEATS = 8, 9, 9
NOBODY = Source("random", "none", "not trained", {})


def model_of(backbone: torch.nn.Module, layers: slice, channels: int) -> AttributeModel:
    weights, bias = torch.randn(OUTPUTS, channels) / channels, torch.zeros(OUTPUTS)
    names = [f"output_{index}" for index in range(OUTPUTS)]
    return gap_linear(names, _lite0.INPUTS, lambda x: backbone(x)[layers], weights, bias, NOBODY)


class Whole(torch.nn.Module):
    """The last layer's model as one module with a target layer inside, as the other toolkits want it."""

    def __init__(self, model: AttributeModel, backbone: torch.nn.Module) -> None:
        super().__init__()
        self.model, self.layer, self.backbone = model, torch.nn.Identity(), backbone

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.model.head((self.layer(self.model.features(x)[0]),))


def maps(model: AttributeModel, method: str, x: torch.Tensor) -> torch.Tensor:
    return torch.from_numpy(Session(model).run_batch(x, [method]).maps[method])


def captum_maps(whole: Whole, x: torch.Tensor) -> torch.Tensor:
    inputs = x.clone().requires_grad_()
    tool = LayerGradCam(whole, whole.layer)
    return torch.cat([tool.attribute(inputs, target=index).detach() for index in range(OUTPUTS)], dim=1)


def pytorch_grad_cam_maps(whole: Whole, x: torch.Tensor) -> torch.Tensor:
    from pytorch_grad_cam import GradCAM
    from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

    found, inputs = [], x.clone().requires_grad_()
    with GradCAM(model=whole, target_layers=[whole.layer]) as tool:
        for index in range(OUTPUTS):
            found.append(torch.from_numpy(tool(inputs, targets=[ClassifierOutputTarget(index)] * len(x))))
    return torch.stack(found, dim=1)


def plain(network: torch.nn.Module, x: torch.Tensor) -> torch.Tensor:
    with torch.inference_mode():
        return network.forward_features(x)


def as_theirs(ours: torch.Tensor) -> torch.Tensor:
    """Ours rectified and scaled to 0 to 1 a map: what pytorch-grad-cam does before it enlarges."""
    rectified = ours.clamp(min=0)
    low, high = rectified.amin((2, 3), keepdim=True), rectified.amax((2, 3), keepdim=True)
    return (rectified - low) / (1e-7 + (high - low))


def main() -> None:
    torch.manual_seed(0)
    x = torch.randn(BATCH, 3, 299, 299).contiguous(memory_format=torch.channels_last)
    network = timm.create_model("tf_efficientnet_lite0").eval().requires_grad_(False).to(memory_format=torch.channels_last)
    backbone = _lite0.Lite0()
    every, last = model_of(backbone, slice(None), 8960), model_of(backbone, slice(-1, None), 1152)
    whole = Whole(last, backbone)
    jobs = {
        "plain forward": lambda: plain(network, x),
        "features of 16 blocks": lambda: every.features(x),
        "cam, 16 blocks": lambda: maps(every, "cam", x),
        "grad_cam, 16 blocks": lambda: maps(every, "grad_cam", x),
        "cam, last layer": lambda: maps(last, "cam", x),
        "grad_cam, last layer": lambda: maps(last, "grad_cam", x),
        "captum LayerGradCam, last layer": lambda: captum_maps(whole, x),
    }
    try:
        theirs = pytorch_grad_cam_maps(whole, x)
        jobs["pytorch-grad-cam, last layer"] = lambda: pytorch_grad_cam_maps(whole, x)
    except ImportError:
        theirs = None
        print("pytorch-grad-cam is not installed: left out")
    taken = times(jobs, REPEATS)
    base = taken["plain forward"]
    print(f"{BATCH} photographs, {OUTPUTS} attributes; plain forward {statistics.median(base):.3f} s")
    for name, found in taken.items():
        print(f"  {name:<34} {ratio(found, base):6.2f} x")
    agree(last, whole, x, theirs)
    print(f"peak memory of the process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GB")


def agree(last: AttributeModel, whole: Whole, x: torch.Tensor, theirs: torch.Tensor | None) -> None:
    ours = maps(last, "grad_cam", x)
    cells = ours.shape[2] * ours.shape[3]
    scale = float(ours.abs().max())
    print("largest difference, relative to the largest value:")
    print(
        f"  captum, times {cells} cells (mean against sum of gradients): "
        f"{float((captum_maps(whole, x) * cells - ours).abs().max()) / scale:.1e}"
    )
    if theirs is not None:
        import cv2

        shown = as_theirs(ours / cells).numpy()
        large = torch.tensor([[cv2.resize(each, (299, 299)).tolist() for each in photo] for photo in shown])
        difference = float((theirs - as_theirs(large)).abs().max())
        print(f"  pytorch-grad-cam, after its ReLU, scaling to 0 to 1 and enlarging: {difference:.1e}")


if __name__ == "__main__":
    main()
