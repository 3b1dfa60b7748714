"""A vision transformer: its tokens are laid out as a grid, and those that are no patch are left out."""

import timm
import torch
from skimage import data

import xaesthetic as xa

torch.manual_seed(0)
net = timm.create_model("vit_tiny_patch16_224", img_size=96, depth=2, num_classes=1)  # pretrained=True brings weights

model = xa.wrap(net, layers="blocks.1", outputs=["quality"])
shown = xa.explain(data.coffee(), model, method="grad_cam")

print(*model.notes, sep="\n")
print(f"quality: {shown.ratings['quality']:.4f}, explained at {model.layers[0]}")
print("cam is proved" if model.weights is not None else "cam is not defined: attention and a norm lie after the patches")
