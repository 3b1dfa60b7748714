"""torchvision's ResNet50, as both of the paper's own networks use it here.

He et al., CVPR 2016, in the variant "v1.5": the stride lies in the 3 x 3 convolutions, batch normalisation adds 1e-5,
convolutions have no bias, the input is RGB. The paper's network was Keras 1's ResNet50, "v1", which `malu_resnet50` is.
"""

from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torchvision.models import resnet50

from xaesthetic.core.errors import MissingWeightsError, ModelError
from xaesthetic.core.files import sha256
from xaesthetic.core.types import InputSpec, Source
from xaesthetic.data.fetch.registry import cached
from xaesthetic.models.model import AttributeModel
from xaesthetic.models.pooling import Activations
from xaesthetic.models.weights import Weights, read_weights, untrained
from xaesthetic_baselines._heads import described, kept_files, with_head

WEIGHTS = "resnet50-0676ba61.pth"
"""torchvision's IMAGENET1K_V1; the name holds the first digits of the sha256."""
CITATION = "ResNet50 (He et al. 2016) of torchvision, after Malu, Bapi & Indurkhya, MAICS 2017"
INPUTS = InputSpec(size=(299, 299), mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225), scale=1.0, resample="nearest")
"""RGB, torchvision's colours; 299 x 299 without antialiasing, as the paper's code warps."""
ATTRIBUTES = (
    "balancing_elements", "color_harmony", "content", "depth_of_field", "light", "object_emphasis", "rule_of_thirds",
    "vivid_color", "overall",
)  # fmt: skip
"""What an untrained head is for: the paper's eight attributes and the score."""
LINKS = (*["tanh"] * 8, "sigmoid")
CHANNELS = (*[256] * 3, *[512] * 4, *[1024] * 6, *[2048] * 3)
"""Of every block's output."""


class ResNet50(torch.nn.Module):
    """The convolutional part; gives the rectified outputs of its 16 residual blocks."""

    def __init__(self, layers: slice = slice(None)) -> None:
        """Build the network with random weights, the same every time; `layers` says which blocks' maps it gives."""
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            network = resnet50(zero_init_residual=True)  # otherwise random blocks' outputs grow without bound
        self.stem = torch.nn.Sequential(network.conv1, network.bn1, network.relu, network.maxpool)
        stages = (network.layer1, network.layer2, network.layer3, network.layer4)
        self.blocks = torch.nn.ModuleList(block for stage in stages for block in stage)
        self.layers = layers
        self.channels: tuple[int, ...] = CHANNELS[layers]
        self.requires_grad_(False).eval()
        self.to(memory_format=torch.channels_last)  # a quarter faster on a CPU

    def forward(self, x: Float[Tensor, "b 3 h w"]) -> Activations:
        """The blocks' outputs; at 299 x 299 all 16: 3 x 75², 4 x 38², 6 x 19², 3 x 10², 15,104 channels together.

        They are torchvision's own tensors, not copies: no later block writes into them (its in-place ReLU works on sums
        that it has made itself).
        """
        outputs: list[Tensor] = []
        x = self.stem(x.contiguous(memory_format=torch.channels_last))
        wanted = range(len(self.blocks))[self.layers]
        for index, block in enumerate(self.blocks):
            x = block(x)
            if index in wanted:
                outputs.append(x)
        return tuple(outputs)


def imagenet(layers: slice = slice(None)) -> tuple[ResNet50, dict[str, str]]:
    """The network with torchvision's ImageNet weights, and their file's sha256.

    Raises
    ------
    ModelError
        If they have not been fetched, or are damaged.
    """
    file = cached("resnet50") / WEIGHTS
    if not file.is_file():
        raise MissingWeightsError(
            f"{file}: ResNet50's ImageNet weights are not there; run 'xaesthetic data fetch resnet50', or try things out "
            "with --weights random."
        )
    wanted = Path(WEIGHTS).stem.rpartition("-")[2]
    result = sha256(file)
    if not result.startswith(wanted):
        raise ModelError(f"{file}: sha256 is {result[:12]}… but {wanted}… was wanted; delete it and fetch it again.")
    tensors = torch.load(file, map_location="cpu", weights_only=True)
    return _filled(ResNet50(layers), _blocks(tensors), file), {WEIGHTS: result}


def _blocks(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Turn torchvision's names into ours: conv1 and bn1 are stem.0 and stem.1, layer1.0 to layer4.2 are blocks.0 to 15."""
    starts = {"layer1": 0, "layer2": 3, "layer3": 7, "layer4": 13}
    renamed = {}
    for name, tensor in tensors.items():
        first, _, rest = name.partition(".")
        if first in starts:
            number, _, rest = rest.partition(".")
            renamed[f"blocks.{starts[first] + int(number)}.{rest}"] = tensor
        elif first in ("conv1", "bn1"):
            renamed[f"stem.{('conv1', 'bn1').index(first)}.{rest}"] = tensor
    return renamed


def _filled(network: ResNet50, tensors: Any, file: Path) -> ResNet50:
    try:
        network.load_state_dict(tensors)
    except RuntimeError as error:
        raise ModelError(f"{file}: is no ResNet50 ({str(error).splitlines()[-1].strip()}).") from error
    return network


def with_resnet50(name: str, layers: slice, weights: Path | None, random: bool = False) -> AttributeModel:
    """ResNet50 under a linear head.

    Parameters
    ----------
    name
        The model's name and its files'.
    layers
        Which blocks' maps are taken.
    weights
        A folder that `xaesthetic train` has written; None for the ImageNet weights under a head that has not been trained.
    random
        Whether all weights are random instead, the same every time.

    Raises
    ------
    ModelError
        If a file is missing or damaged, or does not fit.
    """
    licence = "code BSD-3 (torchvision), ImageNet weights for research use"
    if random:
        backbone, head, files = ResNet50(layers), _untrained("random weights, not trained", layers), {}
        trained = head.manifest["trained"]
    elif weights:
        head = read_weights(weights, name)
        files = kept_files(weights, name)
        trained = described(head.manifest, files)
        if head.backbone:
            backbone = _filled(ResNet50(layers), head.backbone, weights / f"{name}.safetensors")
        else:
            backbone, theirs = imagenet(layers)
            files |= theirs
    else:
        backbone, files = imagenet(layers)
        head = _untrained("ImageNet weights, the head is not trained", layers)
        trained = head.manifest["trained"]
    source = Source(CITATION, licence, trained, files)
    return with_head(name, backbone, sum(backbone.channels), INPUTS, source, head)


def _untrained(trained: str, layers: slice) -> Weights:
    manifest = {"attributes": ATTRIBUTES, "links": LINKS, "trained": trained}
    return Weights(*untrained(len(ATTRIBUTES), sum(CHANNELS[layers])), {}, manifest)
